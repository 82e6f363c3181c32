"""A folder as a store: for hosts that are mounted or that publish a plain folder, and without any network."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from notes_site.base.digest import digest, hasher
from notes_site.base.errors import DeployError, LockHeld, PreconditionFailed
from notes_site.base.paths import collision_key
from notes_site.deploy.store import ABSENT, Data, Headers, Listed, Object
from notes_site.storage.files import STATE, digest_file, write_whole
from notes_site.storage.lock import lock
from notes_site.storage.output import remove_file, remove_folder


class FolderStore:
    """Objects are files, each put into its place in one step. Their ETag is the digest of their bytes, so that a fresh
    clone or a copy of the folder has the same.
    """

    batch = 1000

    def __init__(self, folder: Path, root: Path | None = None) -> None:
        self.address = f"{folder}/index.html"
        self._root = root = root or folder  # the real path of the folder
        self._staging = root / STATE / "staging"
        self._spelled: dict[str, str] = {}  # by key, the names of files that have another one

    @contextmanager
    def hold(self, deploy: str) -> Iterator[Callable[[], None]]:
        """Hold a lock of the system's, which ends with its process. Afterwards nothing is left but the manifest."""
        state = self._root / STATE
        try:
            with _reported(state), lock(state):
                try:
                    yield lambda: None
                finally:
                    remove_folder(self._staging)
                    with suppress(OSError):
                        (state / "lock").unlink()
            if os.name == "nt":  # where a file that is open cannot be deleted, nor one that another has opened
                with suppress(OSError):
                    (state / "lock").unlink()
        except LockHeld as exc:
            raise DeployError(
                f"another deploy holds the lock of {self._root} ({exc}): wait until it has ended"
            ) from None

    def get(self, key: str) -> Object | None:
        """Return a file's bytes; its age is by this machine's clock."""
        path = self._root / key
        with _reported(path):
            try:
                data = path.read_bytes()
                return Object(data, digest(data), time.time() - path.stat().st_mtime)
            except FileNotFoundError:
                return None

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
        """Write a file in one step."""
        path = self._root / key
        etag = hasher()

        def parts() -> Iterator[bytes]:
            for part in (data,) if isinstance(data, bytes) else data:
                etag.update(part)
                yield part
            self._spell(key)  # now all is written, and about to be put into its place
            if expected and expected != (digest_file(path) if os.path.lexists(path) else ABSENT):
                raise PreconditionFailed(key)

        with _reported(path):
            for folder in path.relative_to(self._root).parents[:-1]:
                if (self._root / folder).is_symlink():
                    raise OSError(errno.ELOOP, "this is a symbolic link, behind which nothing is ours", str(folder))
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, parts(), staged=self._staging / secrets.token_hex(8))
        return etag.hexdigest()

    def _spell(self, key: str) -> None:
        """Give a file that is listed under another name than it has, and the folders above it, that name."""
        old, new = PurePosixPath(self._spelled.pop(key, key)), PurePosixPath(key)
        while old != new:
            if old.name != new.name:
                os.rename(self._root / old, self._root / new)
            old, new = old.parent, new.parent

    def list(self, wanted: Collection[str]) -> dict[str, Listed]:
        """Return all files; only those that are wanted are read. Links to folders are files, `.git` is no site's."""
        found: dict[str, Listed] = {}
        for folder, folders, names in os.walk(self._root):
            base = os.path.relpath(folder, self._root).replace(os.sep, "/")
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            folders[:] = [name for name in folders if name not in (".git", *links)]
            for name in (*names, *links):
                key = name if base == "." else f"{base}/{name}"
                path = os.path.join(folder, name)
                with suppress(FileNotFoundError):  # another deploy gives its lock back just now
                    etag = digest_file(Path(path)) if key in wanted and not os.path.islink(path) else ""
                    found[key] = Listed(os.lstat(path).st_size, etag)
        self._list_as_wanted(found, wanted)
        return found

    def _list_as_wanted(self, found: dict[str, Listed], wanted: Collection[str]) -> None:
        """List a file under the wanted name when this file system takes that name for the one that the file has."""
        also = [key for key in wanted if found and key not in found and os.path.lexists(self._root / key)]
        spelled = {collision_key(key): key for key in found} if also else {}
        for key in also:
            if there := spelled.get(collision_key(key)):
                found[key] = Listed(found.pop(there).size, digest_file(self._root / there), there)
                self._spelled[key] = there

    def delete(self, keys: Sequence[str]) -> dict[str, str]:
        """Delete files, and the folders that this leaves empty."""
        failed = [key for key in keys if not remove_file(self._root, key) and os.path.lexists(self._root / key)]
        return dict.fromkeys(failed, "it could not be deleted")

    def stop(self) -> None:
        """Nothing here is waited for."""


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Tell what the system could not do, and with which file, as a DeployError."""
    try:
        yield
    except OSError as exc:
        raise DeployError(f"{exc.filename or path}: {exc.strerror or exc}") from None
