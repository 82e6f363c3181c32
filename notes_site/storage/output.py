"""From rendered bytes and files to the output folder: staged on the same file system, renamed into place, then pruned.
Files are published without what tells who made them, where and when; the originals are only read.

The build record (`.notes-site/build.json`) names every file that is ours. It is written with old and new files
before the first rename and complete after the last, so that no interruption makes us forget or take too much.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from notes_site.base.diagnostics import Diagnostic, error
from notes_site.base.digest import hasher
from notes_site.base.errors import SourceChanged
from notes_site.base.paths import collision_key
from notes_site.storage.files import STATE, read_digest
from notes_site.storage.lock import lock
from notes_site.storage.record import record_path, recorded_files
from notes_site.storage.scan import why_unread


@contextmanager
def _named(target: Path) -> Iterator[None]:
    """Where a staged file cannot be written or moved, name what it would have become."""
    try:
        yield
    except OSError as exc:
        if os.path.join(STATE, "staging") in str(exc.filename):
            exc.filename, exc.filename2 = str(target), None
        raise


class Staging:
    """New files beside the output, until all of them are there. The folder is made, and what a killed build left in it
    is removed, when the first file comes: whoever has a `Staging` can promise to `discard` it.
    """

    def __init__(self, output: Path) -> None:
        self._output = output
        self._folder = output / STATE / "staging"
        self._files: dict[str, Path] = {}
        self._made: set[Path] = set()
        if self._folder.is_symlink():  # to a folder that is not ours
            self._folder.unlink()

    def add(self, path: str, data: bytes) -> None:
        """Stage a file."""
        with _named(self._output / path):
            self._new(path).write_bytes(data)

    def add_copy(self, path: str, source: Path, expected: str, *, clean: bool = False) -> None:
        """Stage a copy of a file, with `clean` without its metadata.

        Raises:
            SourceChanged: its bytes no longer have the expected digest.
        """
        with _named(self._output / path):
            copy = self._new(path)
            if clean:
                with source.open("rb") as file:
                    write_cleaned(file, copy)
            else:
                shutil.copyfile(source, copy)
            found = read_digest(copy)
        if found != expected:
            raise SourceChanged(str(source))

    def _new(self, path: str) -> Path:
        if not self._files:
            self.discard()
            self._folder.mkdir(parents=True)
        self._files[path] = self._folder / str(len(self._files))
        return self._files[path]

    def clear_way(self, gone: Iterable[str]) -> int:
        """Delete our old files that new ones cannot stand beside: a file where a folder must be, another case; and
        empty folders where a file must be. Returns how many files were deleted.
        """
        new = {collision_key(path) for path in self._files}
        above = {key[:n] for key in new for n, c in enumerate(key) if c == "/"}
        removed = 0
        for path in gone:
            key = collision_key(path)
            if key in new or key in above or any(key[:n] in new for n, c in enumerate(key) if c == "/"):
                removed += remove_file(self._output, path)
        for path in self._files:
            if _is_folder(self._output / path):
                for folder, _, _ in os.walk(self._output / path, topdown=False):
                    os.rmdir(folder)
        return removed

    def move_in(self, path: str) -> None:
        """Put one staged file into its place."""
        target = self._output / path
        with _named(target):
            if target.parent not in self._made:
                target.parent.mkdir(parents=True, exist_ok=True)
                self._made.add(target.parent)
            os.replace(self._files[path], target)

    def discard(self) -> None:
        """Remove what was staged and not moved."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def __iter__(self) -> Iterator[str]:
        """The staged paths."""
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def foreign(output: Path, paths: Iterable[str], owned: Container[str]) -> tuple[Diagnostic, ...]:
    """Return an error for each new file in whose place lies something that no build of ours wrote."""
    problems = []
    for path in paths:
        blocker = _blocker(output, path, owned)
        if blocker:
            message = f"this is in the way of `{path}`, and notes-site did not write it"
            shown = f"{output.name}/{blocker}"
            problems.append(error(shown, "foreign-file", message, hint="move it away, or into static/"))
    lost = _lost_record(output) if problems else None
    return (lost,) if lost else tuple(problems)


def _lost_record(output: Path) -> Diagnostic | None:
    """Return why nobody can tell what is ours in an output folder: one error, not one for each file in it."""
    shown = f"{output.name}/{STATE}/{record_path(output).name}"
    try:
        recorded_files(output)
    except FileNotFoundError:
        return None
    except OSError as exc:
        return why_unread(record_path(output), shown, exc)
    except ValueError:
        message = "the record of what notes-site wrote here is damaged, so none of it can be replaced"
        return error(shown, "bad-record", message, hint="restore it, or empty the folder")
    return None


