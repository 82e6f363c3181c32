"""Results of work that need not be done again, remembered by key across builds."""

from __future__ import annotations

from notes_site.storage.cache import Cache


class Memo:
    """Results remembered by key, across builds; those not asked for are forgotten."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._old = cache.memo()
        self._used: set[str] = set()
        self._new: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """Return what is remembered."""
        self._used.add(key)
        return self._new.get(key) or self._old.get(key)

    def put(self, key: str, value: bytes) -> None:
        """Remember a result."""
        self._used.add(key)
        self._new[key] = value

    def save(self, *, forget: bool) -> None:
        """Hand what is new to the cache; with `forget` drop what nobody asked for."""
        self._cache.save_memo(self._new, self._old.keys() - self._used if forget else ())
