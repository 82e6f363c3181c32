"""From a project's folder to its parsed notes: scanned, remembered where nothing changed, else parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from notes_site.base.config import Config
from notes_site.base.diagnostics import Diagnostic, below, dumps, failed, loads
from notes_site.base.digest import combine, digest, digest_of
from notes_site.base.model import Note, Parsed, ParseOptions
from notes_site.base.paths import Origin, is_note
from notes_site.base.progress import Progress, silent
from notes_site.build import up_to_date, workers
from notes_site.build.inputs import Inputs, read_inputs, scan_layers
from notes_site.build.sources import Sources, sources_of
from notes_site.config import project
from notes_site.config import reading as configs
from notes_site.secrets import detect
from notes_site.secrets.files import LARGEST, as_text, is_media
from notes_site.storage.cache import Cache
from notes_site.storage.files import Scan, read_inside
from notes_site.storage.memo import Memo
from notes_site.storage.search_records import Records


class Loaded(NamedTuple):
    """What the stages after parsing need. `problems` are those of the config and of files, `parsed` has the notes by
    path with theirs. `program` is the digest of our own sources and the toolchain; `stamp` that of all inputs, '' when
    some are too young to vouch for; `sources` what the build record says of them. `shown` is what problems call each
    layer's folder. `sound` is False when the config has errors: what depends on it could only mislead.
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
    sources: Sources
    new_bodies: dict[str, str]
    records: Records
    memo: Memo

    def layer_of(self, origin: Origin) -> str:
        """Return the layer in which a file is found: the theme's, for a static file that the site itself has not."""
        own = origin.layer != "static" or origin.path in self.inputs.digests.get("static", ())
        return origin.layer if own else "theme-static"

    @property
    def notes(self) -> list[Note]:
        """The notes that could be read, by path."""
        return [result.note for result in self.parsed.values() if result.note]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The problems of the config, of files and of each note."""
        of_notes = (d for result in self.parsed.values() for d in result.diagnostics)
        return (*self.problems, *below(self.config.content, of_notes))


def load(target: project.Project, cache: Cache, *, jobs: int | None = None, progress: Progress = silent) -> Loaded:
    """Return the project's notes and all that is wrong with its files. `jobs`: parsing processes, None for as many
    as pay.
    """
    settings = project.read_config(target)
    config, config_problems = configs.read(target.config.name, settings.data)
    roots = project.layers(target, config.content, config.templates, config.static)
    shown = {"content": config.content, "templates": config.templates, "static": config.static}
    scans = scan_layers(roots, shown)
    stamp = up_to_date.input_stamp(settings.stamp, scans)
    known = cache.inputs()
    inputs = read_inputs(roots, scans, shown, known)
    cache.save_inputs(
        {n: s for n, s in inputs.stamps.items() if known.get(n) != s}, known.keys() - inputs.stamps.keys()
    )
    program = combine(*up_to_date.toolchain(), *(part for item in inputs.digests["program"].items() for part in item))
    memo, records = Memo(cache), Records(cache)
    options = configs.parse_options(config)
    parsed, new_bodies = _notes(inputs, roots, options, program, cache, memo, records, jobs, progress)
    leaked = tuple(_leaks_in_files(inputs, scans, roots, shown, config.leaks_allow, program, memo))
    hasty = any(d.code in workers.NEVER_KEPT for result in parsed.values() for d in result.diagnostics)
    trusted = not hasty and all(before for before, _ in inputs.stamps.values())
    return Loaded(
        config,
        not failed((*settings.problems, *config_problems)),
        roots,
        shown,
        inputs,
        (*settings.problems, *config_problems, *inputs.problems, *leaked),
        parsed,
        program,
        stamp if trusted else "",
        sources_of(settings.data, inputs.digests),
        new_bodies,
        records,
        memo,
    )


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
    misses: list[workers.Task] = []
    for path, known in inputs.digests["content"].items():
        if is_note(path):
            key = combine("note", path, known, *shared)
            kept = memo.get(key)
            try:
                found[path] = decode(kept or b"")
            except msgspec.MsgspecError:  # never parsed, or damaged
                data = _bytes(inputs, roots, path)  # which may be newer than the scan
                misses.append(workers.Task(path, data, cache.code(path, program)))
    bodies: dict[str, str] = {}
    codes: dict[str, bytes] = {}
    keys = {path: combine("note", path, digest(data), *shared) for path, data, _ in misses}
    for path, encoded, body, record, codes[path] in workers.parse_all(misses, options, jobs, progress):
        found[path] = result = decode(encoded)
        if result.note:
            records.put(result.note.search, record)
        if result.note and result.note.body:
            bodies[result.note.body] = body
        if not any(d.code in workers.NEVER_KEPT for d in result.diagnostics):
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
    """Yield the secrets in files that are no notes, and in the names of all, and remember what each file has."""
    for layer in shown:
        digests = inputs.digests.get(layer, {})
        yield from detect.check_names((f"{shown[layer]}/{path}" for path in digests), allow)
        for path, known in digests.items():
            if not checked_for_leaks(layer, path):
                continue
            key = combine("leaks", f"{shown[layer]}/{path}", known, program, *allow)
            kept = memo.get(key)
            if kept is None:
                data, found = leaks_in_file(roots, shown, layer, path, scans[layer].files[path].size, allow)
                kept = dumps(found).encode()
                if data is None or digest(data) == known:
                    memo.put(key, kept)
            yield from loads(kept.decode())


def checked_for_leaks(layer: str, path: str) -> bool:
    """Tell whether a file of the site is looked through as it is: notes are while they are parsed."""
    return layer in ("templates", "static") or (layer == "content" and not is_note(path))


def leaks_in_file(
    roots: Mapping[str, str], shown: Mapping[str, str], layer: str, path: str, size: int, allow: tuple[str, ...]
) -> tuple[bytes | None, tuple[Diagnostic, ...]]:
    """Return the bytes of a file that is no note, None when they do not matter or are too many, and its secrets.
    `allow`: the fingerprints of what is none.
    """
    wanted = size <= LARGEST and not is_media(path)
    data = read_inside(roots[layer], Path(roots[layer], path)) if wanted else None
    return data, detect.check_file(f"{shown[layer]}/{path}", data, allow)


def _bytes(inputs: Inputs, roots: Mapping[str, str], path: str) -> bytes:
    data = inputs.data.get(("content", path))
    return read_inside(roots["content"], Path(roots["content"], path)) if data is None else data


def texts(loaded: Loaded, layer: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file of a small layer."""
    for path in loaded.inputs.digests.get(layer, {}):
        data = loaded.inputs.data.get((layer, path))
        yield path, Path(loaded.roots[layer], path).read_bytes() if data is None else data


def looked_through(target: project.Project, loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of all in which leaks are sought: settings, notes, other files of the site."""
    yield target.config.name, as_text(project.read_config(target).data)
    for layer, folder in loaded.shown.items():
        for path in loaded.inputs.digests.get(layer, {}):
            file = Path(loaded.roots[layer], path)
            if not is_media(path) and file.stat().st_size <= LARGEST:
                yield f"{folder}/{path}", as_text(file.read_bytes())
