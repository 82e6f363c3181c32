"""Links and images of a README, pointed to where their targets are after the import. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from posixpath import dirname, join, normpath, relpath
from typing import NamedTuple
from urllib.parse import quote, unquote

from notes_site import markdown, paths
from notes_site.diagnostics import Diagnostic, warning
from notes_site.markdown.lines import Line
from notes_site.markdown.slugs import slug
from notes_site.model import Heading, ParseOptions, Ref, RefKind

_GITHUB = re.compile(
    r"https?://(?:(?:www\.)?github\.com/[^/]+/[^/]+/(?:blob|raw)|raw\.githubusercontent\.com/[^/]+/[^/]+)/([^?#]+)",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r" {0,3}(\[(?!\^)[^\]]+\])(:\s+)<?([^\s<>]+)>?.*")
_REFERENCE = re.compile(r"(!?\[.*?\])(\[[^\[\]]*\])?", re.DOTALL)
_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|ico)$", re.IGNORECASE)


class Place(NamedTuple):
    """Where the lines of the README go: the file that each line is in, and the README's own path and name."""

    owner: Sequence[str]  # by line, relative to the content folder
    shown: Sequence[bool]  # by line: it is part of that file's text
    name: str  # the README's, for messages
    local: Callable[[str], str | None]  # path beside the README -> path in the content folder, None without a file


class Rewritten(NamedTuple):
    """The lines with new targets; `copied` maps files beside the README to their place in the content folder.

    `unused` are lines that define links of which none stands in the same file any more.
    """

    lines: list[str]
    copied: dict[str, str]
    unused: frozenset[int]
    problems: tuple[Diagnostic, ...]


def rewrite(text: str, lines: Sequence[Line], place: Place) -> Rewritten:
    """Return the README's lines with every link and image pointed to where its target is now."""
    page = markdown.render(text, path=place.name, options=ParseOptions(), html="raw", title="\0")
    anchors = _anchors(page.headings, lines)
    source = text.split("\n")
    defined = {
        _label(found[1]): at for at in reversed(range(len(source))) if (found := _DEFINITION.fullmatch(source[at]))
    }
    done = Rewritten(list(source), {}, frozenset(), ())
    problems, unused = [], set(defined.values())
    for ref in sorted(page.refs, key=lambda r: (r.line, r.column), reverse=True):
        at = ref.line - 1
        if not 0 <= at < len(source) or not place.shown[at] or ref.kind in ("wikilink", "embed"):
            continue
        target, problem = _target(ref, source[at], anchors, place, done.copied)
        problems += [problem] if problem else []
        if not ref.column:
            continue
        start, end = ref.column - 1, ref.column - 1 + ref.length
        if reference := _REFERENCE.fullmatch(source[at][start:end]):
            definition = defined.get(_label(reference[2] or reference[1]))
            if definition is not None and place.owner[definition] == place.owner[at]:
                unused.discard(definition)
                continue
            target = f"{reference[1]}({target or ref.target})"
        if target is not None:
            done.lines[at] = done.lines[at][:start] + target + done.lines[at][end:]
    for at in sorted(set(defined.values()) - unused):
        done.lines[at] = _definition(source[at], at, anchors, place, done.copied)
    return done._replace(unused=frozenset(unused), problems=tuple(reversed(problems)))


def _anchors(headings: Sequence[Heading], lines: Sequence[Line]) -> dict[str, tuple[int, str]]:
    """Return, by folded name, the line of every anchor and how it is written there."""
    found = {h.id.casefold(): (h.line - 1, h.id) for h in reversed(headings)}
    for line in lines:
        found |= {unquote(name).casefold(): (line.number, name) for name in line.anchors}
        if line.is_heading:
            found.setdefault(slug(line.text), (line.number, slug(line.text)))
    return found


def _target(
    ref: Ref, line: str, anchors: dict[str, tuple[int, str]], place: Place, copied: dict[str, str]
) -> tuple[str | None, Diagnostic | None]:
    """Return the new target of a link, None where it stays, and what is wrong with it."""
    here = place.owner[ref.line - 1]
    image = ref.kind == "image" or (ref.kind == "html" and _IMAGE.search(ref.target) is not None)
    if ref.target.startswith("#"):
        return _inner(ref.target, here, anchors, place), None
    path = _github(ref.target, place) if image and paths.is_external(ref.target) else _relative(ref.target)
    if path is None:
        return None, None
    inside = place.local(path)
    if inside is None:
        if not image or paths.is_external(ref.target):
            return None, None
        at = {"line": ref.line, "column": ref.column, "length": ref.length, "text": line}
        hint = "put the file there and import again, or take the image out"
        return None, warning(place.name, "missing-image", f"there is no image `{ref.target}`", hint=hint, **at)
    copied[path] = inside
    rest = re.search(r"[?#].*$", ref.target) if not paths.is_external(ref.target) else None
    return quote(relpath(inside, dirname(here) or "."), safe="/~!$&'()*+,;=@") + (rest[0] if rest else ""), None


def _inner(target: str, here: str, anchors: dict[str, tuple[int, str]], place: Place) -> str | None:
    name = unquote(target[1:]).casefold()
    at, written = anchors.get(name) or anchors.get(slug(name), (-1, ""))
    if at < 0:
        return None
    there = place.owner[at]
    if there == here and place.shown[at]:
        return f"#{written}"
    path = quote(relpath(there, dirname(here) or "."), safe="/~!$&'()*+,;=@")
    return f"{path}#{quote(written)}" if place.shown[at] else path


def _github(target: str, place: Place) -> str | None:
    """Return the path of a file that GitHub shows from this repository, if it lies beside the README."""
    found = _GITHUB.match(target)
    if not found:
        return None
    parts = unquote(found[1]).split("/")
    tails = ("/".join(parts[n:]) for n in range(1, len(parts)))  # a branch's name may have slashes
    return next((tail for tail in tails if place.local(tail) is not None), None)


def _relative(target: str) -> str | None:
    if paths.is_external(target) or not target or target.startswith("#"):
        return None
    path = unquote(re.split(r"[?#]", target, maxsplit=1)[0]).replace("\\", "/").lstrip("/")
    return normpath(path) if path else None


def _label(text: str) -> str:
    """Return a link's label as labels are compared (CommonMark, "link reference definitions")."""
    return " ".join(text.strip("![] ").split()).casefold()


def _definition(line: str, at: int, anchors: dict[str, tuple[int, str]], place: Place, copied: dict[str, str]) -> str:
    found = _DEFINITION.fullmatch(line)
    if not found:
        return line
    kind: RefKind = "image" if _IMAGE.search(found[3]) else "link"
    target, _ = _target(Ref(found[3], kind, at + 1, 0, 0, ""), line, anchors, place, copied)
    return line[: found.start(3)] + target + line[found.end(3) :] if target else line


def beside(path: str) -> str:
    """Return where a file beside the README goes in the content folder: its own path, if that leads nowhere else."""
    return path if not path.startswith("../") else join("files", path.rpartition("/")[2])
