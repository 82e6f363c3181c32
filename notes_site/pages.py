"""plan: which outputs a site has, and for each the function that makes its view. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from notes_site import feeds, paths
from notes_site.diagnostics import Diagnostic, below, error
from notes_site.digest import integrity
from notes_site.links import Links, resolve_links
from notes_site.machineviews import MachineViews
from notes_site.model import Config, Note, Record
from notes_site.pageviews import Frame, Views
from notes_site.reportviews import (
    EVIDENCE,
    ONE_PAGE_NOTES,
    PAGE_ROWS,
    REVIEW,
    TIMELINE,
    ReportViews,
    one_page_url,
    resources_url,
)
from notes_site.search import files as search_files
from notes_site.search.assembly import Shelf
from notes_site.search.files import Search
from notes_site.search.page import search_page
from notes_site.site import Site
from notes_site.views import Link, View


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


class Page(NamedTuple):
    """An output that a template renders from a view. `place` is the file (line, column, length) to which it is due,
    where that is not the source.
    """

    output: str
    source: str
    template: str
    make: Callable[[], View]
    place: tuple[str, int, int, int] = ("", 0, 0, 0)


class Text(NamedTuple):
    """An output that a function renders from a view."""

    output: str
    source: str
    make: Callable[[], Record]
    render: Callable[..., bytes]


class Copy(NamedTuple):
    """An output that is a file as it stands: `origin` is `content` or `static`, `source` the path in it."""

    output: str
    source: str
    origin: str
    digest: str


Output = Page | Text | Copy
_LEAVES = frozenset({"note.html", "page.html", "redirect.html"})


class Plan(NamedTuple):
    """All outputs by path, and what is wrong with them or with the links between them."""

    outputs: dict[str, Output]
    problems: tuple[Diagnostic, ...]
    views: Views
    links: Links
    search: Search


def is_list(output: Output) -> bool:
    """Tell whether it is a page that shows other pages, and so should be published after them."""
    return isinstance(output, Page) and output.template not in _LEAVES


ORDERS = ("resources.html", "resources-by-time.html", "resources-by-date.html")
NAME_BYTES = 255  # of one segment of an output path
ICON = "icon.svg"
REPLACEABLE = frozenset({"robots.txt", "llms.txt"})


def plan(site: Site, assets: Assets, shelf: Shelf) -> Plan:
    """Return every output of the site. Two sources for one output are an error that names both. `shelf` has the search
    records of all notes.
    """
    links = resolve_links(site, assets.files, assets.static, _generated(site), assets.unread)
    views = Views(site, links, _frame(site.config, assets))
    search = Search(site, views.now, assets.engine, views.site.texts, shelf)
    outputs = [
        *_note_pages(site, views),
        *_overviews(site, views),
        *_reports(site, views),
        *_redirects(site, views),
        *_machine_files(site, MachineViews(site, views)),
        *_search_files(site, search),
        *_files(site, links, assets),
    ]
    chosen, problems = _without_collisions(outputs)
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
    yield from ("index.html", "tags.html", "search.html", "404.html", "notes.json", "robots.txt", "llms.txt", *ORDERS)
    yield from (TIMELINE, REVIEW, EVIDENCE, search_files.ENTRY)
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
        place = (_shown(site, area.intro or area.notes[0]), 0, 0, 0)
        whole = one_page_url(area) if 0 < len(area.notes) <= ONE_PAGE_NOTES else ""
        yield Page(area.url, source, "area.html", partial(views.area, area, whole), place)
    yield Page("tags.html", "the list of tags", "tags.html", partial(views.tags, tag_url))
    for slug in site.tags:
        yield Page(tag_url(slug), "the page of a tag", "tag.html", partial(views.tag, slug, tag_url(slug)))
    yield Page("search.html", "the search page", "search.html", partial(search_page, site, views))
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
        former = {paths.alias_url(alias): alias for alias in filter(paths.is_address, note.front.aliases)}
        for url, alias in former.items():
            source = f"the alias {alias} of {_shown(site, note)}"
            if url and url != note.card.url:  # what is no address is told of by `checks`
                place = (_shown(site, note), *note.front.spans["aliases"])
                yield Page(url, source, "redirect.html", partial(views.redirect, url, note), place)


def _machine_files(site: Site, views: MachineViews) -> Iterator[Output]:
    yield Text("notes.json", "the notes as data", views.data, feeds.notes_json)
    yield Text("robots.txt", "robots.txt", views.robots, feeds.robots)
    yield Text("llms.txt", "llms.txt", views.llms, feeds.llms)
    if site.config.base_url and site.config.feed_items:
        yield Text("feed.xml", "the feed", views.feed, feeds.atom)
    if site.config.base_url:
        yield Text("sitemap.xml", "the sitemap", views.sitemap, feeds.sitemap)


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
            yield Text(url, f"the search text of {_shown(site, note)}", partial(search.text, note), search.text_file)


def _files(site: Site, links: Links, assets: Assets) -> Iterator[Output]:
    folders = {"content": site.config.content, "static": site.config.static}
    digests = {"content": assets.files, "static": assets.static}
    for url, (origin, path) in links.files.items():
        yield Copy(url, f"{folders[origin]}/{path}", origin, digests[origin][path])
    for name, digest in assets.static.items():
        url = paths.file_url(name, digest) if name in (ICON, site.config.logo) else name
        yield Copy(url, f"{site.config.static}/{name}", "static", digest)


def _shown(site: Site, note: Note) -> str:
    return f"{site.config.content}/{note.path}"


def _without_collisions(outputs: Iterable[Output]) -> tuple[dict[str, Output], list[Diagnostic]]:
    chosen: dict[str, Output] = {}
    found: list[Diagnostic] = []
    for output in outputs:
        key = paths.collision_key(output.output)
        first = chosen.get(key)
        if isinstance(output, Copy) and output.origin == "static" and output.output in REPLACEABLE:
            first = None
        if first is None or first == output:
            chosen[key] = output
        else:
            found.append(_collision(first, output))
    for key, output in chosen.items():
        parents = [key[:n] for n, c in enumerate(key) if c == "/"]
        found += [_collision(chosen[parent], output) for parent in parents if parent in chosen]
    too_long = {
        segment: output
        for output in reversed(chosen.values())
        if len(segment := _longest_name(output.output)) > NAME_BYTES
    }
    found += map(_too_long, too_long.values())
    return {output.output: output for output in chosen.values()}, found


def _longest_name(url: str) -> bytes:
    return max((segment.encode() for segment in url.split("/")), key=len)


def _too_long(output: Output) -> Diagnostic:
    message = f"`{output.output}` has a name of more than {NAME_BYTES} bytes, which file systems refuse"
    return _at(output, "name-too-long", message, "shorten the name that it is made from")


def _collision(first: Output, second: Output) -> Diagnostic:
    """Two sources of one output, told of where it is easier to mend: at an alias, then at a file."""
    mine, other = sorted((first, second), key=lambda output: (_firmness(output), output.source))
    message = f"{mine.source} and {other.source} would both be written to `{mine.output}`"
    if other.output.startswith(f"{mine.output}/") or mine.output.startswith(f"{other.output}/"):
        message = f"{mine.source} would be written to `{mine.output}`, {other.source} to `{other.output}`"
        message += ": no name can be a file and a folder"
    elif mine.output != other.output:
        message += f" and `{other.output}`, which some systems cannot keep apart"
    return _at(mine, "same-output", message, _way_out(mine, other))


def _firmness(output: Output) -> int:
    """How much it takes to change an output's name: an alias, a file, an area, and what we name ourselves."""
    if isinstance(output, Page) and output.template == "redirect.html":
        return 0
    if "/" in output.source:
        return 1
    return 2 if isinstance(output, Page) and output.template == "area.html" else 3


def _way_out(mine: Output, other: Output) -> str:
    if _firmness(mine) == 0:
        return "change the alias, or remove it"
    if _firmness(mine) == 2:
        return "give the area or its folder another name"
    if _firmness(other) == 1:
        return "rename one of them"
    return "rename it" + ("; an area's own text is the `index.md` in its folder" if _firmness(other) == 2 else "")


def _at(output: Output, code: str, message: str, hint: str) -> Diagnostic:
    path, line, column, length = output.place if isinstance(output, Page) else ("", 0, 0, 0)
    return error(path or output.source, code, message, hint=hint, line=line, column=column, length=length)
