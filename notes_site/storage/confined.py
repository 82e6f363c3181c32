"""The door to the files that an input names: nothing outside of the input's own folder is opened.

`paths.below` judges the name, `find` where it leads with every symbolic link followed, and `read` opens that place
without following any more (`files.open_below`): what was judged is what is read.
"""

from __future__ import annotations

import os
import stat as modes
from pathlib import Path

from notes_site.base.errors import UnusablePath
from notes_site.storage.files import is_within, open_below
from notes_site.storage.scan import is_ignored

LARGEST = 100_000_000
"""The largest file that is taken along, in bytes: GitHub takes none that is larger."""


def root_of(folder: Path) -> str:
    """Return the real path of the folder whose files a document in `folder` may name: the git work tree around it, else
    the folder itself. A work tree that has the home folder in it is none: it would open everything that one has.
    """
    real = Path(os.path.realpath(folder))
    home = Path(os.path.realpath(os.path.expanduser("~")))
    for above in (real, *real.parents):
        if above in (home, *home.parents):
            break
        if os.path.lexists(above / ".git"):
            return str(above)
    return str(real)


def find(root: str, path: str) -> str:
    """Return the real path of what lies at `path` (as `paths.below` returns it) in the real folder `root`.

    Raises:
        UnusablePath: nothing is there, it is hidden, or a symbolic link leads out of the folder or in a circle.
    """
    try:
        real = os.path.realpath(os.path.join(root, *path.split("/")), strict=True)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise UnusablePath("gone") from None
    except OSError as exc:
        raise UnusablePath("unreadable" if isinstance(exc, PermissionError) else "circle") from None
    if not is_within(real, root):
        raise UnusablePath("outside")
    if any(map(is_ignored, [*path.split("/"), *os.path.relpath(real, root).split(os.sep)])) and real != root:
        raise UnusablePath("hidden")
    return real


def read(root: str, path: str, most: int = LARGEST) -> bytes:
    """Return the bytes of a file in the real folder `root`, of `most` bytes.

    Raises:
        UnusablePath: as for `find`; it is no plain file, is larger, or the system does not let us read it.
    """
    real = find(root, path)
    if os.path.isdir(real):
        raise UnusablePath("gone")
    try:
        if not modes.S_ISREG(os.lstat(real).st_mode):
            raise UnusablePath("special")
        with open_below(root, real) as file:
            data = file.read(most + 1) if os.fstat(file.fileno()).st_size <= most else None
    except OSError:
        raise UnusablePath("unreadable") from None
    if data is None or len(data) > most:
        raise UnusablePath("large")
    return data
