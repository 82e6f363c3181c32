"""The table of page kinds is whole: what it says is what is built, and nothing stands beside it."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from notes_site.base.wording import Texts
from notes_site.build.compose import compose
from notes_site.pages.addresses import OWN_FOLDERS, OWN_PAGES, PageKind, Robots, is_own, own_url
from notes_site.pages.outputs import Page
from notes_site.pages.views import View
from notes_site.storage.cache import Cache
from tests.harness import REPO, Site

TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in (REPO / "templates").glob("*.html")}
ROBOTS = get_args(Robots)
SHARED = {"base.html", "parts.html"}


def test_every_template_is_that_of_a_kind() -> None:
    assert {kind.template for kind in PageKind} == TEMPLATES.keys() - SHARED


def test_every_view_is_that_of_a_kind() -> None:
    assert {kind.value.view for kind in PageKind} == {*View.__subclasses__()}


def test_kinds_with_one_template_have_one_view() -> None:
    assert len({(kind.template, kind.value.view) for kind in PageKind}) == len({kind.template for kind in PageKind})


def test_docs_know_every_template_and_view() -> None:
    reference = (REPO / "docs/templates.md").read_text(encoding="utf-8")
    assert {name for name in TEMPLATES if f"`{name}`" not in reference} == set()
    assert {view.__name__ for view in View.__subclasses__() if f"### {view.__name__}\n" not in reference} == set()


@pytest.mark.parametrize("kind", PageKind)
def test_every_kind_has_a_title_and_most_an_address(kind: PageKind) -> None:
    assert kind.title(Texts(), "A name")
    assert kind.value.address or kind.name in {"NOTE", "PLAIN", "AREA", "REDIRECT"}  # they have that of their file


def test_no_two_kinds_share_an_address() -> None:
    urls = [kind.url("x") for kind in PageKind if kind.value.address]
    assert len(set(urls)) == len(urls)


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_write_no_address_of_a_page(name: str) -> None:
    own = {kind.url() for kind in PageKind if kind.is_own}
    referred = re.sub(r"\{%-?\s*(?:extends|from)\b.*?%\}", "", TEMPLATES[name])
    assert {url for url in own if re.search(rf"(?<![\w-]){re.escape(url)}", referred)} == set()


def test_own_addresses_are_taken() -> None:
    assert all(map(is_own, ("tags", "resources-by-time", "print", "search", "404")))
    assert not is_own("cloud")
    assert {"tags", "search", "resources", "timeline", "print"} == OWN_FOLDERS
    assert own_url("resources_by_date") == "resources-by-date.html"
    with pytest.raises(LookupError, match="none of a site's own pages: home, resources"):
        own_url("tag")


def test_pages_have_the_view_and_robots_of_their_kind(site: Site) -> None:
    site.write("notes-site.toml", 'title = "Course"\nbase_url = "https://example.org"\n')
    site.note("cloud/one.md", "Text.\n", title="One", time="30 min", tags=["x"], date="2018-10-01", aliases=["/old/"])
    site.note("about.md", "About.\n", title="About")
    by_template = {kind.template: kind for kind in PageKind}
    cache = Cache(site.project.state)
    try:
        outputs = compose(site.project, cache).plan.outputs
    finally:
        cache.close()
    views = {output.template: output.make() for output in outputs.values() if isinstance(output, Page)}
    assert {name: type(view) for name, view in views.items()} == {n: k.value.view for n, k in by_template.items()}
    assert set(OWN_PAGES) <= outputs.keys()
    site.build()
    listed = re.findall("<loc>https://example.org/([^<]*)</loc>", site.page("sitemap.xml"))
    noindex = {path for path in OWN_PAGES if '<meta name="robots" content="noindex">' in site.page(path)}
    of_kind = {robots: {k.url() for k in PageKind if k.is_own and k.value.robots == robots} for robots in ROBOTS}
    assert noindex == of_kind["noindex"]
    assert set(OWN_PAGES) & {url or "index.html" for url in listed} == of_kind["sitemap"]


def test_the_navigation_lists_what_the_table_says(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    site.build()
    nav = site.page("tags.html").partition('<nav id="site.nav"')[2].partition("</ul>")[0]
    found = re.findall('<a href="([^"]+)"[^>]*>([^<]+)</a>', nav)
    assert found == [(kind.url(), kind.title(Texts())) for kind in PageKind if kind.value.in_menu]
