"""The view of `search.html`: everything that can be found, for those without scripts. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from notes_site.base.levels import level_names
from notes_site.base.model import Note
from notes_site.pages.note_pages import Views
from notes_site.pages.views import SearchEntry, SearchGroup, SearchView
from notes_site.site.assemble import Site

_TEXTS = 1000  # notes of which the page shows how they begin


def search_page(site: Site, views: Views) -> SearchView:
    """Return the notes of each area, then the pages outside all areas."""
    brief, levels = len(site.notes) > _TEXTS, level_names(site.config)

    def entries(notes: Iterable[Note]) -> tuple[SearchEntry, ...]:
        cards = ((note.card, "" if brief else note.card.summary or note.excerpt) for note in notes)
        return tuple(SearchEntry(c.url, c.title, levels.get(c.level, c.level), c.kind, text) for c, text in cards)

    groups = [SearchGroup(area.name, area.url, entries(area.notes)) for area in site.areas if area.notes]
    if site.pages:
        groups.append(SearchGroup("", "", entries(site.pages)))
    meta = views.meta("search.html", views.site.texts.search, noindex=True)
    return SearchView(site=views.site, meta=meta, groups=tuple(groups))
