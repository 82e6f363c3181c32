"""From a Site to the views of what machines read: data, feed, sitemap, robots. Pure."""

from __future__ import annotations

from notes_site.pages.feed_views import (
    DataNote,
    DataView,
    FeedEntry,
    FeedView,
    LlmsArea,
    LlmsNote,
    LlmsView,
    MapEntry,
    MapView,
)
from notes_site.pages.note_pages import Views
from notes_site.site.assemble import Site
from notes_site.site.navigation import is_listed


class MachineViews:
    """Makes the views of one site; `views` makes those of its pages."""

    def __init__(self, site: Site, views: Views) -> None:
        self._site, self._views = site, views

    def data(self) -> DataView:
        """All notes as data."""
        return DataView(
            notes=tuple(
                DataNote(
                    n.card.url,
                    n.path,
                    self._views.row(n),
                    n.card.group,
                    n.card.tags,
                    n.card.summary,
                    n.words,
                )
                for n in self._site.notes
            )
        )

    def feed(self) -> FeedView:
        """The latest dated notes with text."""
        dated = [n for n in self._site.notes if n.card.date and is_listed(n.card)]
        latest = sorted(dated, key=lambda n: (n.card.date, n.path), reverse=True)[: self._site.config.feed_items]
        return FeedView(
            site=self._views.site,
            entries=tuple(
                FeedEntry(
                    n.card.url,
                    n.card.title,
                    n.card.summary or n.excerpt,
                    n.card.date,
                    n.front.updated or n.card.date,
                )
                for n in latest
            ),
        )

    def llms(self) -> LlmsView:
        """What is worth reading, by area."""
        return LlmsView(
            site=self._views.site,
            areas=tuple(
                LlmsArea(a.name, tuple(LlmsNote(n.card.url, n.card.title, n.card.summary) for n in notes))
                for a in self._site.areas
                if (notes := [n for n in a.notes if is_listed(n.card)])
            ),
        )

    def sitemap(self) -> MapView:
        """All pages that machines may list."""
        overview = ["", *(a.url for a in self._site.areas), "resources.html", "timeline.html", "tags.html"]
        pages = [*(n for n in self._site.notes if is_listed(n.card)), *self._site.pages]
        return MapView(
            site=self._views.site,
            entries=(
                *(MapEntry(url, "") for url in overview),
                *(MapEntry(n.card.url, n.front.updated or n.card.date) for n in pages),
            ),
        )

    def robots(self) -> MapView:
        """What `robots.txt` says: where the sitemap is."""
        return MapView(site=self._views.site, entries=())
