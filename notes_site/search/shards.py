"""Records to term shards. Notes are numbered in the order given; 64 of them make a chunk.

A line of a shard is a term, a tab and its postings by chunk: `0!AkCb,3!_c` says that notes 0 and 2 have it with the
weights `k` and `b`, and note 3 * 64 + 63 with `c`. So the lines of a chunk do not depend on what stands in others:
chunks are kept, and after an edit one is made anew and all are joined, without decoding any posting.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, Protocol

from notes_site.base.digest import combine

CHUNK = 64
PLACES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_POSTING = 6  # bytes of a posting with its share of its term: 3 in large sites of few words, 9 in small ones
_SHARD = 16_000  # bytes of a shard that are aimed at: some 6 KB compressed
_IN_ENTRY = 3  # shards whose terms come with the entry: on a slow line a second request takes longer than they do
_PLAY = 0.2  # of a shard, to both sides, where its bound is looked for


class RecordStore(Protocol):
    """Where records and chunks are kept, by digest."""

    def terms(self, digests: Sequence[str]) -> list[str]:
        """Return the terms of records."""

    def sections(self, digest: str) -> str:
        """Return the sections of a record."""

    def chunks(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return the chunks that are known."""

    def keep_chunk(self, key: str, lines: str) -> None:
        """Remember a chunk."""


class Shards(NamedTuple):
    """`bounds`: the text from which each shard begins, sorted as browsers compare; `lines` of each. Without bounds, all
    lines are the entry's.
    """

    bounds: tuple[str, ...]
    lines: tuple[str, ...]


def shard_count(postings: int) -> int:
    """Return how many shards so many postings make: few values, so that it changes seldom. 0: the entry has them."""
    wanted = postings * _POSTING / _SHARD
    if wanted <= _IN_ENTRY:
        return 0
    count = 1
    while count < wanted:
        count = count * 3 // 2 if count & (count - 1) == 0 and count > 1 else (count // 3 * 4 or 2)
    return count


def chunk_keys(digests: Sequence[str]) -> list[str]:
    """Return the keys of the chunks that records make, given by their digests."""
    return [combine("chunk", *part) for part in _parts(digests)]


def make_shards(digests: Sequence[str], count: int, store: RecordStore) -> Shards:
    """Return `count` shards of these records, or with 0 all their lines as one that has no bound."""
    keys = chunk_keys(digests)
    known = store.chunks(keys)
    postings: defaultdict[str, list[str]] = defaultdict(list)
    for number, (key, part) in enumerate(zip(keys, _parts(digests), strict=True)):
        chunk = known.get(key)
        if chunk is None:
            chunk = _chunk(store.terms(part))
            store.keep_chunk(key, chunk)
        lead, flat = f"{number}!", chunk.replace("\n", "\t").split("\t") if chunk else ()
        for term, group in zip(flat[::2], flat[1::2], strict=True):
            postings[term].append(lead + group)
    terms = sorted(postings, key=None if "".join(postings).isascii() else _in_browsers)
    lines = [f"{term}\t{','.join(postings[term])}" for term in terms]
    return _cut(terms, lines, count) if count else Shards((), ("\n".join(lines),))


def _parts(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    return (digests[start : start + CHUNK] for start in range(0, len(digests), CHUNK))


def _chunk(records: Iterable[str]) -> str:
    """The lines of one chunk: term, tab, and two characters for each note that has it."""
    groups: dict[str, str] = {}
    for place, terms in zip(PLACES, records, strict=False):
        for line in filter(None, terms.split("\n")):
            term = line[1:]
            groups[term] = groups.get(term, "") + place + line[0]
    return "\n".join(f"{term}\t{group}" for term, group in groups.items())


def _in_browsers(term: str) -> bytes:
    """The key by which browsers compare texts: UTF-16, which differs beyond U+FFFF alone."""
    return term.encode("utf-16-be", "surrogatepass")


def _cut(terms: Sequence[str], lines: Sequence[str], count: int) -> Shards:
    """Cut sorted lines into shards of about equal size, each beginning where few beginnings of words are shared: so
    an edit seldom moves a bound.
    """
    ends = list(accumulate(len(line) + 1 for line in lines))
    size = (ends[-1] if ends else 0) / count
    starts, bounds = [0], [""]
    for number in range(1, count):
        start = max(starts[-1], _start(terms, ends, number * size, _PLAY * size))
        starts.append(start)
        bounds.append(_least(terms, start))
    pieces = ("\n".join(lines[a:b]) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True))
    return Shards(tuple(bounds), tuple(pieces))


def _start(terms: Sequence[str], ends: Sequence[int], target: float, play: float) -> int:
    """Return where a shard begins: near `target`, where a term shares least with the one before."""
    first, last = bisect_left(ends, target - play) + 1, bisect_right(ends, target + play) + 1
    near = range(first, min(last, len(terms)))
    if not near:
        return min(first, len(terms))
    return min(near, key=lambda n: (_shared(terms[n - 1], terms[n]), abs(ends[n - 1] - target)))


def _least(terms: Sequence[str], start: int) -> str:
    """Return the shortest text from which on a shard has its terms and those before it none."""
    if start >= len(terms):
        return "\uffff" if terms else ""
    return terms[start][: _shared(terms[start - 1], terms[start]) + 1] if start else ""


def _shared(first: str, second: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    return next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
