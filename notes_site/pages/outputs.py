"""What a site publishes: pages, texts and copies, each with its path; and which cannot stand side by side. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from notes_site.base import paths
from notes_site.base.codes import ErrorCode
from notes_site.base.diagnostics import Diagnostic, error, warning
from notes_site.base.model import Record
from notes_site.base.paths import Origin, OutputKind, OutputPath
from notes_site.pages.addresses import PageKind
from notes_site.pages.views import View

REPLACEABLE = frozenset({"robots.txt", "llms.txt"})
_POINTERS = frozenset({*REPLACEABLE, "sitemap.xml", "feed.xml", "notes.json"})


class Page(NamedTuple):
    """An output that a template renders from a view. `source` is what it is made from, in words or as a file's path;
    `place` the file (line, column, length) to which it is due, where that is not the source.
    """

    output: OutputPath
    source: str
    page: PageKind
    make: Callable[[], View]
    origin: Origin | None = None
    place: tuple[str, int, int, int] = ("", 0, 0, 0)
    fingerprinted: bool = False

    @property
    def template(self) -> str:
        """The name of the template that renders it."""
        return self.page.template

    @property
    def kind(self) -> OutputKind:
        """What it is to who publishes it."""
        return self.page.value.output


class Text(NamedTuple):
    """An output that a function renders from a view."""

    output: OutputPath
    source: str
    make: Callable[[], Record]
    render: Callable[..., bytes]
    kind: OutputKind = "asset"
    origin: Origin | None = None
    fingerprinted: bool = False


class Copy(NamedTuple):
    """An output that is a file as it stands. The name of one that is `fingerprinted` changes with its bytes."""

    output: OutputPath
    source: str
    origin: Origin
    digest: str
    kind: OutputKind = "asset"
    fingerprinted: bool = False


Output = Page | Text | Copy


def copy_of(output: OutputPath, source: str, origin: Origin, digest: str) -> Copy:
    """Return the copy of a file under its own name, or under one that carries the digest of its bytes."""
    html = output.endswith((".html", ".htm"))
    kind: OutputKind = "pointer" if output in _POINTERS else "page" if html else "asset"
    return Copy(output, source, origin, digest, kind, output == paths.file_url(origin.path, digest))


def without_collisions(outputs: Iterable[Output]) -> tuple[dict[str, Output], list[Diagnostic]]:
    """Return the outputs by path, the first of each, and an error for each further source of one, for a name that is
    a file and a folder, and for a name that file systems refuse.
    """
    chosen: dict[str, Output] = {}
    found: list[Diagnostic] = []
    for output in outputs:
        key = paths.collision_key(output.output)
        first = chosen.get(key)
        if isinstance(output, Copy) and output.origin.layer == "static" and output.output in REPLACEABLE:
            first = None
        if first is None or _are_one(first, output):
            chosen[key] = output
        else:
            found.append(_collision(first, output))
    for key, output in chosen.items():
        parents = [key[:n] for n, c in enumerate(key) if c == "/"]
        found += [_collision(chosen[parent], output) for parent in parents if parent in chosen]
    found += map(_too_long, _with_long_names(chosen.values()))
    copies = (output for output in chosen.values() if isinstance(output, Copy))  # the others have names of our making
    flawed = ((copy, paths.flaw(copy.output)) for copy in copies)
    found += (_at(o, "bad-name", f"`{o.output}` {wrong}", "rename it") for o, wrong in flawed if wrong)
    found += _unfit_for_windows(chosen.values())
    return {output.output: output for output in chosen.values()}, found


def _are_one(first: Output, second: Output) -> bool:
    """Return whether nothing is lost of two outputs when one stands for both: copies of the same bytes."""
    if isinstance(first, Copy) and isinstance(second, Copy):
        return (first.output, first.digest) == (second.output, second.digest)
    return first == second


def _with_long_names(outputs: Iterable[Output]) -> Iterable[Output]:
    """The outputs with a name that file systems refuse: the first with each such name, and the first of each source."""
    of_name: dict[bytes, Output] = {}
    of_source: dict[str, Output] = {}
    for output in outputs:
        name = _longest_name(output.output)
        if len(name) > paths.NAME_BYTES:
            of_name.setdefault(name, output)
    for output in of_name.values():
        of_source.setdefault(output.source, output)
    return of_source.values()


def _longest_name(url: str) -> bytes:
    return max((segment.encode() for segment in url.split("/")), key=len)


def _too_long(output: Output) -> Diagnostic:
    message = f"`{output.output}` has a name of more than {paths.NAME_BYTES} bytes, which file systems refuse"
    return _at(output, "name-too-long", message, "shorten the name that it is made from")


def _unfit_for_windows(outputs: Iterable[Output]) -> Iterable[Diagnostic]:
    """Yield what Windows cannot write: an error for what it keeps for devices, and a warning for a file that only
    other systems can have. One for each place: several outputs may be due to it.
    """
    told = set[tuple[str, int, int]]()
    for output in outputs:
        names = output.output.split("/")
        device = next(filter(paths.is_reserved, names), "").partition(".")[0]
        if device:
            message = f"`{device}` is a device name on Windows, where `{output.output}` cannot be written"
            problem = _at(output, "reserved-name", message, _rename(output))
        elif isinstance(output, Copy) and any(map(paths.is_never_on_windows, names)):
            message = (
                f"Windows cannot write `{output.output}`: "
                'a name there has none of `<>:"|?*\\`, and no dot or blank at its end'
            )
            problem = warning(output.source, "windows-name", message, hint="rename it")
        else:
            continue
        place = (problem.path, problem.line, problem.column)
        of_file = output.origin or (isinstance(output, Page) and output.place[0])
        if of_file and place not in told:  # else its name comes from an area, whose own page is told of
            told.add(place)
            yield problem


def _collision(first: Output, second: Output) -> Diagnostic:
    """Return the error for two sources of one output, told where a name is changed more easily."""
    easier, harder = sorted((first, second), key=lambda output: (_effort(output), output.source))
    message = f"{easier.source} and {harder.source} would both be written to `{easier.output}`"
    if harder.output.startswith(f"{easier.output}/") or easier.output.startswith(f"{harder.output}/"):
        message = f"{easier.source} would be written to `{easier.output}`, {harder.source} to `{harder.output}`"
        message += ": no name can be a file and a folder"
    elif easier.output != harder.output:
        message += f" and `{harder.output}`, which some systems cannot keep apart"
    return _at(easier, "same-output", message, _collision_hint(easier, harder))


def _rename(output: Output) -> str:
    return output.page.value.rename if isinstance(output, Page) else PageKind.NOTE.value.rename


def _effort(output: Output) -> int:
    """Return how much it takes to change an output's name: an alias, a file, an area, and what we name ourselves."""
    page = output.page if isinstance(output, Page) else None
    if page is PageKind.REDIRECT:
        return 0
    if output.origin:
        return 1
    return 2 if page is PageKind.AREA else 3


def _collision_hint(easier: Output, harder: Output) -> str:
    if paths.nfc(easier.source) == paths.nfc(harder.source):
        return "delete one of them: their names differ in nothing but how accents are stored (NFC, NFD)"
    if _effort(easier) == 0:
        return "change the alias, or remove it"
    if _effort(easier) == 2:
        return "give the area or its folder another name"
    if _effort(harder) == 1:
        return "rename one of them"
    return "rename it" + ("; an area's own text is the `index.md` in its folder" if _effort(harder) == 2 else "")


def _at(output: Output, code: ErrorCode, message: str, hint: str) -> Diagnostic:
    path, line, column, length = output.place if isinstance(output, Page) else ("", 0, 0, 0)
    return error(path or output.source, code, message, hint=hint, line=line, column=column, length=length)
