"""What programs read: feed, sitemap, `robots.txt`, `llms.txt` and the notes as data. Pure.

These files are small, so each is made in every build and its own text is its key.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import NamedTuple

import msgspec

from notes_site.base.config import Config
from notes_site.base.model import FIELDS, Card, Note, Record, passed_on
from notes_site.base.paths import OutputPath, href
from notes_site.pages.addresses import PageKind
from notes_site.pages.note_pages import Views
from notes_site.pages.outputs import Text
from notes_site.site.assemble import Site
from notes_site.site.navigation import is_listed


class Content(Record, frozen=True):
    """A whole file as text."""

    content: str


def notes_json(site: Site, views: Views) -> str:
    """Return all notes as JSON (RFC 8259); its shape is documented in `docs/notes-json.md`."""
    document = {"schema": 1, "notes": [_data(note, views) for note in site.notes]}
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


_BEGIN = ("title", "area", "level", "group", "kind", "link", "status")  # the order that people know; others follow
DATA_FIELDS = (*_BEGIN, *(field.name for field in FIELDS if "data" in field.goes and field.name not in _BEGIN))
_OF_CARD = tuple(name for name in DATA_FIELDS if name in Card.__struct_fields__)


def _data(note: Note, views: Views) -> dict[str, object]:
    """A note's fields that go to `data`: of its card, where they are complete, and as its page shows them."""
    row = views.row(note)
    values = passed_on(note.front, "data") | {name: getattr(note.card, name) for name in _OF_CARD}
    values |= {"area": row.area, "level": row.level, "link": row.link}
    named = {name: values[name] for name in DATA_FIELDS}
    return {"url": note.card.url, "source": note.path, **named, "words": note.words}


def robots(site: Site, _: Views) -> str:
    """Return `robots.txt` (RFC 9309): everything may be read, and where the sitemap is."""
    base = site.config.base_url
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {base}/sitemap.xml\n" if base else "")


def llms(site: Site, _: Views) -> str:
    """Return `llms.txt` (llmstxt.org): what is worth reading, by area, for language models, as Markdown."""
    config = site.config
    base = f"{config.base_url}/" if config.base_url else ""
    lines = [f"# {config.title}", *(["", f"> {config.description}"] if config.description else [])]
    for area in site.areas:
        if cards := [note.card for note in area.notes if is_listed(note.card)]:
            lines += ["", f"## {area.name}", ""]
            lines += (f"- [{_plain(c.title)}]({base}{href(c.url)})" + (c.summary and f": {c.summary}") for c in cards)
    return "\n".join(lines) + "\n"


def _plain(title: str) -> str:
    """A title that ends no link of Markdown."""
    return title.replace("[", "(").replace("]", ")")


def sitemap(site: Site, _: Views) -> str:
    """Return the sitemap (sitemaps.org protocol 0.9): all pages that machines may list."""
    own = [kind.url() for kind in PageKind if kind.is_own and kind.value.robots == "sitemap" and kind != PageKind.HOME]
    pages = [(url, "") for url in ("", *(area.url for area in site.areas), *own)]
    notes = [*(n for n in site.notes if is_listed(n.card)), *site.pages]
    pages += ((n.card.url, n.front.updated or n.card.date) for n in notes)
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for url, day in pages:
        changed = f"<lastmod>{escape(day)}</lastmod>" if day else ""
        lines.append(f"<url><loc>{escape(f'{site.config.base_url}/{href(url)}')}</loc>{changed}</url>")
    return "\n".join([*lines, "</urlset>"]) + "\n"


def atom(site: Site, _: Views) -> str:
    """Return the feed (RFC 4287) of the latest dated notes with text. Its date is that of its latest change, never the
    clock's.
    """
    config, base = site.config, site.config.base_url
    dated = [n for n in site.notes if n.card.date and is_listed(n.card)]
    latest = sorted(dated, key=lambda n: (n.card.date, n.path), reverse=True)[: config.feed_items]
    updated = max((n.front.updated or n.card.date for n in latest), default="1970-01-01")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(config.language)}">',
        f"<title>{escape(config.title)}</title>",
        f"<id>{escape(base)}/</id>",
        f'<link href="{escape(base)}/"/>',
        f'<link rel="self" href="{escape(base)}/feed.xml"/>',
        f"<updated>{_instant(updated)}</updated>",
        f"<author><name>{escape(config.author or config.title)}</name></author>",
    ]
    for note in latest:
        url = escape(f"{base}/{href(note.card.url)}")
        lines += [
            "<entry>",
            f"<title>{escape(note.card.title)}</title>",
            f"<id>{url}</id>",
            f'<link href="{url}"/>',
            f"<published>{_instant(note.card.date)}</published>",
            f"<updated>{_instant(note.front.updated or note.card.date)}</updated>",
            f"<summary>{escape(note.card.summary or note.excerpt)}</summary>",
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>"]) + "\n"


def _instant(day: str) -> str:
    """An ISO date as the RFC 3339 instant that begins it in UTC."""
    return f"{day}T00:00:00Z"


class Feed(NamedTuple):
    """A file for programs. `source`: what messages call it; `is_wanted`: whether a site has it."""

    output: str
    source: str
    text: Callable[[Site, Views], str]
    is_wanted: Callable[[Config], bool]

    def made_of(self, site: Site, views: Views) -> Text:
        """Return the output of a site."""
        return Text(
            OutputPath(self.output),
            self.source,
            lambda: Content(self.text(site, views)),
            lambda v: v.content.encode(),
            "pointer",
        )


_FEEDS = (
    Feed("notes.json", "the notes as data", notes_json, lambda config: True),
    Feed("robots.txt", "robots.txt", robots, lambda config: True),
    Feed("llms.txt", "llms.txt", llms, lambda config: True),
    Feed("feed.xml", "the feed", atom, lambda config: bool(config.base_url and config.feed_items)),
    Feed("sitemap.xml", "the sitemap", sitemap, lambda config: bool(config.base_url)),
)


def wanted(config: Config) -> list[Feed]:
    """Return those that a site has."""
    return [feed for feed in _FEEDS if feed.is_wanted(config)]