def _blocker(output: Path, path: str, owned: Container[str]) -> str:
    parts = path.split("/")
    for n in range(1, len(parts)):
        folder = "/".join(parts[:n])
        real = output / folder
        if folder not in owned and os.path.lexists(real) and not _is_folder(real):
            return folder
    target = output / path
    if _is_folder(target):
        inside = [f"{path}/{name}" for name in _files_below(target)]
        return next((name for name in inside if name not in owned), "")
    return path if os.path.lexists(target) and not (path in owned and _can_be_ours(target)) else ""


def _can_be_ours(path: Path) -> bool:
    """Return whether it is a file or a link: no build makes pipes, sockets, devices or folders instead."""
    return os.path.isfile(path) or os.path.islink(path)


def _is_folder(path: Path) -> bool:
    """Return whether it is a folder itself, no link to one."""
    return os.path.isdir(path) and not os.path.islink(path)  # unlike pathlib's, these take any name


def _files_below(folder: Path) -> list[str]:
    """Return everything below a folder but folders; a link to one is no folder."""
    return [
        os.path.relpath(os.path.join(base, name), folder).replace(os.sep, "/")
        for base, folders, names in os.walk(folder)
        for name in (*names, *folders)
        if not _is_folder(Path(base, name))
    ]


def remove_file(output: Path, path: str) -> bool:
    """Delete one file of ours, and the folders that this leaves empty. Return whether there was one.

    What lies behind a symbolic link is not ours.
    """
    if _is_behind_link(output, path) or not _can_be_ours(output / path):
        return False
    try:
        (output / path).unlink()
    except OSError:
        return False
    for parent in _folders_of(output, path):
        with suppress(OSError):
            parent.rmdir()
    return True


def _folders_of(output: Path, path: str) -> list[Path]:
    """Return the folders of the output in which a file lies, the innermost first."""
    return [output / parent for parent in Path(path).parents if parent != Path()]


def _is_behind_link(output: Path, path: str) -> bool:
    return any(folder.is_symlink() for folder in _folders_of(output, path))


def remove_folder(folder: Path) -> list[Path]:
    """Delete a folder of our own with all that is in it, if it is there. Returns the files that could not be."""
    shutil.rmtree(folder, ignore_errors=True)
    return [folder / path for path in _files_below(folder)]


def remove_site(output: Path) -> tuple[int, list[Path]]:
    """Delete all files that are ours, and our state, from a folder with our record.

    Returns how many files of the site were deleted, and which could not be; the record goes on to own these.

    Raises:
        LockHeld: a build of this folder is running.
        OSError: nothing can be written there, or nobody can tell what is ours: the record is kept.
    """
    state = output / STATE
    if not record_path(output).is_file() and not (state / "lock").is_file():
        return 0, []
    with lock(state):
        if not record_path(output).is_file():
            return 0, []
        try:
            owned = recorded_files(output)
        except ValueError:
            raise OSError(errno.EINVAL, "the record of what is ours is damaged", str(record_path(output))) from None
        removed = sum(remove_file(output, path) for path in owned)
        left = [output / path for path in owned if _is_left(output, path)]
        if not left:
            left = [path for path in remove_folder(state) if path != state / "lock"]
    if os.name == "nt" and not left:  # where a file that is open cannot be deleted, nor one that another has opened
        remove_folder(state)
    with suppress(OSError):
        output.rmdir()
    return removed, left


def _is_left(output: Path, path: str) -> bool:
    """Return whether a file of ours is there. A folder in its place, and what lies behind a link, is not ours."""
    target = output / path
    return os.path.lexists(target) and not _is_folder(target) and not _is_behind_link(output, path)


class Cleaned(NamedTuple):
    """What is published of a file: the digest of its bytes, and why a position is left in them (`metadata.Found`)."""

    digest: str
    left: str = ""


def look(path: Path) -> tuple[str, Cleaned]:
    """Return the digest of a file as it is, and what is published of it.

    Raises:
        OSError: it cannot be read.
    """
    from notes_site import metadata

    with path.open("rb") as file:
        source = metadata.ByteSource(file)
        edits, left = metadata.examine(source)
        digests = [_digest(metadata.edited(source, version)) for version in ([(), edits] if edits else [()])]
    return digests[0], Cleaned(digests[-1], left)


def _digest(blocks: Iterable[bytes]) -> str:
    found = hasher()
    for block in blocks:
        found.update(block)
    return found.hexdigest()


def write_cleaned(file: BinaryIO, target: Path) -> None:
    """Write an open file as it is published.

    Raises:
        OSError: the one cannot be read, or the other not be written.
    """
    from notes_site import metadata

    source = metadata.ByteSource(file)
    with target.open("wb") as copy:
        for block in metadata.edited(source, metadata.examine(source).edits):
            copy.write(block)
