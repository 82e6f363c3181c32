"""What a deploy needs of the place that it writes to: S3 (`s3`) or a folder (`folder`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, Protocol

from notes_site.base.errors import PreconditionFailed
from notes_site.base.mediatypes import media_type

ABSENT = "*"  # what a write expects that must not replace anything (RFC 9110, section 13.1.2)
Invalidate = Callable[[tuple[str, ...], str], None]
"""Tells a CDN to forget paths; called with a reference too: the same reference means the same request."""
Data = bytes | Iterator[bytes]  # of an object; what is large comes in parts, and is not held in memory
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATED = "public, max-age=0, must-revalidate"


class Headers(NamedTuple):
    """The headers that are stored with an object (RFC 9110, section 8.3, and RFC 9111, section 5.2)."""

    content_type: str
    cache_control: str


def headers_of(key: str, *, fingerprinted: bool) -> Headers:
    """Return the headers of a file. What has a fingerprint in its name never changes under that name."""
    return Headers(media_type(key), _IMMUTABLE if fingerprinted else _REVALIDATED)


@lru_cache(maxsize=256)
def digest_of_headers(headers: Headers) -> str:
    """Return a short digest: when the table changes, the files that it concerns are written again."""
    return sha256("\0".join(headers).encode()).hexdigest()[:16]


UNCACHED = Headers(media_type("state.json"), "no-store")


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


class Store(Protocol):
    """A place for objects by key. Keys are relative to the site's root there, and have forward slashes.

    All methods raise DeployError when the place does not do what it should, and retrying did not help.
    """

    def get(self, key: str) -> Object | None:
        """Return an object, None when there is none."""

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
        """Write an object whole or not at all. Returns its ETag.

        `expected`: ABSENT, or the ETag that the object must still have.

        Raises:
            PreconditionFailed: something else is there.
        """

    def list(self, wanted: Collection[str]) -> dict[str, Listed]:
        """Return all objects; those whose key is not wanted may come without an ETag."""

    def delete(self, keys: Sequence[str]) -> dict[str, str]:
        """Delete objects, at most `batch` of them. Returns what went wrong, by key."""

    @property
    def batch(self) -> int:
        """How many objects can be deleted at once."""

    @property
    def address(self) -> str:
        """Where the site can be read, as far as that can be known once it has been listed."""

    def hold(self, deploy: str) -> AbstractContextManager[Callable[[], None]]:
        """Keep all other deploys away while the body runs. Gives a function that is to be called from time to time,
        and raises DeployError when the lock was lost.

        Raises:
            DeployError: another deploy is running, or the place knows no locks.
        """

    def stop(self) -> None:
        """Wait for nothing any more: retries end at once."""


def put_once(store: Store, key: str, data: Data, headers: Headers, expected: str = "", sha256: str = "") -> str:
    """Write an object. Returns its ETag.

    A lost answer and a retry look exactly like a lost race; so after a conflict the object is read back, and our own
    bytes mean that the first try did arrive. (Lock and manifest carry a nonce; a page that is there already is there.
    What comes in parts the store itself must know again.)

    Raises:
        PreconditionFailed: somebody else has written it.
    """
    try:
        return store.put(key, data, headers, sha256, expected)
    except PreconditionFailed:
        there = store.get(key) if isinstance(data, bytes) else None
        if there is not None and there.data == data:
            return there.etag
        raise
