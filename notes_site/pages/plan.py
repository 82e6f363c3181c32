"""Which outputs a site has, and for each the function that makes its view. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple, assert_never

from notes_site.base import paths
from notes_site.base.config import Config
from notes_site.base.diagnostics import Diagnostic, in_folder
from notes_site.base.digest import integrity
from notes_site.base.model import Note
from notes_site.base.paths import Origin, OutputPath, ProjectPath
from notes_site.pages.addresses import OWN_PAGES, PageKind
from notes_site.pages.feeds import wanted
from notes_site.pages.note_pages import Frame, Views, has_one_page
from notes_site.pages.outputs import Output, Page, Text, copy_of, without_collisions
from notes_site.pages.report_pages import PAGE_ROWS, ReportViews
from notes_site.pages.views import View
from notes_site.search import files as search_files
from notes_site.search.files import Search
from notes_site.search.shards import RecordStore
from notes_site.site.assemble import Area, Site
from notes_site.site.links import Links, resolve_links


class Assets(NamedTuple):
    """What lies beside the notes. `files`: digest by content path of each attachment; `static`: digest by name of
    each static file; `style` and `script`: what every page carries; `engine`: the search's script; `unread`: content
    paths of files that could not be read.
    """

    files: Mapping[str, str]
    static: Mapping[str, str]
    style: str = ""
    script: str = ""
    engine: str = ""
    unread: frozenset[str] = frozenset()


class SitePlan(NamedTuple):
    """All outputs by path, and what is wrong with them or with the links between them."""

    outputs: dict[str, Output]
    problems: tuple[Diagnostic, ...]
    views: Views
    links: Links
    search: Search


ICON = "icon.svg"


def plan_site(site: Site, assets: Assets, store: RecordStore) -> SitePlan:
    """Return every output of the site. Two sources for one output are an error that names both. `store` has the search
    records of all notes.
    """
    links = resolve_links(site, assets.files, assets.static, _generated(site), assets.unread)
    views = Views(site, links, _frame(site.config, assets))
    reports = ReportViews(site, views)
    search = Search(site, assets.engine, views.site.texts, store)
    outputs = [
        *(page for kind in PageKind for page in _pages(kind, site, views, reports)),
        *(feed.made_of(site, views) for feed in wanted(site.config)),
        *_search_files(site, search),
        *_files(site, links, assets),
    ]
    chosen, problems = without_collisions(outputs)
    return SitePlan(chosen, (*in_folder(site.config.content, links.problems), *problems), views, links, search)


def _frame(config: Config, assets: Assets) -> Frame:
    """What stands around every page. The policy lets nothing foreign in; `script-src 'self'` is for the search."""
    style, script = integrity(assets.style), integrity(assets.script)
    policy = (
        f"default-src 'none'; style-src {style}; script-src {script} 'self'; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'"
    )
    icon, logo = (
        paths.file_url(name, assets.static[name]) if name in assets.static else "" for name in (ICON, config.logo)
    )
    return Frame(assets.style, assets.script, policy if config.csp else "", icon, logo)


def _generated(site: Site) -> Iterator[str]:
    """What a link can lead to that no note, area or file stands for."""
    yield from (*OWN_PAGES, search_files.ENTRY, *(feed.output for feed in wanted(site.config)))
    yield from map(PageKind.TAG.url, site.tags)


def _pages(kind: PageKind, site: Site, views: Views, reports: ReportViews) -> Iterator[Page]:
    """Yield a site's pages of one kind. A kind that is missing here does not type-check."""
    match kind:
        case PageKind.NOTE:
            for area in site.areas:
                for note in area.notes:
                    yield _page(kind, partial(views.note, area, note), note.card.url, _shown(site, note), note)
        case PageKind.PLAIN:
            for note in site.pages:
                yield _page(kind, partial(views.plain, note), note.card.url, _shown(site, note), note)
        case PageKind.AREA:
            for area in site.areas:
                yield _area_page(site, area, views)
        case PageKind.HOME:
            yield _page(kind, reports.home, source=_shown(site, site.home) if site.home else "", note=site.home)
        case PageKind.RESOURCES | PageKind.RESOURCES_BY_TIME | PageKind.RESOURCES_BY_DATE:
            yield _page(kind, partial(reports.resources, kind))
        case PageKind.RESOURCES_OF_AREA:
            for area in site.areas if len(site.notes) > PAGE_ROWS else ():
                yield _page(kind, partial(reports.resources_of, area), kind.url(area.slug))
        case PageKind.TIMELINE:
            yield _page(kind, reports.timeline)
        case PageKind.TIMELINE_OF_YEAR:
            for year in reports.years:
                yield _page(kind, partial(reports.year, year), kind.url(year))
        case PageKind.REVIEW:
            yield _page(kind, reports.review)
        case PageKind.TAGS:
            yield _page(kind, views.tags)
        case PageKind.TAG:
            for slug, (name, notes) in site.tags.items():
                place = (_shown(site, notes[0]), *notes[0].front.spans["tags"])
                yield _page(kind, partial(views.tag, slug), kind.url(slug), kind.source(name), place=place)
        case PageKind.EVIDENCE:
            yield _page(kind, reports.evidence)
        case PageKind.ONE_PAGE:
            for area in filter(has_one_page, site.areas):
                yield _page(kind, partial(reports.one_page, area), kind.url(area.slug))
        case PageKind.SEARCH:
            yield _page(kind, views.search)
        case PageKind.NOT_FOUND:
            yield _page(kind, views.not_found)
        case PageKind.REDIRECT:
            yield from _redirects(site, views)
        case _:
            assert_never(kind)


