"""From a project's folder to its parsed notes: scanned, remembered where nothing changed, else parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from notes_site.base.config import Config
from notes_site.base.diagnostics import Diagnostic, dumps, failed, in_folder, loads
from notes_site.base.digest import combine, digest, digest_of
from notes_site.base.model import Note, Parsed, ParseOptions, SearchRecord
from notes_site.base.paths import Origin, is_note
from notes_site.base.progress import Progress, silent
from notes_site.build import up_to_date, workers
from notes_site.build.inputs import Inputs, read_inputs, remember, remembered, scan_layers
from notes_site.build.sources import Sources, sources_of
from notes_site.config import project
from notes_site.config.reading import parse_config, parse_options
from notes_site.secrets import detect
from notes_site.secrets.files import LARGEST, as_text, is_media
from notes_site.storage.cache import Cache
from notes_site.storage.files import read_inside
from notes_site.storage.scan import Scan


class Loaded(NamedTuple):
    """What the stages after parsing need. `problems` are those of the config and of files, `parsed` has the notes by
    path with theirs. `program` is the digest of our own sources and the toolchain; `stamp` that of all inputs, '' when
    some are too young to vouch for; `sources` what the build record says of them. `sound` is False when the config has
    errors: what depends on it could only mislead.
    """

    config: Config
    sound: bool
    inputs: Inputs
    problems: tuple[Diagnostic, ...]
    parsed: dict[str, Parsed]
    program: str
    stamp: str
    sources: Sources

    @property
    def roots(self) -> Mapping[str, str]:
        """The folder of each layer."""
        return self.inputs.roots

    @property
    def shown(self) -> Mapping[str, str]:
        """What problems call the folder of each of the site's own layers."""
        return self.inputs.shown

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
        return (*self.problems, *in_folder(self.config.content, of_notes))


def load(target: project.Project, cache: Cache, *, jobs: int | None = None, progress: Progress = silent) -> Loaded:
    """Return the project's notes and all that is wrong with its files. `jobs`: parsing processes, None for as many
    as pay. HTML and search records are put into the cache.
    """
    settings = project.read_config(target)
    config, config_problems = parse_config(target.config.name, settings.data)
    roots = project.layers(target, config.content, config.templates, config.static)
    shown = {"content": config.content, "templates": config.templates, "static": config.static}
    scans = scan_layers(roots, shown)
    stamp = up_to_date.input_stamp(settings.stamp, scans)
    known = remembered(cache)
    inputs = read_inputs(roots, scans, shown, known)
    remember(cache, known, inputs)
    program = combine(*up_to_date.toolchain(), *(part for item in inputs.digests["program"].items() for part in item))
    parsed = _parsed(inputs, parse_options(config), program, cache, jobs, progress)
    leaked = tuple(_leaks_in_files(inputs, scans, config.leaks_allow, program, cache))
    hasty = any(d.code in workers.NEVER_KEPT for result in parsed.values() for d in result.diagnostics)
    trusted = not hasty and all(before for before, _ in inputs.stamps.values())
    return Loaded(
        config,
        not failed((*settings.problems, *config_problems)),
        inputs,
        (*settings.problems, *config_problems, *inputs.problems, *leaked),
        parsed,
        program,
        stamp if trusted else "",
        sources_of(settings.data, inputs.digests),
    )


def _parsed(
    inputs: Inputs, options: ParseOptions, program: str, cache: Cache, jobs: int | None, progress: Progress
) -> dict[str, Parsed]:
    """Return all notes by path, those that have not changed as they were parsed before."""
    decode = msgspec.msgpack.Decoder(Parsed).decode
    shared = (program, digest_of(options))
    notes = {path: known for path, known in inputs.digests["content"].items() if is_note(path)}
    keys = {path: combine("note", path, known, *shared) for path, known in notes.items()}
    kept = cache.get_many("results", [*keys.values()])
    found: dict[str, Parsed] = {}
    changed: dict[str, bytes] = {}
    for path, key in keys.items():
        try:
            found[path] = decode(kept.get(key, b""))
        except msgspec.MsgspecError:  # never parsed, or damaged
            changed[path] = inputs.read("content", path)  # which may be newer than the scan
    made_by = program.encode() + b"\n"
    codes = {
        path: code.removeprefix(made_by)
        for path, code in cache.get_many("code", [*changed]).items()
        if code.startswith(made_by)
    }
    tasks = [workers.Task(path, data, codes.get(path, b"")) for path, data in changed.items()]
    for path, encoded, body, record, code in workers.parse_all(tasks, options, jobs, progress):
        found[path] = result = decode(encoded)
        if result.note:
            put_text(cache, result.note, body, record)
        if not any(d.code in workers.NEVER_KEPT for d in result.diagnostics):
            cache.put("results", combine("note", path, digest(changed[path]), *shared), encoded)
        cache.put("code", path, made_by + code)
    return dict(sorted(found.items()))


def put_text(cache: Cache, note: Note, body: str, record: SearchRecord) -> None:
    """Put what a note says where pages and search find it by its digests."""
    if note.body:
        cache.put("html", note.body, body.encode())
    cache.put("terms", note.search, record.terms.encode())
    if record.sections:
        cache.put("sections", note.search, record.sections.encode())


def _leaks_in_files(
    inputs: Inputs, scans: Mapping[str, Scan], allow: tuple[str, ...], program: str, cache: Cache
) -> Iterator[Diagnostic]:
    """Yield the secrets in files that are no notes, and in the names of all, and remember what each file has."""
    for layer, folder in inputs.shown.items():
        digests = inputs.digests.get(layer, {})
        yield from detect.check_names((f"{folder}/{path}" for path in digests), allow)
        checked = {path: known for path, known in digests.items() if checked_for_leaks(layer, path)}
        keys = {path: combine("leaks", f"{folder}/{path}", known, program, *allow) for path, known in checked.items()}
        kept = cache.get_many("results", [*keys.values()])
        for path, key in keys.items():
            if key not in kept:
                data, found = leaks_in_file(inputs, layer, path, scans[layer].files[path].size, allow)
                kept[key] = dumps(found).encode()
                if data is None or digest(data) == checked[path]:
                    cache.put("results", key, kept[key])
            yield from loads(kept[key].decode())


def checked_for_leaks(layer: str, path: str) -> bool:
    """Return whether a file of the site is looked through as it is: notes are while they are parsed."""
    return layer in ("templates", "static") or (layer == "content" and not is_note(path))


def leaks_in_file(
    inputs: Inputs, layer: str, path: str, size: int, allow: tuple[str, ...]
) -> tuple[bytes | None, tuple[Diagnostic, ...]]:
    """Return the bytes of a file that is no note as they are now, None when they do not matter or are too many, and its
    secrets. `allow`: the fingerprints of what is none.
    """
    root = inputs.roots[layer]
    data = read_inside(root, Path(root, path)) if size <= LARGEST and not is_media(path) else None
    return data, detect.check_file(f"{inputs.shown[layer]}/{path}", data, allow)


def looked_through(target: project.Project, loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of all in which leaks are sought: settings, notes, other files of the site."""
    yield target.config.name, as_text(project.read_config(target).data)
    for layer, folder in loaded.shown.items():
        for path in loaded.inputs.digests.get(layer, {}):
            file = Path(loaded.roots[layer], path)
            if not is_media(path) and file.stat().st_size <= LARGEST:
                yield f"{folder}/{path}", as_text(loaded.inputs.read(layer, path))
