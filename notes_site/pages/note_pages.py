"""From a Site to the view of each page. Pure: the same site gives the same view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import msgspec

from notes_site.base import paths
from notes_site.base.config import level_names
from notes_site.base.model import Note, passed_on
from notes_site.base.paths import ContentPath
from notes_site.base.wording import Texts
from notes_site.pages.addresses import PageKind
from notes_site.pages.views import (
    AreaView,
    Body,
    Fact,
    Group,
    Level,
    Meta,
    NoteView,
    NotFoundView,
    PlainView,
    RedirectView,
    Row,
    SearchEntry,
    SearchGroup,
    SearchView,
    SiteView,
    TagSummary,
    TagsView,
    TagView,
    TocEntry,
)
from notes_site.site import stats
from notes_site.site.assemble import Area, Site
from notes_site.site.links import Links
from notes_site.site.navigation import beside, is_listed, navigation, neighbours
from notes_site.site.values import Backlink, Link, NavNote

ONE_PAGE_NOTES = 100  # notes at length on one page
NAV_PAGES = 12  # plain pages in the shared part of every page
_SEARCH_TEXTS = 1000  # notes of which the search page shows how they begin


class Frame(NamedTuple):
    """What pages share and the notes do not decide: style, script, policy, and the output paths of icon and logo."""

    style: str
    script: str
    policy: str
    icon: str
    logo: str


class Views:
    """Makes the views of one site."""

    def __init__(self, site: Site, links: Links, frame: Frame) -> None:
        self._site, self._links = site, links
        self._levels = level_names(site.config)
        self._areas = {area.slug: area for area in site.areas}
        self._navs: dict[str, dict[ContentPath, tuple[NavNote, ...]]] = {}
        self._rows: dict[str, Row] = {}
        config, texts = site.config, Texts(**site.config.texts)
        self.site = SiteView(
            title=config.title,
            description=config.description,
            language=config.language,
            author=config.author,
            base_url=config.base_url,
            course_title=config.course_title,
            course_link=config.course_link,
            menu=tuple(Link(kind.url(), kind.title(texts)) for kind in PageKind if kind.value.in_menu),
            areas=tuple(Link(area.url, area.name) for area in site.areas),
            pages=links_to(site.pages[:NAV_PAGES]),
            style=frame.style,
            script=frame.script,
            policy=frame.policy,
            icon=frame.icon,
            logo=frame.logo,
            footer=config.footer,
            repository=config.repository,
            feed="feed.xml" if config.base_url and config.feed_items else "",
            texts=texts,
        )

    # --- pages

    def area(self, area: Area) -> AreaView:
        """An area: its text, then its notes by level and group."""
        return AreaView(
            site=self.site,
            meta=self.meta(area.url, area.name, self.about(area)),
            nav=self._nav(area, area.notes[0] if area.notes else None),
            title=area.name,
            body=self.body(area.intro) if area.intro else None,
            sums=stats.sums_of(area.notes),
            levels=tuple(
                self._level(level, list(members), area.intro.anchors if area.intro else frozenset())
                for level, members in groupby(area.notes, key=lambda n: n.card.level)
            ),
            one_page=PageKind.ONE_PAGE.url(area.slug) if has_one_page(area) else "",
            edit=self._edit(area.intro) if area.intro else "",
        )

    def note(self, area: Area, note: Note) -> NoteView:
        """The page of one note."""
        card = note.card
        previous, following = self._neighbours.get(note.path, (None, None))
        return NoteView(
            site=self.site,
            meta=self.meta(
                card.url,
                card.title,
                card.summary or note.excerpt,
                noindex=not is_listed(card),
                kind="article",
                lang=note.front.lang or "",
            ),
            nav=self._nav(area, note),
            row=self.row(note),
            tags=self._tag_links(note),
            facts=tuple(
                Fact(getattr(self.site.texts, name), str(value))
                for name, value in passed_on(note.front, "facts").items()
                if value
            ),
            words=note.words,
            body=self.body(note),
            toc=_toc(note),
            backlinks=self._backlinks(note),
            beside=self._beside.get(note.path, ()),
            previous=previous,
            next=following,
            edit=self._edit(note),
            **passed_on(note.front, "page"),
        )

    def plain(self, note: Note) -> PlainView:
        """A page outside all areas."""
        return PlainView(
            site=self.site,
            meta=self.meta(
                note.card.url, note.card.title, note.card.summary or note.excerpt, lang=note.front.lang or ""
            ),
            body=self.body(note),
            toc=_toc(note),
            backlinks=self._backlinks(note),
            edit=self._edit(note),
        )

    def tags(self) -> TagsView:
        """All tags with their counts and time."""
        tags = tuple(
            TagSummary(PageKind.TAG.url(slug), name, stats.sums_of(notes))
            for slug, (name, notes) in self._site.tags.items()
        )
        return TagsView(
            site=self.site,
            meta=self.meta_of(PageKind.TAGS),
            most=max((tag.sums.time + tag.sums.left for tag in tags), default=0),
            tags=tags,
        )

    def tag(self, slug: str) -> TagView:
        """The notes with one tag."""
        name, notes = self._site.tags[slug]
        return TagView(
            site=self.site,
            meta=self.meta_of(PageKind.TAG, slug, name),
            name=name,
            sums=stats.sums_of(notes),
            rows=self.rows(notes),
        )

    def not_found(self) -> NotFoundView:
        """The page for missing addresses. It answers at any depth, so its root is absolute."""
        base = self.site.base_url.partition("://")[2].partition("/")[2].strip("/")
        meta = msgspec.structs.replace(
            self.meta_of(PageKind.NOT_FOUND), root=f"/{base}/" if base else "/", canonical=""
        )
        return NotFoundView(site=self.site, meta=meta)

    def redirect(self, url: str, note: Note) -> RedirectView:
        """A former address of a note."""
        target = Link(self._links.urls[note.path], note.card.title)
        meta = Meta(url, paths.root_of(url), target.title, canonical=self._absolute(target.url), noindex=True)
        return RedirectView(site=self.site, meta=meta, target=target)

    def search(self) -> SearchView:
        """All that can be found, for those without scripts: the notes by area, then the pages outside all areas."""
        groups = [SearchGroup(a.name, a.url, self._search_entries(a.notes)) for a in self._site.areas if a.notes]
        if self._site.pages:
            groups.append(SearchGroup("", "", self._search_entries(self._site.pages)))
        return SearchView(site=self.site, meta=self.meta_of(PageKind.SEARCH), groups=tuple(groups))

    def _search_entries(self, notes: Iterable[Note]) -> tuple[SearchEntry, ...]:
        brief = len(self._site.notes) > _SEARCH_TEXTS
        return tuple(
            SearchEntry(
                url=n.card.url,
                title=n.card.title,
                level=self.level_name(n.card.level),
                kind=n.card.kind,
                text="" if brief else n.card.summary or n.excerpt,
            )
            for n in notes
        )

    # --- parts

    @cached_property
    def _neighbours(self) -> dict[ContentPath, tuple[Link | None, Link | None]]:
        return neighbours(self._site.areas)

    @cached_property
    def _beside(self) -> dict[ContentPath, tuple[Link, ...]]:
        return {path: links for area in self._site.areas for path, links in beside(area.notes).items()}

    def meta(
        self,
        url: str,
        title: str,
        description: str = "",
        *,
        noindex: bool = False,
        kind: str = "website",
        lang: str = "",
    ) -> Meta:
        """Return what the frame of a page needs."""
        return Meta(url, paths.root_of(url), title, description, self._absolute(url), noindex, kind, lang)

    def meta_of(self, kind: PageKind, slug: str = "", name: str = "") -> Meta:
        """Return what the frame of one of our own pages needs; `slug` and `name`: of what it is about."""
        title = kind.title(self.site.texts, name)
        return self.meta(kind.url(slug), title, noindex=kind.value.robots == "noindex")

    def _absolute(self, url: str) -> str:
        base, path = self.site.base_url, "" if url == PageKind.HOME.url() else paths.href(url)
        return f"{base}/{path}" if base else ""

    def _edit(self, note: Note) -> str:
        return self._site.config.edit_url.replace("{path}", paths.href(note.path))

    def body(self, note: Note, prefix: str = "", shift: int = 0) -> Body | None:
        """Return the text of a note, None where there is none."""
        return Body(note.body, self._links.slots[note.path], prefix, shift) if note.body else None

    def _backlinks(self, note: Note) -> tuple[Backlink, ...]:
        return self._links.backlinks.get(note.path, ())

    def row(self, note: Note) -> Row:
        """Return the note as it stands in lists."""
        if note.path not in self._rows:
            c, area = note.card, self._areas[note.card.area]
            here = self._links.resources.get(note.path)
            link = here.href if here and here.kind == "site" else "" if here else c.link
            self._rows[note.path] = Row(
                url=c.url,
                title=c.title,
                kind=c.kind,
                level=self.level_name(c.level),
                area=area.name,
                area_url=area.url,
                link=link,
                outside=here is None,
                estimate=c.estimate,
                time=c.time,
                status=c.status,
                date=c.date,
            )
        return self._rows[note.path]

    def about(self, area: Area) -> str:
        """Return an area in a sentence or two, '' where nobody wrote about it."""
        return (area.intro.card.summary or area.intro.excerpt) if area.intro else ""

    def level_name(self, level: str) -> str:
        """Return how a level is shown."""
        return self._levels.get(level, level)

    def rows(self, notes: Iterable[Note]) -> tuple[Row, ...]:
        """Return notes as they stand in lists."""
        return tuple(self.row(note) for note in notes)

    def _level(self, level: str, notes: Sequence[Note], taken: frozenset[str]) -> Level:
        groups = groupby(notes, key=lambda n: n.card.group)
        anchor = level or "other"
        return Level(
            id=f"level.{anchor}" if anchor in taken else anchor,
            name=self.level_name(level),
            sums=stats.sums_of(notes),
            groups=tuple(Group(name, self.rows(members)) for name, members in groups),
        )

    def _tag_links(self, note: Note) -> tuple[Link, ...]:
        return tuple(Link(PageKind.TAG.url(paths.slug(tag)), tag) for tag in note.card.tags if paths.slug(tag))

    def _nav(self, area: Area, note: Note | None) -> tuple[NavNote, ...]:
        if area.slug not in self._navs:
            self._navs[area.slug] = navigation(area, self._levels)
        return self._navs[area.slug][note.path] if note else ()


def has_one_page(area: Area) -> bool:
    """Tell whether an area has a page with all its notes at length."""
    return 0 < len(area.notes) <= ONE_PAGE_NOTES


def links_to(notes: Iterable[Note]) -> tuple[Link, ...]:
    """Return links to the pages of notes."""
    return tuple(Link(note.card.url, note.card.title) for note in notes)


def _toc(note: Note) -> tuple[TocEntry, ...]:
    if not note.front.toc or len(note.headings) < 2:
        return ()
    return tuple(TocEntry(h.level, h.id, h.text) for h in note.headings if h.level <= 3 and h.text)
