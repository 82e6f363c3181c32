"""From a project's folder to its parsed notes: scanned, remembered where nothing changed, else parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from notes_site import config as configs
from notes_site import leaks, noop, parsing, project
from notes_site.cache import Cache
from notes_site.diagnostics import Diagnostic, below, dumps, failed, loads
from notes_site.digest import combine, digest, digest_of
from notes_site.files import Scan, Stat
from notes_site.inputs import Inputs, read_inputs, scan_layers
from notes_site.model import Config, Note, Parsed, ParseOptions
from notes_site.paths import is_note
from notes_site.shelf import Records
from notes_site.text import decode

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(what: str, done: int, of: int) -> None:
    """Show no progress."""


_LARGEST_CHECKED = 1_000_000  # bytes: what is larger is a film or a data set, not a text that somebody pasted into


class Loaded(NamedTuple):
    """What the stages after parsing need. `problems` are those of the config and of files, `parsed` has the notes by
    path with theirs. `program` is the digest of our own sources and the toolchain; `stamp` that of all inputs, '' when
    some are too young to vouch for. `shown` is what problems call each layer's folder. `sound` is False when the
    config has errors: what depends on it could only mislead.
    """

    config: Config
    sound: bool
    roots: dict[str, str]
    shown: dict[str, str]
    inputs: Inputs
    problems: tuple[Diagnostic, ...]
    parsed: dict[str, Parsed]
    program: str
    stamp: str
    new_bodies: dict[str, str]
    records: Records
    memo: Memo

    @property
    def notes(self) -> list[Note]:
        """The notes that could be read, by path."""
        return [result.note for result in self.parsed.values() if result.note]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The problems of the config, of files and of each note."""
        of_notes = (d for result in self.parsed.values() for d in result.diagnostics)
        return (*self.problems, *below(self.config.content, of_notes))


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


def load(target: project.Project, cache: Cache, *, jobs: int | None = None, progress: Progress = silent) -> Loaded:
    """Return the project's notes and all that is wrong with its files. `jobs`: parsing processes, None for as many
    as pay.
    """
    config, config_problems, config_stamp = _read_config(target)
    roots = project.layers(target, config.content, config.templates, config.static)
    shown = {"content": config.content, "templates": config.templates, "static": config.static}
    scans = scan_layers(roots, shown)
    stamp = noop.input_stamp(config_stamp, scans)
    known = cache.inputs()
    inputs = read_inputs(roots, scans, shown, known)
    cache.save_inputs(
        {n: s for n, s in inputs.stamps.items() if known.get(n) != s}, known.keys() - inputs.stamps.keys()
    )
    program = combine(*noop.toolchain(), *(part for item in inputs.digests["program"].items() for part in item))
    memo, records = Memo(cache), Records(cache)
    options = configs.parse_options(config)
    parsed, new_bodies = _notes(inputs, roots, options, program, cache, memo, records, jobs, progress)
    leaked = tuple(_leaks_in_files(inputs, scans, roots, shown, config.leaks_allow, program, memo))
    hasty = any(d.code in parsing.NEVER_KEPT for result in parsed.values() for d in result.diagnostics)
    trusted = not hasty and all(before for before, _ in inputs.stamps.values())
    return Loaded(
        config,
        not failed(config_problems),
        roots,
        shown,
        inputs,
        (*config_problems, *inputs.problems, *leaked),
        parsed,
        program,
        stamp if trusted else "",
        new_bodies,
        records,
        memo,
    )


def _read_config(target: project.Project) -> tuple[Config, tuple[Diagnostic, ...], Stat | None]:
    data, stamp, unread = project.read_config(target)
    config, problems = configs.read(target.config.name, data)
    return config, (*unread, *problems), stamp


def _notes(
    inputs: Inputs,
    roots: Mapping[str, str],
    options: ParseOptions,
    program: str,
    cache: Cache,
    memo: Memo,
    records: Records,
    jobs: int | None,
    progress: Progress,
) -> tuple[dict[str, Parsed], dict[str, str]]:
    decode = msgspec.msgpack.Decoder(Parsed).decode
    shared = (program, digest_of(options))
    found: dict[str, Parsed] = {}
    misses: list[parsing.Task] = []
    for path, known in inputs.digests["content"].items():
        if is_note(path):
            key = combine("note", path, known, *shared)
            kept = memo.get(key)
            try:
                found[path] = decode(kept or b"")
            except msgspec.MsgspecError:  # never parsed, or damaged
                data = _bytes(inputs, roots, path)  # which may be newer than the scan
                misses.append(parsing.Task(path, data, cache.code(path, program)))
    bodies: dict[str, str] = {}
    codes: dict[str, bytes] = {}
    keys = {path: combine("note", path, digest(data), *shared) for path, data, _ in misses}
    for path, encoded, body, record, codes[path] in parsing.parse_all(misses, options, jobs, progress):
        found[path] = result = decode(encoded)
        if result.note:
            records.put(result.note.search, record)
        if result.note and result.note.body:
            bodies[result.note.body] = body
        if not any(d.code in parsing.NEVER_KEPT for d in result.diagnostics):
            memo.put(keys[path], encoded)
    cache.save_code(program, codes)
    cache.keep_code(found)
    return dict(sorted(found.items())), bodies


def _leaks_in_files(
    inputs: Inputs,
    scans: Mapping[str, Scan],
    roots: Mapping[str, str],
    shown: Mapping[str, str],
    allow: tuple[str, ...],
    program: str,
    memo: Memo,
) -> Iterator[Diagnostic]:
    """Yield the secrets in files that are published as they are, and remember what each has."""
    for layer in ("content", "static"):
        for path, known in inputs.digests.get(layer, {}).items():
            if not checked_for_leaks(layer, path, scans[layer].files[path].size):
                continue
            name = f"{shown[layer]}/{path}"
            key = combine("leaks", name, known, program, *allow)
            kept = memo.get(key)
            if kept is None:
                data = Path(roots[layer], path).read_bytes()
                kept = dumps(leaks_in_file(name, data, allow)).encode()
                if digest(data) == known:
                    memo.put(key, kept)
            yield from loads(kept.decode())


def checked_for_leaks(layer: str, path: str, size: int) -> bool:
    """Tell whether a file of so many bytes is published as it is, and small enough to be looked through for secrets."""
    return (layer == "static" or (layer == "content" and not is_note(path))) and size <= _LARGEST_CHECKED


def leaks_in_file(name: str, data: bytes, allow: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    """Return the secrets in a file. `name` is its path from the project's folder, `allow` the fingerprints of none."""
    return leaks.check(name, decode(name, data).text, allow)


def _bytes(inputs: Inputs, roots: Mapping[str, str], path: str) -> bytes:
    data = inputs.data.get(("content", path))
    return Path(roots["content"], path).read_bytes() if data is None else data


def texts(loaded: Loaded, layer: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file of a small layer."""
    for path in loaded.inputs.digests.get(layer, {}):
        data = loaded.inputs.data.get((layer, path))
        yield path, Path(loaded.roots[layer], path).read_bytes() if data is None else data
