"""The kinds of pages: all that is known of each before a site is. Pure.

A new kind is a row here. What such rows say is said nowhere else: navigation, sitemap, reserved names, links between
pages and docs/templates.md are made from them, and `plan` does not type-check until it says which pages of the kind a
site has.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Literal, NamedTuple

from notes_site.base.paths import OutputKind, OutputPath
from notes_site.base.wording import Texts
from notes_site.pages import views
from notes_site.pages.views import View
from notes_site.search.files import ENTRY

Robots = Literal["sitemap", "index", "noindex"]
"""What search engines do with a page: they find it in the sitemap, only by links, or not at all."""


class Route(NamedTuple):
    """A kind of page. `address`: its output path, in which `{}` stands for the slug of what the page is about; '' where
    a note, an area or an alias decides. `title`: what links and the page call it, from the texts and the name of what
    it is about. `source`: what messages call it. `in_menu`: whether the navigation of every page lists it. `output`:
    what it is to who publishes it. `rename`: how its output path is changed.
    """

    address: str
    template: str
    view: type[View]
    title: Callable[[Texts, str], str]
    source: str
    in_menu: bool
    robots: Robots
    output: OutputKind
    rename: str = "rename the file or folder"


class PageKind(Enum):
    """All kinds, those of the navigation in its order."""

    # fmt: off
    NOTE = Route("", "note.html", views.NoteView, lambda t, name: name, "", False, "sitemap", "page")
    PLAIN = Route("", "page.html", views.PlainView, lambda t, name: name, "", False, "sitemap", "page")
    AREA = Route(
        "", "area.html", views.AreaView, lambda t, name: name, "the page of the area {}", False, "sitemap", "list",
        rename="rename the area")
    HOME = Route(
        "index.html", "home.html", views.HomeView, lambda t, name: t.overview, "the home page", True, "sitemap",
        "home")
    RESOURCES = Route(
        "resources.html", "resources.html", views.ListView, lambda t, name: t.all_resources, "the list of resources",
        True, "sitemap", "list")
    RESOURCES_BY_TIME = Route(
        "resources-by-time.html", "resources.html", views.ListView, lambda t, name: t.all_resources,
        "the list of resources", False, "noindex", "list")
    RESOURCES_BY_DATE = Route(
        "resources-by-date.html", "resources.html", views.ListView, lambda t, name: t.all_resources,
        "the list of resources", False, "noindex", "list")
    RESOURCES_OF_AREA = Route(
        "resources/{}.html", "resources.html", views.ListView, lambda t, name: f"{t.all_resources}: {name}",
        "the list of resources", False, "noindex", "list")
    TIMELINE = Route(
        "timeline.html", "timeline.html", views.TimelineView, lambda t, name: t.timeline, "the timeline",
        True, "sitemap", "list")
    TIMELINE_OF_YEAR = Route(
        "timeline/{}.html", "timeline.html", views.TimelineView, lambda t, name: f"{t.timeline} {name}", "the timeline",
        False, "index", "list")
    REVIEW = Route(
        "review.html", "review.html", views.ReviewView, lambda t, name: t.review, "the review", True, "noindex", "list")
    TAGS = Route(
        "tags.html", "tags.html", views.TagsView, lambda t, name: t.tags, "the list of tags", True, "sitemap", "list")
    TAG = Route(
        "tags/{}.html", "tag.html", views.TagView, lambda t, name: t.tag_title.format(name=name),
        "the page of the tag {}", False, "index", "list", rename="rename the tag")
    EVIDENCE = Route(
        "evidence.html", "evidence.html", views.EvidenceView, lambda t, name: t.evidence, "the evidence sheet",
        True, "noindex", "list")
    ONE_PAGE = Route(
        "print/{}.html", "one-page.html", views.OnePageView, lambda t, name: t.one_page_title.format(area=name),
        "an area on one page", False, "noindex", "list")
    SEARCH = Route(
        "search.html", "search.html", views.SearchView, lambda t, name: t.search, "the search page", False, "noindex",
        "list")
    NOT_FOUND = Route(
        "404.html", "404.html", views.NotFoundView, lambda t, name: t.not_found, "the page for missing addresses",
        False, "noindex", "list")
    REDIRECT = Route("", "redirect.html", views.RedirectView, lambda t, name: name, "the alias {}", False, "noindex",
        "page", "change the alias")
    # fmt: on

    @property
    def template(self) -> str:
        """The name of its template."""
        return self.value.template

    @property
    def is_own(self) -> bool:
        """Whether every site has exactly one page of this kind, at the same address."""
        return bool(self.value.address) and "{}" not in self.value.address

    def url(self, slug: str = "") -> OutputPath:
        """Return the output path of a page of this kind; `slug`: of what the page is about."""
        return OutputPath(self.value.address.format(slug))

    def title(self, texts: Texts, name: str = "") -> str:
        """Return what links and the page itself call it."""
        return self.value.title(texts, name)

    def source(self, name: str = "") -> str:
        """Return what messages call it."""
        return self.value.source.format(name)


OWN_PAGES = tuple(kind.url() for kind in PageKind if kind.is_own)
"""The pages that every site has, whatever its notes."""
OWN_FOLDERS = frozenset(path.partition("/")[0] for path in (ENTRY, *(k.value.address for k in PageKind)) if "/" in path)
"""Folders of an output in which pages and files lie that no note stands for."""


def is_own(area: str) -> bool:
    """Tell whether an area of that slug would be in the way of a site's own pages."""
    return f"{area}.html" in OWN_PAGES or area in OWN_FOLDERS


def own_url(name: str) -> str:
    """Return the output path of one of a site's own pages by the name of its kind in small letters, as templates ask.

    Raises:
        LookupError: there is no such page.
    """
    urls = {kind.name.lower(): kind.url() for kind in PageKind if kind.is_own}
    if name not in urls:
        raise LookupError(f"'{name}' is none of a site's own pages: {', '.join(urls)}")
    return urls[name]