def _page(
    kind: PageKind,
    make: Callable[[], View],
    url: OutputPath | None = None,
    source: str = "",
    note: Note | None = None,
    place: tuple[str, int, int, int] = ("", 0, 0, 0),
) -> Page:
    """Return a page; `note`: the one whose text it shows."""
    return Page(url or kind.url(), source or kind.source(), kind, make, _origin(note), place)


def _area_page(site: Site, area: Area, views: Views) -> Page:
    kind = PageKind.AREA
    source = _shown(site, area.intro) if area.intro else kind.source(area.name)
    first = area.intro or area.notes[0]
    place = (_shown(site, first), *first.front.spans.get("area", (0, 0, 0)))
    return _page(kind, partial(views.area, area), area.url, source, area.intro, place)


def _redirects(site: Site, views: Views) -> Iterator[Page]:
    kind = PageKind.REDIRECT
    for note in site.published():
        aliases = enumerate(note.front.aliases)
        former = {paths.alias_url(alias): (n, alias) for n, alias in aliases if paths.is_address(alias)}
        for url, (number, alias) in former.items():
            source = kind.source(f"{alias} of {_shown(site, note)}")
            if url and url != note.card.url:  # what is no address is told of by `checks`
                place = (_shown(site, note), *note.front.spans[f"aliases.{number}"])
                yield _page(kind, partial(views.redirect, url, note), url, source, place=place)


def _search_files(site: Site, search: Search) -> Iterator[Output]:
    yield Text(OutputPath(search_files.ENTRY), "the search index", search.entry, search.entry_file, "pointer")
    for number in range(search.titles):
        url = OutputPath(f"search/titles-{number}.js")
        yield Text(url, "the search index", partial(search.titles_of, number), search_files.titles_file)
    for number in range(search.shards):
        yield Text(
            OutputPath(f"search/terms-{number}.js"),
            "the search index",
            partial(search.shard, number),
            search.shard_file,
        )
    for note in {note.card.url: note for note in search.notes}.values():
        if note.card.has_text:
            url = OutputPath(search_files.text_url(note.card.url))
            yield Text(url, _shown(site, note), partial(search.text, note), search.text_file, "asset", _origin(note))


def _files(site: Site, links: Links, assets: Assets) -> Iterator[Output]:
    folders = {"content": site.config.content, "static": site.config.static}
    digests = {"content": assets.files, "static": assets.static}
    for url, layer, path in links.files:
        yield copy_of(url, f"{folders[layer]}/{path}", Origin(layer, path), digests[layer][path])
    for name, digest in assets.static.items():
        url = paths.file_url(name, digest) if name in (ICON, site.config.logo) else OutputPath(paths.nfc(name))
        yield copy_of(url, f"{site.config.static}/{name}", Origin("static", name), digest)


def _shown(site: Site, note: Note) -> ProjectPath:
    return paths.in_project(site.config.content, note.path)


def _origin(note: Note | None) -> Origin | None:
    return Origin("content", note.path) if note else None
