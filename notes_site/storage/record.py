"""The build record: which files of an output folder are ours, and what they were made from."""

from __future__ import annotations

from pathlib import Path

from notes_site.storage.files import STATE, is_inside, read_json


def marker(output: Path) -> Path:
    """Return the build record of an output folder."""
    return output / STATE / "build.json"


SCHEMA = 1


def owned_files(output: Path) -> dict[str, str]:
    """Return path and digest of every file that the last build of this folder wrote. A damaged record owns nothing,
    and no record owns what lies outside of the folder.
    """
    try:
        return _recorded(output)
    except (OSError, ValueError):
        return {}


def _recorded(output: Path) -> dict[str, str]:
    """The files that the record names.

    Raises:
        OSError: it cannot be read.
        ValueError: it is damaged.
    """
    try:
        files = read_json(marker(output))["files"]
        return {str(path): str(value) for path, value in files.items() if is_inside(path)}
    except (TypeError, KeyError, AttributeError):
        raise ValueError("no build record") from None
