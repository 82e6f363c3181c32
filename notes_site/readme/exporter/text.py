"""A note's text as part of a longer document: links, images, headings, footnotes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from notes_site.base import paths
from notes_site.base.model import Note, Ref
from notes_site.base.slots import Slot
from notes_site.content.markdown.outline import OutlineHeading, TextOutline, outline

TOP = 3  # the level of a note's first headings: below the document's and the area's

_WIKILINK = re.compile(r"!?\[\[([^\[\]\n|]*)(?:\|([^\[\]\n]*))?\]\]")
_SIZE = re.compile(r"\d{1,5}(?:x\d{1,5})?")
_PLAIN_TARGET = re.compile(r"[^\s()<>\\]+")
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~^$&]|!(?=\[)|^[-+=](?=\s|$)|(?<=^\d)[.)]|(?<=^\d\d)[.)]")


def page_anchor(url: str, heading: str = "") -> str:
    """Return the id of a page (by its output path) within the README, or of a heading on it.

    No segment of an output path has two hyphens in a row, so `--` for `/` and `---` before the heading's id are
    unmistakable.
    """
    return url.removesuffix(".html").replace("/", "--") + (f"---{heading}" if heading else "")


def note_anchor(path: str, heading: str = "") -> str:
    """Return the same by the note's path."""
    return page_anchor(paths.note_url(path), heading)


def escape(text: str) -> str:
    """Return a plain text as Markdown that shows it."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def embed(
    body: str,
    note: Note,
    first_line: int,
    slots: Sequence[Slot],
    target: Callable[[Slot], str | None],
    anchors: Mapping[str, str],
    taken: set[str],
) -> str:
    """Return a note's text as it stands in a document that holds many.

    `target` says where a resolved link leads there (None: where it is written); `anchors` maps ids of headings to the
    anchors that they get; `taken` has the footnote labels of the texts above, and gets this one's. The heading that is
    the title is left out. Reference links become inline ones: all texts of a document share their definitions.
    """
    shape = outline(body, note.front.title)
    lines = body.split("\n")
    inlined = _point(lines, note.refs, first_line, slots, target)
    top = min((heading.level for heading in shape.headings), default=TOP)
    ids = {h.line - first_line: anchors[h.id] for h in note.headings if h.id in anchors}
    for heading in shape.headings:
        _rewrite(lines, heading, min(heading.level - top + TOP, 6), ids.get(heading.start))
    _rename_footnotes(lines, shape, taken)
    if shape.stray is not None:
        lines[shape.stray] = lines[shape.stray].replace("<", "\\<", 1)
    gone = [*shape.definitions] if inlined else []
    gone += [(h.start + 1, h.end) for h in shape.headings]  # the other lines of an underlined one
    gone += [(shape.title.start, shape.title.end)] if shape.title else []
    text = re.sub(r"\A(?:[ \t]*\n)+", "", "\n".join(_without(lines, gone))).rstrip()
    if shape.fence:
        text += f"\n{shape.fence}"
    return text


def _point(
    lines: list[str], refs: Sequence[Ref], first_line: int, slots: Sequence[Slot], target: Callable[[Slot], str | None]
) -> bool:
    """Point every ref to where it leads now. Returns whether no reference link is left."""
    placed = sorted(zip(refs, slots, strict=True), key=lambda pair: (pair[0].line, pair[0].column), reverse=True)
    whole = True
    for ref, slot in placed:
        index, start = ref.line - first_line, ref.column - 1
        line = lines[index]
        written = line[start : start + ref.length]
        is_reference = written.startswith(("[", "![")) and ref.kind in ("link", "image")
        new = target(slot) if slot.kind != "missing" else None
        if start < 0 or (is_reference and not written.endswith("]")):
            whole = False
        elif ref.kind in ("wikilink", "embed"):
            lines[index] = _plain_link(line, start, ref, slot, new)
        elif is_reference:
            bare = written[: written.rfind("][") + 1] if "][" in written else written
            lines[index] = f"{line[:start]}{bare}({_destination(new or ref.target)}){line[start + ref.length :]}"
        elif new:
            new = written.replace(ref.target, new) if ref.target in written else _destination(new)
            lines[index] = line[:start] + new + line[start + ref.length :]
    return whole


def _plain_link(line: str, start: int, ref: Ref, slot: Slot, new: str | None) -> str:
    """Return the line with a wikilink written as Markdown everywhere reads it."""
    found = next((m for m in _WIKILINK.finditer(line) if m.start(1) <= start <= m.end(1)), None)
    if found is None or new is None:
        return line
    label = (found[2] or "").strip()
    shows = ref.kind == "embed" and not slot.text
    if shows and _SIZE.fullmatch(label):
        label = ""
    link = f"[{label or slot.text or found[1].strip()}]({_destination(new)})"
    return line[: found.start()] + ("!" if shows else "") + link + line[found.end() :]


def _destination(target: str) -> str:
    return target if _PLAIN_TARGET.fullmatch(target) else f"<{target}>"


def _rewrite(lines: list[str], heading: OutlineHeading, level: int, anchor: str | None) -> None:
    """Write a heading at its new level, with an anchor if something leads to it; one underlined gets `#` signs."""
    line = lines[heading.start]
    signs = "#" * level
    prefix, rest = line[: heading.prefix], line[heading.prefix :]
    named = f'{signs} <a id="{anchor}"></a>' if anchor else f"{signs} "
    if rest.startswith("#"):
        rest = rest[heading.level :]
        lines[heading.start] = prefix + (named + rest.lstrip() if anchor else signs + rest)
        return
    more = [part[heading.prefix :].strip() for part in lines[heading.start + 1 : heading.end - 1]]
    lines[heading.start] = prefix + named + " ".join([rest.strip(), *more])


def _without(lines: list[str], gone: list[tuple[int, int]]) -> list[str]:
    """Return the lines but those, and no two empty ones where they stood; what stood apart stays apart."""
    dropped = {index for start, end in gone for index in range(start, end)}
    kept: list[str] = []
    for index, line in enumerate(lines):
        if index not in dropped:
            if line.strip() or index - 1 not in dropped or (kept and kept[-1].strip()):
                kept.append(line)
        elif index + 1 not in dropped and kept and kept[-1].strip():
            kept.append("")
    return kept


def _rename_footnotes(lines: list[str], shape: TextOutline, taken: set[str]) -> None:
    """Give footnotes whose labels stand in a text above labels of their own."""
    for label in shape.footnotes:
        number, name = 1, label
        while name in taken:
            number += 1
            name = f"{label}-{number}"
        taken.add(name)
        if name != label:
            for index, line in enumerate(lines):
                if index not in shape.code:
                    lines[index] = line.replace(f"[^{label}]", f"[^{name}]")
