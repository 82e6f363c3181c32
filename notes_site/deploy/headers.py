"""Which headers a file is stored with: one fixed table, the same on every machine. Pure."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from notes_site.base.mediatypes import media_type
from notes_site.deploy.model import Headers

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "public, max-age=0, must-revalidate"


def headers_of(key: str, *, fingerprinted: bool) -> Headers:
    """Return the headers of a file. What has a fingerprint in its name never changes under that name."""
    return Headers(media_type(key), IMMUTABLE if fingerprinted else REVALIDATED)


@lru_cache(maxsize=256)
def digest_of_headers(headers: Headers) -> str:
    """Return a short digest: when the table changes, the files that it concerns are written again."""
    return sha256("\0".join(headers).encode()).hexdigest()[:16]
