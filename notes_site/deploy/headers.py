"""Which headers a file is stored with: one fixed table, the same on every machine. Pure."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from notes_site.deploy.model import Headers

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "public, max-age=0, must-revalidate"

# IANA media types; texts are always UTF-8.
_TYPES = {
    "atom": "application/atom+xml", "avif": "image/avif", "bmp": "image/bmp", "c": "text/plain", "css": "text/css",
    "csv": "text/csv", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip", "flac": "audio/flac", "gif": "image/gif", "gz": "application/gzip",
    "htm": "text/html", "html": "text/html", "ico": "image/vnd.microsoft.icon", "ics": "text/calendar",
    "ipynb": "application/json", "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript",
    "json": "application/json", "jsonld": "application/ld+json", "log": "text/plain", "m4a": "audio/mp4",
    "map": "application/json", "md": "text/markdown", "mjs": "text/javascript", "mov": "video/quicktime",
    "mp3": "audio/mpeg", "mp4": "video/mp4", "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet", "odt": "application/vnd.oasis.opendocument.text",
    "ogg": "audio/ogg", "opus": "audio/ogg", "otf": "font/otf", "pdf": "application/pdf", "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", "py": "text/plain",
    "sh": "text/plain", "svg": "image/svg+xml", "tar": "application/x-tar", "toml": "application/toml",
    "tsv": "text/tab-separated-values", "ttf": "font/ttf", "txt": "text/plain", "vtt": "text/vtt",
    "wasm": "application/wasm", "wav": "audio/wav", "webm": "video/webm", "webmanifest": "application/manifest+json",
    "webp": "image/webp", "woff": "font/woff", "woff2": "font/woff2",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "application/xml",
    "yaml": "application/yaml", "yml": "application/yaml", "zip": "application/zip",
}  # fmt: skip
_TEXTS = {
    "application/json", "application/ld+json", "application/manifest+json", "application/atom+xml",
    "application/xml", "application/toml", "application/yaml", "image/svg+xml",
}  # fmt: skip


@lru_cache(maxsize=256)
def _type_of(suffix: str) -> str:
    found = _TYPES.get(suffix, "application/octet-stream")
    return f"{found}; charset=utf-8" if found.startswith("text/") or found in _TEXTS else found


def headers_of(key: str, *, fingerprinted: bool) -> Headers:
    """Return the headers of a file. What has a fingerprint in its name never changes under that name."""
    name = key.rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return Headers(_type_of(suffix), IMMUTABLE if fingerprinted else REVALIDATED)


@lru_cache(maxsize=256)
def digest_of_headers(headers: Headers) -> str:
    """Return a short digest: when the table changes, the files that it concerns are written again."""
    return sha256("\0".join(headers).encode()).hexdigest()[:16]
