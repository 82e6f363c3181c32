"""plan: which outputs a site has, and for each the function that makes its view. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from notes_site.base import paths
from notes_site.base.diagnostics import Diagnostic, below
from notes_site.base.digest import integrity
from notes_site.base.model import Config, Note
from notes_site.base.paths import EVIDENCE, ORDERS, REVIEW, TIMELINE
from notes_site.pages.feeds import feeds
from notes_site.pages.note_pages import Frame, Views
from notes_site.pages.outputs import Copy, Output, Page, Text, without_collisions
from notes_site.pages.report_pages import ONE_PAGE_NOTES, PAGE_ROWS, ReportViews, one_page_url, resources_url
from notes_site.search import files as search_files
from notes_site.search.assembly import Shelf
from notes_site.search.files import Search
from notes_site.site.assemble import Site
from notes_site.site.links import Links, resolve_links
from notes_site.site.values import Link


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


class Plan(NamedTuple):
    """All outputs by path, and what is wrong with them or with the links between them."""

    outputs: dict[str, Output]
    problems: tuple[Diagnostic, ...]
    views: Views
    links: Links
    search: Search


ICON = "icon.svg"


def plan(site: Site, assets: Assets, shelf: Shelf) -> Plan:
    """Return every output of the site. Two sources for one output are an error that names both. `shelf` has the search
    records of all notes.
    """
    links = resolve_links(site, assets.files, assets.static, _generated(site), assets.unread)
    views = Views(site, links, _frame(site.config, assets))
    search = Search(site, assets.engine, views.site.texts, shelf)
    outputs = [
        *_note_pages(site, views),
        *_overviews(site, views),
        *_reports(site, views),
        *_redirects(site, views),
        *feeds(site, views),
        *_search_files(site, search),
        *_files(site, links, assets),
    ]
    chosen, problems = without_collisions(outputs)
    return Plan(chosen, (*below(site.config.content, links.problems), *problems), views, links, search)


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
    yield from (*paths.OWN_PAGES, "notes.json", "robots.txt", "llms.txt", search_files.ENTRY)
    if site.config.base_url:
        yield from ("sitemap.xml", *(["feed.xml"] if site.config.feed_items else []))
    yield from (tag_url(slug) for slug in site.tags)


def tag_url(slug: str) -> str:
    """Return the output path of a tag's page."""
    return f"tags/{slug}.html"


def _note_pages(site: Site, views: Views) -> Iterator[Output]:
    for area in site.areas:
        for note in area.notes:
            yield Page(note.card.url, _shown(site, note), "note.html", partial(views.note, area, note))
    for note in site.pages:
        yield Page(note.card.url, _shown(site, note), "page.html", partial(views.plain, note))


def _overviews(site: Site, views: Views) -> Iterator[Output]:
    for area in site.areas:
        source = _shown(site, area.intro) if area.intro else f"the page of the area {area.name}"
        first = area.intro or area.notes[0]
        place = (_shown(site, first), *first.front.spans.get("area", (0, 0, 0)))
        whole = one_page_url(area) if 0 < len(area.notes) <= ONE_PAGE_NOTES else ""
        yield Page(area.url, source, "area.html", partial(views.area, area, whole), place)
    yield Page("tags.html", "the list of tags", "tags.html", partial(views.tags, tag_url))
    for slug, (name, notes) in site.tags.items():
        place = (_shown(site, notes[0]), *notes[0].front.spans["tags"])
        view = partial(views.tag, slug, tag_url(slug))
        yield Page(tag_url(slug), f"the page of the tag {name}", "tag.html", view, place)
    yield Page("search.html", "the search page", "search.html", views.search)
    yield Page("404.html", "the page for missing addresses", "404.html", views.not_found)


def _reports(site: Site, views: Views) -> Iterator[Output]:
    reports, texts = ReportViews(site, views), views.site.texts
    yield Page("index.html", _shown(site, site.home) if site.home else "the home page", "home.html", reports.home)
    titles = (texts.by_area, texts.by_time, texts.by_date)
    orders = tuple(Link(url, title) for url, title in zip(ORDERS, titles, strict=True))
    for order in orders:
        yield Page(order.url, "the list of resources", "resources.html", partial(reports.resources, order, orders))
    if len(site.notes) > PAGE_ROWS:
        for area in site.areas:
            view = partial(reports.resources_of, area)
            yield Page(resources_url(area), "the list of resources", "resources.html", view)
    yield Page(TIMELINE, "the timeline", "timeline.html", reports.timeline)
    for year in reports.years:
        yield Page(year.url, "the timeline", "timeline.html", partial(reports.year, year))
    yield Page(REVIEW, "the review", "review.html", reports.review)
    yield Page(EVIDENCE, "the evidence sheet", "evidence.html", reports.evidence)
    for area in site.areas:
        if 0 < len(area.notes) <= ONE_PAGE_NOTES:
            yield Page(one_page_url(area), "an area on one page", "one-page.html", partial(reports.one_page, area))


def _redirects(site: Site, views: Views) -> Iterator[Output]:
    for note in site.published():
        aliases = enumerate(note.front.aliases)
        former = {paths.alias_url(alias): (n, alias) for n, alias in aliases if paths.is_address(alias)}
        for url, (number, alias) in former.items():
            source = f"the alias {alias} of {_shown(site, note)}"
            if url and url != note.card.url:  # what is no address is told of by `checks`
                place = (_shown(site, note), *note.front.spans[f"aliases.{number}"])
                yield Page(url, source, "redirect.html", partial(views.redirect, url, note), place)


def _search_files(site: Site, search: Search) -> Iterator[Output]:
    yield Text(search_files.ENTRY, "the search index", search.entry, search.entry_file)
    for number in range(search.titles):
        url = f"search/titles-{number}.js"
        yield Text(url, "the search index", partial(search.titles_of, number), search_files.titles_file)
    for number in range(search.shards):
        yield Text(f"search/terms-{number}.js", "the search index", partial(search.shard, number), search.shard_file)
    for note in {note.card.url: note for note in search.notes}.values():
        if note.card.has_text:
            url = search_files.text_url(note.card.url)
            yield Text(url, _shown(site, note), partial(search.text, note), search.text_file)


def _files(site: Site, links: Links, assets: Assets) -> Iterator[Output]:
    folders = {"content": site.config.content, "static": site.config.static}
    digests = {"content": assets.files, "static": assets.static}
    for url, origin, path in links.files:
        yield Copy(url, f"{folders[origin]}/{path}", origin, digests[origin][path])
    for name, digest in assets.static.items():
        url = paths.file_url(name, digest) if name in (ICON, site.config.logo) else paths.nfc(name)
        yield Copy(url, f"{site.config.static}/{name}", "static", digest)


def _shown(site: Site, note: Note) -> str:
    return f"{site.config.content}/{note.path}"
