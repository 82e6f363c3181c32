"""Where search records are while a site is built: what is new in memory, the rest in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from notes_site.base.errors import DamagedCache
from notes_site.base.model import SearchRecord
from notes_site.storage.cache import Cache


class Records:
    """Search records and chunks of them, by digest: a `search.shards.RecordStore`."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.new: dict[str, tuple[str, str]] = {}

    def put(self, digest: str, record: SearchRecord) -> None:
        """Remember the record of a note just parsed."""
        self.new[digest] = (record.terms, record.sections)

    def terms(self, digests: Sequence[str]) -> list[str]:
        """Return the terms of records.

        Raises:
            DamagedCache: one is not there.
        """
        known = self.chunks(digests)
        try:
            return [known[digest] for digest in digests]
        except KeyError as exc:
            raise DamagedCache from exc

    def sections(self, digest: str) -> str:
        """Return the sections of a record.

        Raises:
            DamagedCache: it is not there.
        """
        found = self.new[digest][1] if digest in self.new else self._cache.sections(digest)
        if found is None:
            raise DamagedCache
        return found

    def chunks(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return the chunks that are known."""
        known = self._cache.terms([key for key in keys if key not in self.new])
        return known | {key: self.new[key][0] for key in keys if key in self.new}

    def keep_chunk(self, key: str, lines: str) -> None:
        """Remember a chunk."""
        self.new[key] = (lines, "")

    def hold(self, digests: Iterable[str]) -> None:
        """Take records and chunks from the cache into memory, where nobody else can forget them."""
        for key, terms in self._cache.terms([key for key in digests if key not in self.new]).items():
            self.new[key] = terms, self._cache.sections(key) or ""

    def keep(self, used: Iterable[str]) -> None:
        """Hold these records and chunks in memory, as far as they are there, and no others."""
        self.new = {key: self.new[key] for key in used if key in self.new}

    def save(self, *, used: Sequence[str] | None = None) -> None:
        """Hand what is new to the cache; with `used` forget all else."""
        self._cache.save_search(self.new)
        if used is not None:
            self._cache.keep_search(used)
