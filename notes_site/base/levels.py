"""Levels: what notes are compared by, and what is shown."""

from __future__ import annotations

from notes_site.base import paths
from notes_site.base.config import Config


def level_names(config: Config) -> dict[str, str]:
    """Return the levels' shown names by canonical name, in their order."""
    return {canonical_level(name): name for name in config.levels}


def canonical_level(text: str) -> str:
    """Return a level as notes are compared by: `Beginner Level` is `beginner`."""
    return paths.slug(text).removesuffix("-level")
