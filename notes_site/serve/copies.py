"""Files as they are published, where that is not as they lie in the project."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from notes_site.storage.copying import write_cleaned


class Copies:
    """Cleaned copies in a folder of their own, made when they are asked for."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def of(self, file: BinaryIO, digest: str) -> BinaryIO:
        """Open the copy of a file that is published with this digest."""
        self._folder = self._folder or TemporaryDirectory(prefix="notes-site-", ignore_cleanup_errors=True)
        copy = Path(self._folder.name, digest)
        if not copy.exists():
            write_cleaned(file, copy.with_suffix(".new"))
            copy.with_suffix(".new").replace(copy)
        return copy.open("rb")

    def close(self) -> None:
        """Delete them."""
        if self._folder:
            self._folder.cleanup()
