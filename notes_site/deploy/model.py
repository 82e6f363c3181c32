"""What a deploy is about: local files, what the target's manifest says, what its listing shows. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from notes_site.base.paths import OutputKind

MANIFEST = ".notes-site/manifest.json"
LOCK = ".notes-site/lock.json"


class Headers(NamedTuple):
    """The headers that are stored with an object (RFC 9110, sections 8.3 and RFC 9111, section 5.2)."""

    content_type: str
    cache_control: str


class LocalFile(NamedTuple):
    """A file to publish: digest and size of its bytes, its headers. The name of a `fingerprinted` file changes with
    its bytes.
    """

    sha256: str
    size: int
    headers: Headers
    kind: OutputKind
    fingerprinted: bool


class Entry(NamedTuple):
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


class Manifest(NamedTuple):
    """What we know of a target. `generation` counts complete deploys; `owed` are paths whose copies in the CDN still
    have to be invalidated. `gone` is what the last generation did without: a late packet may bring it back.
    """

    deploy: str = ""
    generation: int = 0
    state: Literal["in-progress", "complete"] = "complete"
    files: Mapping[str, Entry] = {}
    owed: tuple[str, ...] = ()
    gone: Mapping[str, Entry] = {}


class Listed(NamedTuple):
    """An object in a listing. `spelled`: the name that it has there, when that is not its key to the letter."""

    size: int
    etag: str
    spelled: str = ""


class Object(NamedTuple):
    """An object that was read. `age`: seconds since it was written, by the clock of the server."""

    data: bytes
    etag: str
    age: float
