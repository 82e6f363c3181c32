"""What is known of a target: the manifest that a deploy writes into it, as values and as text. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from notes_site.base.errors import DeployError
from notes_site.base.jsondata import decode_object

MANIFEST = ".notes-site/manifest.json"
_SCHEMA = 1


class ManifestEntry(NamedTuple):
    """An object that is ours, as we wrote it. `etag` is empty while its state is not known, because a deploy that was
    to write it has not ended. `headers` is a digest, `used` the last generation that has the file.
    `kind` decides when it goes; manifests of earlier versions do not say it.
    """

    sha256: str
    size: int
    headers: str
    etag: str
    used: int
    fingerprinted: bool
    kind: str = "page"


_TYPES = [str, int, str, str, int, bool, str]  # of an entry's fields


class Manifest(NamedTuple):
    """What we know of a target. `generation` counts complete deploys; `pending` are paths whose copies in the CDN
    still have to be invalidated. `gone` is what the last generation did without: a late packet may bring it back.
    """

    deploy: str = ""
    generation: int = 0
    state: Literal["in-progress", "complete"] = "complete"
    files: Mapping[str, ManifestEntry] = {}
    pending: tuple[str, ...] = ()
    gone: Mapping[str, ManifestEntry] = {}


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the manifest as JSON. Anyone may be able to read it: it names no host and no user."""
    document = {
        "schema": _SCHEMA,
        "deploy": manifest.deploy,
        "generation": manifest.generation,
        "state": manifest.state,
        "owed": list(manifest.pending),
        "gone": _rows(manifest.gone),
        "files": _rows(manifest.files),
    }
    return (json.dumps(document, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n").encode()


def decode_manifest(data: bytes) -> Manifest:
    """Return what `encode` wrote.

    Raises:
        DeployError: it is not ours, or of a later version.
    """
    try:
        document = decode_object(data)
        if document["schema"] > _SCHEMA:
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


def _rows(entries: Mapping[str, ManifestEntry]) -> dict[str, list[Any]]:
    return {key: list(entry) for key, entry in sorted(entries.items())}


def _entries(rows: Mapping[str, list[Any]]) -> dict[str, ManifestEntry]:
    entries = {key: ManifestEntry(*fields) for key, fields in rows.items()}
    if any([*map(type, entry)] != _TYPES for entry in entries.values()):
        raise TypeError
    return entries
