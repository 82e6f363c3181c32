"""What nobody but the user can have written: a folder outside of every project, and the key that lies in it.

A project's folder goes from hand to hand, its cache with it. What the cache holds is believed when it carries a seal
made with this key, and what could be run as code (compiled templates) is kept here alone.
"""

from __future__ import annotations

import hashlib
import os
import stat as modes
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from notes_site.storage.files import open_plain, write_whole

_KEY = "key"
_KEY_BYTES = 32
_SEAL_BYTES = 16
_KEPT = 16  # files of a kind: those of some versions of Python, of this program, and of sites with their own templates


def sealer(key: bytes, what: str) -> Callable[[bytes, bytes], bytes]:
    """Return what makes the seal of a value under a name, among those of one kind (16 ASCII characters at most): a
    keyed BLAKE2b digest (RFC 7693) that nobody without the key can make.
    """
    begun = hashlib.blake2b(key=key, person=what.encode(), digest_size=_SEAL_BYTES)

    def seal(name: bytes, value: bytes) -> bytes:
        hasher = begun.copy()
        hasher.update(b"%d " % len(name) + name + value)
        return hasher.digest()

    return seal


def key() -> bytes:
    """Return the user's key, made when there is none. Where nothing can be kept it is another one each time, so that
    nothing of an earlier run is believed.
    """
    folder = _folder()
    found = _read(folder / _KEY) if folder else None
    if found is None or len(found) != _KEY_BYTES:
        found = os.urandom(_KEY_BYTES)
        if folder:
            _write(folder / _KEY, found)
            found = _read(folder / _KEY) or found  # another process may have been faster
    return found


def load(kind: str, name: str) -> bytes | None:
    """Return what was kept under a name; None for what is not there, damaged, or could be somebody else's."""
    folder = _folder()
    found = _read(folder / f"{kind}-{name}") if folder else None
    if found is None:
        return None
    seal, value = found[:_SEAL_BYTES], found[_SEAL_BYTES:]
    return value if sealer(key(), kind)(name.encode(), value) == seal else None


def save(kind: str, name: str, value: bytes) -> None:
    """Keep a value, and no more than some of each kind. Where it cannot be kept it is made again next time."""
    if folder := _folder():
        _write(folder / f"{kind}-{name}", sealer(key(), kind)(name.encode(), value) + value)
        with suppress(OSError):
            kept = sorted(folder.glob(f"{kind}-*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
            for file in kept[_KEPT:]:
                file.unlink()


def _folder() -> Path | None:
    """Return the user's cache folder of this program; None where there is none that is theirs alone to write to."""
    base = _base()
    if base is None:
        return None
    folder = base / "notes-site"
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(base.stat()):  # root in another's home would leave there what its owner cannot read
            return None
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    return folder if modes.S_ISDIR(found.st_mode) and _is_own(found) and not found.st_mode & _OF_OTHERS else None


_OF_OTHERS = 0 if os.name == "nt" else modes.S_IWGRP | modes.S_IWOTH  # there, lists of rights say who may write


def _base() -> Path | None:
    """Return where programs keep what can be made again: as XDG, Apple and Microsoft say."""
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) if os.path.isabs(local) else None
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(xdg):
        return Path(xdg)
    try:
        return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError:  # a user without a home
        return None


def _is_own(found: os.stat_result) -> bool:
    return os.name == "nt" or found.st_uid == os.geteuid()


def _read(path: Path) -> bytes | None:
    """Return the bytes of a plain file that is the user's and that nobody else can write."""
    with suppress(OSError), open_plain(path) as file:
        found = os.fstat(file.fileno())
        if _is_own(found) and not found.st_mode & _OF_OTHERS:
            return file.read()
    return None


def _write(path: Path, data: bytes) -> None:
    """Put a file into its place in one step, for the user's eyes only."""
    with suppress(OSError):
        write_whole(path, data, mode=0o600)
