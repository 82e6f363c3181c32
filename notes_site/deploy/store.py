"""What a deploy needs of the place that it writes to, and how a write is made that must not be made twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol

from notes_site.base.errors import PreconditionFailed
from notes_site.deploy.headers import headers_of
from notes_site.deploy.model import Headers, Listed, Object

ABSENT = "*"  # the guard of a write that must not replace anything (RFC 9110, section 13.1.2)
Data = bytes | Iterator[bytes]  # of an object; what is large comes in parts, and is not held in memory
UNCACHED: Headers = headers_of("state.json", fingerprinted=False)._replace(cache_control="no-store")


class Store(Protocol):
    """A place for objects by key. Keys are relative to the site's root there, and have forward slashes.

    All methods raise DeployError when the place does not do what it should, and retrying did not help.
    """

    def get(self, key: str) -> Object | None:
        """Return an object, None when there is none."""

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", guard: str = "") -> str:
        """Write an object whole or not at all. Returns its ETag.

        `guard`: ABSENT, or the ETag that the object must still have.

        Raises:
            PreconditionFailed: the guard forbids it.
        """

    def list(self, wanted: Collection[str]) -> dict[str, Listed]:
        """Return all objects; those whose key is not wanted may come without an ETag."""

    def delete(self, keys: Sequence[str]) -> dict[str, str]:
        """Delete objects, at most `batch` of them. Returns what went wrong, by key."""

    @property
    def batch(self) -> int:
        """How many objects can be deleted at once."""

    def fence(self, check: Callable[[], None]) -> None:
        """From now on call `check` right before each try to write or delete; what it raises comes instead of that."""

    def stop(self) -> None:
        """Wait for nothing any more: retries end at once."""

    def close(self) -> None:
        """Leave nothing behind but what was written."""


def put_once(store: Store, key: str, data: Data, headers: Headers, guard: str = "", sha256: str = "") -> str:
    """Write an object. Returns its ETag.

    A lost answer and a retry look exactly like a lost race; so after a conflict the object is read back, and our own
    bytes mean that the first try did arrive. (Lock and manifest carry a nonce; a page that is there already is there.
    What comes in parts the store itself must know again.)

    Raises:
        PreconditionFailed: somebody else has written it.
    """
    try:
        return store.put(key, data, headers, sha256, guard)
    except PreconditionFailed:
        there = store.get(key) if isinstance(data, bytes) else None
        if there is not None and there.data == data:
            return there.etag
        raise
