"""plan: which outputs a site has, and for each the function that makes its view. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from notes_site import feeds, paths
from notes_site.diagnostics import Diagnostic, below, error
from notes_site.links import Links, resolve_links
from notes_site.model import Note, Record
from notes_site.pageviews import Views
from notes_site.site import Site
from notes_site.views import Link, StyleView, View


class Assets(NamedTuple):
    """What lies beside the notes. `files`: digest by content path of each attachment; `static`: digest by name of
    each static file; `style`: the whole stylesheet.
    """

    files: Mapping[str, str]
    static: Mapping[str, str]
    style: str


class Page(NamedTuple):
    """An output that a template renders from a view."""

    output: str
    source: str
    template: str
    make: Callable[[], View]


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


class Plan(NamedTuple):
    """All outputs by path, and what is wrong with them or with the links between them."""

    outputs: dict[str, Output]
    problems: tuple[Diagnostic, ...]


ORDERS = (
    Link("resources.html", "By area"),
    Link("resources-by-time.html", "By time"),
    Link("resources-by-date.html", "By date"),
)
NAME_BYTES = 255  # of one segment of an output path
REPLACEABLE = frozenset({"robots.txt", "favicon.ico", "icon.svg"})


def plan(site: Site, assets: Assets) -> Plan:
    """Return every output of the site. Two sources for one output are an error that names both."""
    links = resolve_links(site, assets.files, assets.static, _generated(site))
    style = StyleView(assets.style)
    style_url = feeds.fingerprinted("style.css", feeds.style(style))
    views = Views(site, links, style_url, icon="icon.svg" if "icon.svg" in assets.static else "")
    outputs = [
        *_note_pages(site, views),
        *_overviews(site, views),
        *_redirects(site, views),
        Text(style_url, "static/style.css", lambda: style, feeds.style),
        *_machine_files(site, views),
        *_files(site, links, assets),
    ]
    return _without_collisions(outputs, below(site.config.content, links.problems))


def _generated(site: Site) -> Iterator[str]:
    yield from ("index.html", "tags.html", *(order.url for order in ORDERS))
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
    yield Page("index.html", _shown(site, site.home) if site.home else "the home page", "home.html", views.home)
    for area in site.areas:
        source = _shown(site, area.intro) if area.intro else f"the page of the area {area.name}"
        yield Page(area.url, source, "area.html", partial(views.area, area))
    for order in ORDERS:
        yield Page(order.url, "the list of resources", "resources.html", partial(views.resources, order, ORDERS))
    yield Page("tags.html", "the list of tags", "tags.html", partial(views.tags, tag_url))
    for slug in site.tags:
        yield Page(tag_url(slug), "the page of a tag", "tag.html", partial(views.tag, slug, tag_url(slug)))
    yield Page("404.html", "the page for missing addresses", "404.html", views.not_found)


def _redirects(site: Site, views: Views) -> Iterator[Output]:
    for note in site.published():
        for alias in filter(paths.is_address, note.front.aliases):
            url, source = paths.alias_url(alias), f"the alias {alias} of {_shown(site, note)}"
            if url:  # what is no address is told of by `checks`
                yield Page(url, source, "redirect.html", partial(views.redirect, url, note))


def _machine_files(site: Site, views: Views) -> Iterator[Output]:
    yield Text("notes.json", "the notes as data", views.data, feeds.notes_json)
    yield Text("robots.txt", "robots.txt", views.robots, feeds.robots)
    if site.config.base_url and site.config.feed_items:
        yield Text("feed.xml", "the feed", views.feed, feeds.atom)
    if site.config.base_url:
        yield Text("sitemap.xml", "the sitemap", views.sitemap, feeds.sitemap)


def _files(site: Site, links: Links, assets: Assets) -> Iterator[Output]:
    for url, path in links.files.items():
        yield Copy(url, f"{site.config.content}/{path}", "content", assets.files[path])
    for name, digest in assets.static.items():
        if name != "style.css":  # published as part of the fingerprinted stylesheet
            yield Copy(name, f"{site.config.static}/{name}", "static", digest)


def _shown(site: Site, note: Note) -> str:
    return f"{site.config.content}/{note.path}"


def _without_collisions(outputs: Iterable[Output], problems: Sequence[Diagnostic]) -> Plan:
    chosen: dict[str, Output] = {}
    found = list(problems)
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
    found += [_too_long(output) for output in chosen.values() if _longest_name(output.output) > NAME_BYTES]
    return Plan({output.output: output for output in chosen.values()}, tuple(found))


def _longest_name(url: str) -> int:
    return max(len(segment.encode()) for segment in url.split("/"))


def _too_long(output: Output) -> Diagnostic:
    path = output.source.rpartition(" of ")[2] if output.source.startswith("the alias ") else output.source
    message = f"`{output.output}` has a name of more than {NAME_BYTES} bytes, which file systems refuse"
    return error(path, "name-too-long", message, hint="shorten the name that it is made from")


def _collision(first: Output, second: Output) -> Diagnostic:
    by_user = sorted((o.source for o in (first, second)), key=lambda s: ("/" not in s, s))
    same = "" if first.output == second.output else f" and `{second.output}`, which some systems cannot keep apart"
    message = f"{by_user[0]} and {by_user[1]} would both be written to `{first.output}`{same}"
    path = by_user[0].removeprefix("the alias ").rpartition(" of ")[2]
    return error(path, "same-output", message, hint="rename one of them")
