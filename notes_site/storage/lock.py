"""The one lock of an output folder, held by the system for as long as its process lives."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notes_site.base.errors import LockHeld
from notes_site.storage.files import link_in_the_way, plain_descriptor


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the one lock of an output folder while the body runs. The system frees it when the process ends.

    Raises:
        LockHeld: another process holds it.
        OSError: it cannot be made, or it is a link: what is written to it would go elsewhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        raise link_in_the_way(folder)
    with os.fdopen(plain_descriptor(folder / "lock", os.O_RDWR | os.O_APPEND | os.O_CREAT), "a+b") as held:
        if os.fstat(held.fileno()).st_nlink > 1:
            raise OSError(errno.EMLINK, "this file has another name as well; delete it", str(folder / "lock"))
        try:
            _lock(held.fileno())
            if not os.path.samestat(os.fstat(held.fileno()), os.stat(folder / "lock")):
                raise FileNotFoundError  # who had it has deleted it, and somebody else may have made another
        except OSError as exc:
            if exc.errno in (errno.EMFILE, errno.ENFILE):
                raise
            held.seek(0)
            raise LockHeld(held.read(200).decode(errors="replace") or "another process") from None
        held.truncate(0)
        held.write(f"process {os.getpid()}".encode())
        held.flush()
        try:
            yield
        finally:
            held.truncate(0)


def _lock(descriptor: int) -> None:
    """Lock without waiting; raises OSError when somebody else has the lock."""
    if os.name == "nt":
        import msvcrt

        os.lseek(descriptor, 1_000_000, os.SEEK_SET)  # past the text, which others must be able to read
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
