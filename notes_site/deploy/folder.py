"""A folder as a store: for hosts that are mounted or that publish a plain folder, and without any network."""

from __future__ import annotations

import errno
import itertools
import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from notes_site.base.digest import digest, hasher
from notes_site.base.errors import DeployError, LockHeld, PreconditionFailed
from notes_site.base.paths import collision_key
from notes_site.deploy.model import Headers, Listed, Object
from notes_site.deploy.store import ABSENT, Data
from notes_site.storage import output
from notes_site.storage.files import STATE, digest_file
from notes_site.storage.lock import lock


class FolderStore:
    """Objects are files, written beside their place and renamed. Their ETag is the digest of their bytes, so that a
    fresh clone or a copy of the folder has the same.
    """

    batch = 1000

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = root / STATE / "staging"
        self._name = secrets.token_hex(4)  # other machines may mount the same folder, and have the same process ids
        self._number = itertools.count()
        self._mutex = threading.Lock()
        self._spelled: dict[str, str] = {}  # by key, the names of files that have another one
        self._check: Callable[[], None] = lambda: None

    def get(self, key: str) -> Object | None:
        """Return a file's bytes; its age is by this machine's clock."""
        path = self._root / key
        try:
            data = path.read_bytes()
            return Object(data, digest(data), time.time() - path.stat().st_mtime)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise _failure(path, exc) from None

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", guard: str = "") -> str:
        """Write a file in one step."""
        path = self._root / key
        try:
            self._make_way(path)
            with self._staged(data) as (staged, etag):
                self._check()
                self._spell(key)
                if guard == ABSENT:
                    self._place_new(staged, path)
                elif guard:
                    with self._alone():
                        if digest_file(path) != guard:
                            raise PreconditionFailed(key)
                        os.replace(staged, path)
                else:
                    os.replace(staged, path)
            return etag
        except FileNotFoundError as exc:
            if guard:  # it has gone; or the holder of the lock has cleared away what is staged here
                raise PreconditionFailed(key) from None
            raise _failure(path, exc) from None
        except OSError as exc:
            raise _failure(path, exc) from None

    def _place_new(self, staged: Path, path: Path) -> None:
        try:
            os.link(staged, path)  # unlike a rename, it replaces nothing
            return
        except FileExistsError:
            raise PreconditionFailed(str(path)) from None
        except FileNotFoundError:
            raise
        except OSError:  # a file system without hard links
            with self._alone():
                if os.path.lexists(path):
                    raise PreconditionFailed(str(path)) from None
                os.replace(staged, path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes from writing under a guard; they are through in a moment."""
        with self._mutex, ExitStack() as held:
            for _ in range(500):
                try:
                    held.enter_context(lock(self._root / STATE / "guard"))
                    break
                except (LockHeld, FileNotFoundError):  # the latter: closed by another just now
                    time.sleep(0.02)
            else:
                raise PreconditionFailed(str(self._root))
            yield

    def _spell(self, key: str) -> None:
        """Give a file that is listed under another name than it has, and the folders above it, that name."""
        old, new = PurePosixPath(self._spelled.pop(key, key)), PurePosixPath(key)
        while old != new:
            if old.name != new.name:
                os.rename(self._root / old, self._root / new)
            old, new = old.parent, new.parent

    def _make_way(self, path: Path) -> None:
        for parent in path.relative_to(self._root).parents[:-1]:
            if (self._root / parent).is_symlink():
                raise OSError(errno.ELOOP, "this is a symbolic link, behind which nothing is ours", str(parent))
        path.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def _staged(self, data: Data) -> Iterator[tuple[Path, str]]:
        """Give a file with the data, and its ETag. What is left of it afterwards (it was linked, or a guard forbade it)
        goes.
        """
        self._staging.mkdir(parents=True, exist_ok=True)
        staged = self._staging / f"{self._name}-{next(self._number)}"
        etag = hasher()
        try:
            with staged.open("wb") as file:
                for part in (data,) if isinstance(data, bytes) else data:
                    file.write(part)
                    etag.update(part)
            yield staged, etag.hexdigest()
        finally:
            with suppress(OSError):
                staged.unlink(missing_ok=True)

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
        self._as_wanted(found, wanted)
        return found

    def _as_wanted(self, found: dict[str, Listed], wanted: Collection[str]) -> None:
        """List a file under the wanted name when this file system takes that name for the one that the file has."""
        also = [key for key in wanted if found and key not in found and os.path.lexists(self._root / key)]
        spelled = {collision_key(key): key for key in found} if also else {}
        for key in also:
            if there := spelled.get(collision_key(key)):
                found[key] = Listed(found.pop(there).size, digest_file(self._root / there), there)
                self._spelled[key] = there

    def delete(self, keys: Sequence[str]) -> dict[str, str]:
        """Delete files, and the folders that this leaves empty."""
        failed = {}
        for key in keys:
            self._check()
            if not output.remove_file(self._root, key) and os.path.lexists(self._root / key):
                failed[key] = "it could not be deleted"
        return failed

    def fence(self, check: Callable[[], None]) -> None:
        """Check right before a file is renamed into its place or deleted."""
        self._check = check

    def stop(self) -> None:
        """Nothing here is waited for."""

    def close(self) -> None:
        """Remove what a killed deploy has staged."""
        guard = self._root / STATE / "guard"
        output.remove_folder(self._staging)
        with suppress(PreconditionFailed, OSError), self._alone():  # while nobody else relies on it
            output.remove_folder(guard)
        if os.name == "nt":  # where a file that is open cannot be deleted, nor one that another has opened
            output.remove_folder(guard)


def _failure(path: Path, exc: OSError) -> DeployError:
    return DeployError(f"{exc.filename or path}: {exc.strerror or exc}")
