"""The build record, `.notes-site/build.json`: which files of an output folder are ours, what each of them is, and what
they were made from. Written and read here alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring as quoted
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from notes_site.base.paths import Origin, OutputKind
from notes_site.storage.files import STATE, is_inside, read_json, write_whole

SCHEMA = 2  # 1 had only digests of files, and a list of the pages that show other pages
_KINDS = frozenset(get_args(OutputKind))


class OutputFile(NamedTuple):
    """A published file: the digest of its bytes, what it is to others, whether its name changes with its bytes, and the
    file that it shows.
    """

    digest: str
    kind: OutputKind
    fingerprinted: bool = False
    origin: Origin | None = None


class BuildRecord(NamedTuple):
    """What a build leaves behind. `problems`: how many diagnostics of each code it had; `sources`: the digests of what
    the files were made from; `written`: when, in ns.
    """

    state: Literal["in-progress", "complete"]
    files: Mapping[str, OutputFile]
    drafts: bool = False
    problems: Mapping[str, int] = {}
    sources: Sequence[str] = ()
    written: int = 0


def record_path(output: Path) -> Path:
    """Return where the build record of an output folder lies."""
    return output / STATE / "build.json"


def read_record(output: Path) -> BuildRecord:
    """Return the record of an output folder, also one that an earlier version wrote.

    Raises:
        OSError: it cannot be read.
        ValueError: it is damaged, of a later version, or names what lies outside of the folder.
    """
    try:
        written = record_path(output).stat().st_mtime_ns
        data = read_json(record_path(output))
        files = dict(_files(data))
        problems = {str(code): int(number) for code, number in data["diagnostics"].items()}
        if data["schema"] not in (1, SCHEMA) or data["state"] not in ("in-progress", "complete"):
            raise ValueError("a later version")
        if not all(map(is_inside, files)):
            raise ValueError("a path out of the folder")
        sources = tuple(map(str, data.get("sources", ())))
        return BuildRecord(data["state"], files, bool(data["drafts"]), problems, sources, written)
    except (TypeError, KeyError, AttributeError):
        raise ValueError("no build record") from None


def recorded_files(output: Path) -> dict[str, OutputFile]:
    """Return every file that the last build of this folder wrote, by path: however the rest of the record may be, and
    nothing that lies outside of the folder.

    Raises:
        OSError: the record cannot be read.
        ValueError: it is damaged.
    """
    try:
        return {path: file for path, file in _files(read_json(record_path(output))) if is_inside(path)}
    except (TypeError, KeyError, AttributeError):
        raise ValueError("no build record") from None


def owned_files(output: Path) -> dict[str, OutputFile]:
    """Return what `recorded_files` does; a damaged record owns nothing."""
    try:
        return recorded_files(output)
    except (OSError, ValueError):
        return {}


def _files(record: Any) -> Iterator[tuple[str, OutputFile]]:
    lists = frozenset(record.get("lists", ()))
    for path, row in record["files"].items():
        if isinstance(row, str):
            yield path, _of_schema_1(path, row, path in lists)
        else:
            digest, kind, fingerprinted, *origin = row
            if kind not in _KINDS:
                raise ValueError("an unknown kind")
            yield path, OutputFile(str(digest), kind, fingerprinted is True, Origin(*origin) if origin else None)


def _of_schema_1(path: str, digest: str, is_list: bool) -> OutputFile:
    """Return what a file is by its name: all that records of schema 1 tell."""
    if path == "index.html":
        return OutputFile(digest, "home")
    if path.endswith((".html", ".htm")):
        return OutputFile(digest, "list" if is_list else "page")
    if path in ("sitemap.xml", "feed.xml", "notes.json", "robots.txt", "llms.txt", "search/entry.js"):
        return OutputFile(digest, "pointer")
    return OutputFile(digest, "asset", digest[:8] in path.rpartition("/")[2].split(".")[1:])


def write_record(output: Path, record: BuildRecord) -> None:
    """Write the record of an output folder in one step, unless it is the same already.

    Raises:
        OSError: it cannot be written.
    """
    head = json.dumps(
        {
            "schema": SCHEMA,
            "state": record.state,
            "drafts": record.drafts,
            "diagnostics": dict(sorted(record.problems.items())),
            "sources": list(record.sources),
        },
        ensure_ascii=False,
        indent=0,
    ).removesuffix("\n}")
    lines = (f"{quoted(path)}: {_row(file)}" for path, file in sorted(record.files.items()))
    data = (head + ',\n"files": {\n' + ",\n".join(lines) + "\n}\n}\n").encode()
    target = record_path(output)
    if target.is_file() and target.read_bytes() == data:
        return
    staged = target.with_name("staging") / "record"
    staged.unlink(missing_ok=True)  # what a killed build left
    write_whole(target, data, staged=staged)


def _row(file: OutputFile) -> str:
    row = (file.digest, file.kind, file.fingerprinted, *(file.origin or ()))
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
