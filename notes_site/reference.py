"""Writes the reference pages that are made from tables: `python -m notes_site.reference [DOCS]`."""

from __future__ import annotations

import sys
from pathlib import Path

from notes_site import config, frontmatter


def pages() -> dict[str, str]:
    """Return the generated pages: file name within docs, and text."""
    return {"configuration.md": config.reference(), "front-matter.md": frontmatter.reference()}


def main(folder: str = "docs") -> None:
    """Write the pages into the folder, which must exist."""
    for name, text in pages().items():
        Path(folder, name).write_bytes(text.encode())


if __name__ == "__main__":
    main(*sys.argv[1:2])
