"""The manifest as text: what is written into the target, and read again. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from notes_site.base.errors import DeployError
from notes_site.base.jsondata import decode_object
from notes_site.deploy.model import MANIFEST, Entry, Manifest

SCHEMA = 1
_TYPES = [str, int, str, str, int, bool, str]  # of an entry's fields


def encode(manifest: Manifest) -> bytes:
    """Return the manifest as JSON. Anyone may be able to read it: it names no host and no user."""
    document = {
        "schema": SCHEMA,
        "deploy": manifest.deploy,
        "generation": manifest.generation,
        "state": manifest.state,
        "owed": list(manifest.owed),
        "gone": _rows(manifest.gone),
        "files": _rows(manifest.files),
    }
    return (json.dumps(document, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n").encode()


def decode(data: bytes) -> Manifest:
    """Return what `encode` wrote.

    Raises:
        DeployError: it is not ours, or of a later version.
    """
    try:
        document = decode_object(data)
        if document["schema"] > SCHEMA:
            raise DeployError(f"{MANIFEST} was written by a later version of notes-site: update this one")
        if document["state"] not in ("in-progress", "complete"):
            raise ValueError
        return Manifest(
            str(document["deploy"]),
            int(document["generation"]),
            document["state"],
            _entries(document["files"]),
            tuple(map(str, document["owed"])),
            _entries(document.get("gone", {})),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        hint = "move it away, and deploy with --adopt to take the files over"
        raise DeployError(f"{MANIFEST} in the target is not what notes-site writes; {hint}") from None


def _rows(entries: Mapping[str, Entry]) -> dict[str, list[Any]]:
    return {key: list(entry) for key, entry in sorted(entries.items())}


def _entries(rows: Mapping[str, list[Any]]) -> dict[str, Entry]:
    entries = {key: Entry(*fields) for key, fields in rows.items()}
    if any([*map(type, entry)] != _TYPES for entry in entries.values()):
        raise TypeError
    return entries
