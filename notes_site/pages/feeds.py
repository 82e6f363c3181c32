"""Outputs for machines: feed, sitemap, robots, data. Pure functions from view to bytes."""

from __future__ import annotations

from html import escape

import msgspec

from notes_site.base.paths import href
from notes_site.pages.feed_views import DataNote, DataView, FeedView, LlmsView, MapView


def notes_json(view: DataView) -> bytes:
    """Return all notes as JSON (RFC 8259); its shape is documented in `docs/notes-json.md`."""
    document = {"schema": 1, "notes": [_data(note) for note in view.notes]}
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _data(note: DataNote) -> dict[str, object]:
    row = note.row
    return {
        "url": note.url,
        "source": note.source,
        "title": row.title,
        "area": row.area,
        "level": row.level,
        "group": note.group,
        "kind": row.kind,
        "link": row.link,
        "status": row.status,
        "time": row.time,
        "estimate": row.estimate,
        "date": row.date,
        "tags": note.tags,
        "summary": note.summary,
        "words": note.words,
    }


def robots(view: MapView) -> bytes:
    """Return `robots.txt` (RFC 9309): everything may be read."""
    lines = ["User-agent: *", "Allow: /"]
    if view.site.base_url:
        lines.append(f"Sitemap: {view.site.base_url}/sitemap.xml")
    return ("\n".join(lines) + "\n").encode()


def llms(view: LlmsView) -> bytes:
    """Return `llms.txt` (llmstxt.org): what is here, for language models, as Markdown."""
    site = view.site
    base = f"{site.base_url}/" if site.base_url else ""
    lines = [f"# {site.title}", *(["", f"> {site.description}"] if site.description else [])]
    for area in view.areas:
        lines += ["", f"## {area.name}", ""]
        for note in area.notes:
            about = f": {note.summary}" if note.summary else ""
            lines.append(f"- [{_plain(note.title)}]({base}{href(note.url)}){about}")
    return ("\n".join(lines) + "\n").encode()


def _plain(title: str) -> str:
    """A title that ends no link of Markdown."""
    return title.replace("[", "(").replace("]", ")")


def sitemap(view: MapView) -> bytes:
    """Return the sitemap (sitemaps.org protocol 0.9)."""
    base = view.site.base_url
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for entry in view.entries:
        changed = f"<lastmod>{escape(entry.changed)}</lastmod>" if entry.changed else ""
        lines.append(f"<url><loc>{escape(f'{base}/{href(entry.url)}')}</loc>{changed}</url>")
    return ("\n".join([*lines, "</urlset>"]) + "\n").encode()


def atom(view: FeedView) -> bytes:
    """Return the feed (RFC 4287). Its date is the latest of its entries, never the clock's."""
    site, base = view.site, view.site.base_url
    updated = max((entry.updated for entry in view.entries), default="1970-01-01")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(site.language)}">',
        f"<title>{escape(site.title)}</title>",
        f"<id>{escape(base)}/</id>",
        f'<link href="{escape(base)}/"/>',
        f'<link rel="self" href="{escape(base)}/feed.xml"/>',
        f"<updated>{_instant(updated)}</updated>",
        f"<author><name>{escape(site.author or site.title)}</name></author>",
    ]
    for entry in view.entries:
        url = f"{base}/{href(entry.url)}"
        lines += [
            "<entry>",
            f"<title>{escape(entry.title)}</title>",
            f"<id>{escape(url)}</id>",
            f'<link href="{escape(url)}"/>',
            f"<published>{_instant(entry.date)}</published>",
            f"<updated>{_instant(entry.updated)}</updated>",
            f"<summary>{escape(entry.summary)}</summary>",
            "</entry>",
        ]
    return ("\n".join([*lines, "</feed>"]) + "\n").encode()


def _instant(day: str) -> str:
    """An ISO date as the RFC 3339 instant that begins it in UTC."""
    return f"{day}T00:00:00Z"
