"""Whole-site checks of what notes say about themselves. Pure; links are checked where they are resolved."""

from __future__ import annotations

from collections.abc import Container, Iterator

from notes_site.base import paths
from notes_site.base.config import level_names
from notes_site.base.diagnostics import Diagnostic, error, note, suggestion, warning
from notes_site.base.model import Note
from notes_site.site.assemble import Site
from notes_site.site.stats import lacks_time


def check_site(site: Site, unclear: Container[str] = ()) -> Iterator[Diagnostic]:
    """Yield the problems of all notes, published or not; paths are relative to the content folder.

    `unclear`: notes whose front matter has errors. What it lacks is not known, so it is not told of.
    """
    levels = level_names(site.config)
    for member in (*site.published(), *site.hidden):
        yield from _level(member, site, levels)
        yield from _kind(member, site)
        yield from _name(member)
        yield from _aliases(member)
    for member in site.notes:
        if member.role == "note" and member.path not in unclear:
            yield from _facts(member)


def _level(member: Note, site: Site, levels: dict[str, str]) -> Iterator[Diagnostic]:
    written = member.front.level
    if written and member.card.level not in levels:
        known = ", ".join(site.config.levels)
        hint = suggestion(written, site.config.levels) or "use one of them, or add it to `levels` in notes-site.toml"
        message = f"`{written}` is not one of the levels {known}"
        yield error(member.path, "unknown-level", message, hint=hint, **_at(member, "level"))


def _kind(member: Note, site: Site) -> Iterator[Diagnostic]:
    written = member.front.kind
    if written and written not in site.config.kinds:
        known = ", ".join(site.config.kinds)
        hint = suggestion(written, site.config.kinds) or "use one of them, or add it under [kinds] in notes-site.toml"
        message = f"`{written}` is not one of the kinds {known}"
        yield warning(member.path, "unknown-kind", message, hint=hint, **_at(member, "kind"))


def _name(member: Note) -> Iterator[Diagnostic]:
    if not all(member.card.url.removesuffix(".html").split("/")):
        message = "a file or folder name without any letter or digit gives no address"
        yield error(member.path, "no-address", message, hint="rename it")
    if member.front.area and not paths.slug(member.front.area):
        message = f"the area `{member.front.area}` has no letter or digit, which gives no address"
        yield error(member.path, "no-address", message, hint="name it in letters and digits", **_at(member, "area"))


def _aliases(member: Note) -> Iterator[Diagnostic]:
    for number, alias in enumerate(member.front.aliases):
        if paths.is_address(alias) and not paths.alias_url(alias):
            message = f"the alias `{alias}` is no address on this site"
            hint = "write a path, like `old/launch-vm.html`"
            yield error(member.path, "bad-alias", message, hint=hint, **_at(member, f"aliases.{number}"))


def _facts(member: Note) -> Iterator[Diagnostic]:
    if lacks_time(member.card):
        yield note(member.path, "no-time", "no time is noted", hint="add `time: 30 min` to the front matter")
    if not member.card.link and member.card.kind != "project":
        yield note(member.path, "no-link", "no link to the resource", hint="add `link: https://…` to the front matter")


def from_the_future(site: Site, today: str) -> Iterator[Diagnostic]:
    """Yield the published notes that are dated later than `today` (ISO), but not what is only planned: Hugo and Jekyll
    would keep them back until then.
    """
    for member in site.published():
        if member.card.date > today and member.card.status != "planned":
            message = f"the date {member.card.date} is in the future; the note is published all the same"
            hint = "write `draft: true` to keep it off the site until then"
            yield note(member.path, "future-date", message, hint=hint, **_at(member, "date"))


def _at(member: Note, field: str) -> dict[str, int]:
    span = member.front.spans.get(field)
    return {"line": span.line, "column": span.column, "length": span.length} if span else {}
