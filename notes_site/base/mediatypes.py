"""The media type of a file by its suffix: one fixed table for what is deployed and what is previewed. Pure.

The system's own tables differ from machine to machine. Types are IANA's; texts are always UTF-8.
"""

from __future__ import annotations

from functools import lru_cache

OTHER = "application/octet-stream"

_CODE = (
    "asm awk bash bat bib c cc cfg clj cpp cs cu cxx dart diff el erl ex exs f90 fish fs go gradle groovy h hcl hpp "
    "hs ini java jl kt kts lisp log lua m ml nim nix patch php pl pm properties ps1 py pyi r rb rkt rmd rs rst s "
    "sbt scala scm sh sol sql srt swift tcl tex tf tfvars ts tsx txt v vb vhd vim vue zig zsh"
)
"""Sources and plain texts: a browser shows them, where by their own types it would save or even run them."""

_NAMES = frozenset({"dockerfile", "gemfile", "jenkinsfile", "license", "makefile", "procfile", "readme", "vagrantfile"})

_TYPES = dict.fromkeys(_CODE.split(), "text/plain") | {
    "atom": "application/atom+xml", "avif": "image/avif", "bmp": "image/bmp", "css": "text/css", "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip", "flac": "audio/flac", "gif": "image/gif", "gz": "application/gzip",
    "htm": "text/html", "html": "text/html", "ico": "image/vnd.microsoft.icon", "ics": "text/calendar",
    "ipynb": "application/json", "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript",
    "json": "application/json", "jsonld": "application/ld+json", "m4a": "audio/mp4",
    "map": "application/json", "md": "text/markdown", "mjs": "text/javascript", "mov": "video/quicktime",
    "mp3": "audio/mpeg", "mp4": "video/mp4", "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet", "odt": "application/vnd.oasis.opendocument.text",
    "ogg": "audio/ogg", "opus": "audio/ogg", "otf": "font/otf", "pdf": "application/pdf", "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", "svg": "image/svg+xml",
    "tar": "application/x-tar", "toml": "application/toml", "tsv": "text/tab-separated-values", "ttf": "font/ttf",
    "vtt": "text/vtt", "wasm": "application/wasm", "wav": "audio/wav", "webm": "video/webm",
    "webmanifest": "application/manifest+json", "webp": "image/webp", "woff": "font/woff", "woff2": "font/woff2",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "application/xml",
    "yaml": "application/yaml", "yml": "application/yaml", "zip": "application/zip",
}  # fmt: skip
_TEXTS = frozenset(
    {
        "application/json", "application/ld+json", "application/manifest+json", "application/atom+xml",
        "application/xml", "application/toml", "application/yaml", "image/svg+xml",
    }
)  # fmt: skip


@lru_cache(maxsize=256)
def _of_suffix(suffix: str) -> str:
    found = _TYPES.get(suffix, OTHER)
    return f"{found}; charset=utf-8" if found.startswith("text/") or found in _TEXTS else found


def media_type(path: str) -> str:
    """Return the `Content-Type` of a file (RFC 9110, section 8.3), with the charset of texts."""
    name = path.rpartition("/")[2].lower()
    return _of_suffix(name.rpartition(".")[2] if "." in name else "txt" if name in _NAMES else "")
