"""What a site publishes: pages, texts and copies, each with its path; and which cannot stand side by side. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from notes_site.base import paths
from notes_site.base.diagnostics import Diagnostic, error, warning
from notes_site.base.model import Record
from notes_site.pages.views import View

REPLACEABLE = frozenset({"robots.txt", "llms.txt"})


class Page(NamedTuple):
    """An output that a template renders from a view. `place` is the file (line, column, length) to which it is due,
    where that is not the source.
    """

    output: str
    source: str
    template: str
    make: Callable[[], View]
    place: tuple[str, int, int, int] = ("", 0, 0, 0)


class Text(NamedTuple):
    """An output that a function renders from a view."""

    output: str
    source: str
    make: Callable[[], Record]
    render: Callable[..., bytes]


class Copy(NamedTuple):
    """An output that is a file as it stands: `origin` is `content` or `static`, `source` the path in it."""

    output: str
    source: str
    origin: str
    digest: str


Output = Page | Text | Copy
_LEAVES = frozenset({"note.html", "page.html", "redirect.html"})


def is_list(output: Output) -> bool:
    """Tell whether it is a page that shows other pages, and so should be published after them."""
    return isinstance(output, Page) and output.template not in _LEAVES


def without_collisions(outputs: Iterable[Output]) -> tuple[dict[str, Output], list[Diagnostic]]:
    """Return the outputs by path, the first of each, and an error for each further source of one, for a name that is
    a file and a folder, and for a name that file systems refuse.
    """
    chosen: dict[str, Output] = {}
    found: list[Diagnostic] = []
    for output in outputs:
        key = paths.collision_key(output.output)
        first = chosen.get(key)
        if isinstance(output, Copy) and output.origin == "static" and output.output in REPLACEABLE:
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
    """Tell whether nothing is lost of two outputs when one stands for both: copies of the same bytes."""
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


_NAMED_BY = {"redirect.html": "change the alias", "area.html": "rename the area", "tag.html": "rename the tag"}


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
            hint = _NAMED_BY.get(output.template if isinstance(output, Page) else "", "rename the file or folder")
            problem = _at(output, "reserved-name", message, hint)
        elif isinstance(output, Copy) and any(map(paths.is_never_on_windows, names)):
            message = (
                f"Windows cannot write `{output.output}`: "
                'a name there has none of `<>:"|?*\\`, and no dot or blank at its end'
            )
            problem = warning(output.source, "windows-name", message, hint="rename it")
        else:
            continue
        place = (problem.path, problem.line, problem.column)
        if "/" in problem.path and place not in told:  # else it is one of ours, whose name comes from an area or a tag
            told.add(place)
            yield problem


def _collision(first: Output, second: Output) -> Diagnostic:
    """Two sources of one output, told of where it is easier to mend: at an alias, then at a file."""
    mine, other = sorted((first, second), key=lambda output: (_firmness(output), output.source))
    message = f"{mine.source} and {other.source} would both be written to `{mine.output}`"
    if other.output.startswith(f"{mine.output}/") or mine.output.startswith(f"{other.output}/"):
        message = f"{mine.source} would be written to `{mine.output}`, {other.source} to `{other.output}`"
        message += ": no name can be a file and a folder"
    elif mine.output != other.output:
        message += f" and `{other.output}`, which some systems cannot keep apart"
    return _at(mine, "same-output", message, _way_out(mine, other))


def _firmness(output: Output) -> int:
    """How much it takes to change an output's name: an alias, a file, an area, and what we name ourselves."""
    if isinstance(output, Page) and output.template == "redirect.html":
        return 0
    if "/" in output.source:
        return 1
    return 2 if isinstance(output, Page) and output.template == "area.html" else 3


def _way_out(mine: Output, other: Output) -> str:
    if paths.nfc(mine.source) == paths.nfc(other.source):
        return "delete one of them: their names differ in nothing but how accents are stored (NFC, NFD)"
    if _firmness(mine) == 0:
        return "change the alias, or remove it"
    if _firmness(mine) == 2:
        return "give the area or its folder another name"
    if _firmness(other) == 1:
        return "rename one of them"
    return "rename it" + ("; an area's own text is the `index.md` in its folder" if _firmness(other) == 2 else "")


def _at(output: Output, code: str, message: str, hint: str) -> Diagnostic:
    path, line, column, length = output.place if isinstance(output, Page) else ("", 0, 0, 0)
    return error(path or output.source, code, message, hint=hint, line=line, column=column, length=length)
