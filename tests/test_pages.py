"""What the pages of a small site say, and its files for machines."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from notes_site.base.paths import slug
from tests.harness import Site, codes

CONFIG = """\
title = "My Course"
description = "What I learn"
author = "Ada & Co"
language = "de"
[course]
title = "CS 1"
link = "https://example.edu/cs1"
"""
BASE = 'base_url = "https://example.org/my/notes/"\n'


def errors(site: Site) -> list[tuple[str, str]]:
    """Where the errors of a build are, and their codes."""
    return [(d.path, d.code) for d in site.build().diagnostics if d.severity == "error"]


def course(root: Path, config: str = BASE + CONFIG) -> Site:
    """Two areas with five notes between them, a home page, a plain page."""
    site = Site(root)
    site.write("notes-site.toml", config)
    site.write("content/index.md", "Welcome **home**.\n")
    site.note("about.md", "# About me\n\nI learn, see [launch](cloud/launch.md).\n")
    site.note("cloud/index.md", "Clouds. See [launch](launch.md).\n", title="Cloud Apps", summary="All about clouds")
    site.note(
        "cloud/launch.md",
        "## First\n\nLaunch it. Another [lambda note](lambda.md) is here.\n\n## Second\n\n![A figure](pic.svg)\n",
        title="Tutorial: Launch <a> VM",
        level="beginner",
        link="https://www.example.org/vm?a=1&b=2",
        time="1h 10m",
        estimate="30 min",
        date="2018-10-29",
        tags=["aws", "ec2"],
        aliases=["/old/launch/", "vm.html"],
    )
    site.note(
        "cloud/lambda.md",
        "Text.\n",
        title="Video: Lambda",
        level="Intermediate",
        group="Serverless",
        time="20",
        date="2018-11-02",
        updated="2018-11-05",
        tags=["AWS"],
    )
    site.note("cloud/queues.md", "Text.\n", title="Queues", level="Intermediate", time="5")
    site.note(
        "cloud/gateway.md", "Text.\n", title="Gateway", level="intermediate", group="Serverless", order=1, time="10"
    )
    site.note("cloud/planned.md", title="Lab: Planned", level="advanced", estimate="45 min")
    site.note(
        "docker/intro.md",
        "Docker. See [the VM](../cloud/launch.md#second), it matters.\n",
        title="Intro",
        kind="lab",
        status="doing",
        estimate="1h",
        time="15",
    )
    site.write("content/cloud/pic.svg", "<svg/>")
    return site


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = course(tmp_path_factory.mktemp("pages") / "site")
    report = site.build()
    assert codes(report, "error") == codes(report, "warning") == []
    return site


class Text(HTMLParser):
    """The visible text of the main part of a page, in pieces; all ids and all addresses of the whole page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.tags.append((tag, given))
        self._depth += tag == "main"
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src") if name in given]

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "main"

    def handle_data(self, data: str) -> None:
        if self._depth and data.strip():
            self.pieces.append(" ".join(data.split()))

    @property
    def main(self) -> str:
        return " | ".join(self.pieces)

    def meta(self) -> dict[str, str]:
        """The metadata of the head by name."""
        named = {a.get("name") or a.get("property", ""): a.get("content", "") for t, a in self.tags if t == "meta"}
        linked = {a["rel"]: a["href"] for t, a in self.tags if t == "link"}
        return {**named, **linked}


def text(site: Site, path: str) -> Text:
    return Text(site.page(path))


# --- pages


def test_home_has_areas_with_their_sums(built: Site) -> None:
    page = text(built, "index.html")
    assert page.main.startswith("My Course | Welcome | home | . | studied | 2 h | resources done | 4 of 6")
    assert "planned time left | 1 h 30 min" in page.main
    assert "active days | 2" in page.main
    assert "Cloud Apps | 1 h 45 min spent, 45 min still planned | 4 of 5 done | 1 h 45 min | 45 min" in page.main
    assert "Docker | 15 min spent, 45 min still planned | 0 of 1 done | 15 min | 45 min" in page.main
    assert "Total | 4 of 6 done | 2 h | 1 h 30 min" in page.main
    assert "Cloud Apps | All about clouds | 4 of 5 done, 1 h 45 min spent" in page.main
    latest = page.main[page.main.index("Latest notes") : page.main.index("Next up")]
    assert re.findall(r"\| ([A-Z][^|]+) \| [✓◐○×]", latest) == ["Video: Lambda", "Tutorial: Launch <a> VM"]
    following = page.main[page.main.index("Next up") :]
    assert re.findall(r"\| ([A-Z][^|]+) \| [✓◐○×]", following) == ["Intro", "Lab: Planned"]


def test_area_is_by_level_and_group_in_order(built: Site) -> None:
    page = text(built, "cloud.html").main
    assert page.startswith("Overview | Cloud Apps | Clouds. See | launch | .")
    main = built.page("cloud.html").split("<main")[1].split("</main>")[0]
    assert re.findall(r'<(h[23])[^>]*>([^<]+)<|<th scope="row"><a href="cloud/([a-z]+)', main) == [
        ("h2", "Beginner", ""),
        ("", "", "launch"),
        ("h2", "Intermediate", ""),
        ("h3", "Serverless", ""),
        ("", "", "gateway"),
        ("", "", "lambda"),
        ("", "", "queues"),
        ("h2", "Advanced", ""),
        ("", "", "planned"),
    ]
    assert "35 min spent, 0 min still planned | 3 of 3 done, 35 min spent, 0 min still planned" in page
    assert "0 of 1 done, 0 min spent, 45 min still planned" in page
    assert "(the resource of Tutorial: Launch <a> VM) | tutorial | ✓ | done | 30 min | 1 h 10 min" in page


def test_area_without_levels_has_no_empty_headings(built: Site) -> None:
    page = text(built, "docker.html").main
    assert "Docker | studied | 15 min" in page
    assert "Resources" in page
    assert "Other" not in page


def test_note_shows_its_facts(built: Site) -> None:
    page = text(built, "cloud/launch.html")
    for fact in (
        "Overview | Cloud Apps | Beginner | Tutorial: Launch <a> VM | Resource | example.org",
        "Kind | tutorial",
        "Status | ✓ | done",
        "Time | 1 h 10 min | of 30 min planned",
        "Finished | 29 Oct 2018",
        "Tags | aws | , | ec2",
    ):
        assert fact in page.main
    assert "https://www.example.org/vm?a=1&b=2" in page.links
    assert "Updated | 5 Nov 2018" in text(built, "cloud/lambda.html").main


def test_note_has_a_table_of_contents_and_its_figure(built: Site) -> None:
    page = built.page("cloud/launch.html")
    toc = page[page.index('class="toc"') :]
    assert re.findall(r'href="(#[^"]*)">([^<]*)<', toc) == [("#first", "First"), ("#second", "Second")]
    picture = re.search(r'<img src="\.\./(cloud/pic\.[0-9a-f]{8}\.svg)" alt="A figure"', page)
    assert picture
    assert (built.output / picture[1]).read_text() == "<svg/>"


def test_previous_and_next_skip_what_is_planned(built: Site) -> None:
    def pager(path: str) -> dict[str, str]:
        page = text(built, path)
        return {a["rel"]: a["href"] for t, a in page.tags if t == "a" and a.get("rel") in ("prev", "next")}

    assert pager("cloud/launch.html") == {"next": "../cloud/gateway.html"}
    assert pager("cloud/gateway.html") == {"prev": "../cloud/launch.html", "next": "../cloud/lambda.html"}
    assert pager("cloud/queues.html") == {"prev": "../cloud/lambda.html"}
    assert pager("cloud/planned.html") == {}
    assert pager("docker/intro.html") == {}


def test_backlinks_have_the_sentence_around_the_link(built: Site) -> None:
    page = text(built, "cloud/launch.html").main
    mentions = page[page.index("Notes that link here") :]
    assert "Cloud Apps | Clouds. See launch." in mentions
    assert "About me | I learn, see launch." in mentions
    assert "Intro | Docker. See the VM, it matters." in mentions
    assert "Launch it. Another lambda note is here." in text(built, "cloud/lambda.html").main
    assert "../docker/intro.html" in text(built, "cloud/launch.html").links
    assert "Notes that link here" not in text(built, "cloud/queues.html").main


def test_resources_in_three_orders(built: Site) -> None:
    def order(path: str) -> list[str]:
        return re.findall(r'<th scope="row"><a href="[a-z]+/([a-z]+)\.html"', built.page(path))

    assert order("resources.html") == ["launch", "gateway", "lambda", "queues", "planned", "intro"]
    assert order("resources-by-time.html") == ["launch", "lambda", "intro", "gateway", "queues", "planned"]
    assert order("resources-by-date.html") == ["lambda", "launch", "gateway", "queues", "planned", "intro"]
    assert text(built, "resources.html").main.count("Cloud Apps") == 2  # heading and caption
    links = text(built, "resources-by-time.html").links
    assert {"resources.html", "resources-by-date.html"} <= set(links)
    assert text(built, "resources-by-time.html").meta()["robots"] == "noindex"
    assert "robots" not in text(built, "resources.html").meta()


def test_tags_are_one_whatever_their_case(built: Site) -> None:
    assert "aws | 1 h 30 min spent, 0 min still planned | 2 | 1 h 30 min | 0 min | ec2" in text(built, "tags.html").main
    page = text(built, "tags/aws.html")
    assert "Tags | aws | studied | 1 h 30 min" in page.main
    assert {"../cloud/launch.html", "../cloud/lambda.html"} <= set(page.links)
    assert "../tags/aws.html" in text(built, "cloud/lambda.html").links


def test_plain_pages_are_outside_all_sums(built: Site) -> None:
    page = text(built, "about.html")
    assert page.main.startswith("Overview | About me | I learn, see | launch")
    assert "about.html" in text(built, "index.html").links
    assert "about.html" not in built.page("resources.html").split("<main")[1].split("</main>")[0]


def test_plain_page_without_text(site: Site) -> None:
    site.note("about.md", title="About")
    assert site.build().published
    assert "About | Nothing written yet." in text(site, "about.html").main


def test_planned_note_keeps_a_page(built: Site) -> None:
    page = text(built, "cloud/planned.html")
    assert "Planned, not begun yet." in page.main
    assert page.meta()["robots"] == "noindex"
    assert "robots" not in text(built, "cloud/queues.html").meta()


def test_missing_page_has_absolute_links_below_the_base(built: Site) -> None:
    page = text(built, "404.html")
    inner = [link for link in page.links if "://" not in link and not link.startswith("#")]
    assert inner
    assert all(link.startswith("/my/notes/") for link in inner)
    assert page.meta()["robots"] == "noindex"


def test_missing_page_without_a_base(tmp_path: Path) -> None:
    site = course(tmp_path / "site", CONFIG)
    site.build()
    inner = [link for link in text(site, "404.html").links if "://" not in link and not link.startswith("#")]
    assert inner
    assert all(link.startswith("/") and not link.startswith("//") for link in inner)


@pytest.mark.parametrize(("path", "root"), [("old/launch/index.html", "../../"), ("vm.html", "")])
def test_alias_leads_to_the_note(built: Site, path: str, root: str) -> None:
    page = text(built, path)
    refresh = next(a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv") == "refresh")
    assert refresh == f"0; url={root}cloud/launch.html"
    assert f"{root}cloud/launch.html" in page.links
    assert page.meta()["robots"] == "noindex"
    assert page.meta()["canonical"] == "https://example.org/my/notes/cloud/launch.html"


def test_aliases_of_areas_and_pages_lead_to_them(site: Site) -> None:
    site.note("index.md", "Home.\n", aliases=["/start"])
    site.note("about.md", "Text.\n", aliases=["me.html"])
    site.note("cloud/index.md", "Text.\n", title="Cloud", aliases=["clouds.html"])
    site.build()
    assert "../index.html" in text(site, "start/index.html").links
    assert "about.html" in text(site, "me.html").links
    assert "cloud.html" in text(site, "clouds.html").links


def test_alias_that_is_just_another_name_makes_no_page(site: Site) -> None:
    """Obsidian's aliases are names for wikilinks."""
    site.note("cloud/one.md", "Text.\n", title="One", aliases=["The First"])
    site.note("cloud/two.md", "See [[The First]].\n", title="Two")
    assert codes(site.build(), "warning") == []
    assert "../cloud/one.html" in text(site, "cloud/two.html").links
    assert not [path for path in site.published() if "first" in path.lower()]


@pytest.mark.parametrize(
    "alias", ["/", "../../escape", "/../escape/", ".notes-site/build.json", "https://example.org/"]
)
def test_alias_that_is_no_address_stops_the_build(site: Site, tmp_path: Path, alias: str) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", aliases=[alias])
    report = site.build()
    assert codes(report, "error") == ["bad-alias"]
    assert not (tmp_path / "escape").exists()
    assert next(d for d in report.diagnostics if d.severity == "error").line == 3


def test_resource_in_the_content_folder_is_published_and_linked_from_everywhere(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", link="my slides.pdf".replace(" ", "%20"))
    site.note("cloud/two.md", "Text.\n", title="Two", link="gone.pdf")
    site.write("content/cloud/my slides.pdf", "slides")
    assert codes(site.build(), "warning") == ["broken-link"]
    assert site.page("cloud/my slides.pdf") == "slides"
    assert "../cloud/my%20slides.pdf" in text(site, "cloud/one.html").links
    assert "cloud/my%20slides.pdf" in text(site, "cloud.html").links
    assert "gone.pdf" not in site.page("cloud/two.html") + site.page("cloud.html")


def test_every_url_of_raw_html_is_a_link_to_a_file(site: Site) -> None:
    """A picture for dark screens as GitHub's users write it, and what else HTML shows."""
    site.note(
        "cloud/one.md",
        '<picture>\n<source media="(prefers-color-scheme: dark)" srcset="dark.svg, gone.svg 2x">\n'
        '<source media="print" srcset="gone.svg">\n<img src="light.svg" srcset="light.svg, https://e.org/2x.svg 2x">\n'
        '</picture>\n\n<object data="plan.pdf" type="application/pdf"></object>\n',
        title="One",
    )
    for name in ("dark.svg", "light.svg", "plan.pdf"):
        site.write(f"content/cloud/{name}", name)
    report = site.build()
    assert [(d.code, d.line, d.column) for d in report.diagnostics if d.severity == "warning"] == [
        ("broken-image", 5, 64),
        ("broken-image", 6, 31),
    ]
    tags = [tag for tag in text(site, "cloud/one.html").tags if tag[0] in ("source", "img", "object")]
    dark, light = (next(p for p in site.published() if p.startswith(f"cloud/{n}.")) for n in ("dark", "light"))
    assert tags == [
        ("source", {"media": "(prefers-color-scheme: dark)", "srcset": f"../{dark}"}),
        ("source", {"media": "print"}),
        ("img", {"src": f"../{light}", "srcset": f"../{light}, https://e.org/2x.svg 2x"}),
        ("object", {"data": "../cloud/plan.pdf", "type": "application/pdf"}),
    ]
    assert site.page("cloud/plan.pdf") == "plan.pdf"


# --- every page


def test_every_link_is_relative_and_leads_somewhere(built: Site) -> None:
    files = set(built.published())
    anchors = {path: set(text(built, path).ids) for path in files if path.endswith(".html")}
    for path in anchors.keys() - {"404.html"}:
        page = text(built, path)
        for link in page.links:
            if "://" in link:
                continue
            assert not link.startswith("/"), (path, link)
            target, _, fragment = link.partition("#")
            target = normpath(join(dirname(path), unquote(target))) if target else path
            assert target in files, (path, link)
            if fragment and target.endswith(".html"):
                assert unquote(fragment) in anchors[target], (path, link)


def test_every_page_is_whole(built: Site) -> None:
    for path in built.published():
        if not path.endswith(".html") or path in ("vm.html", "old/launch/index.html"):
            continue
        page = text(built, path)
        assert page.tags[0] == ("html", {"lang": "de"}), path
        assert Counter(tag for tag, _ in page.tags)["h1"] == 1, path
        assert Counter(tag for tag, _ in page.tags)["main"] == 1, path
        assert [name for name, count in Counter(page.ids).items() if count > 1] == [], path
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), path


def test_headings_named_like_parts_of_the_frame_share_no_id(site: Site) -> None:
    names = ["Main", "Nav", "Areas", "Nav areas", "TOC title", "Contents", "Backlinks title", "Site", "Beginner"]
    body = "".join(f"## {name}\n\nText.\n\n" for name in names)
    site.write("content/index.md", body)
    site.note("cloud/index.md", body, title="Cloud")
    site.note("cloud/one.md", body + "[back](two.md)\n", title="One", level="beginner")
    site.note("cloud/two.md", body + "[back](one.md)\n", title="Two", level="beginner")
    assert codes(site.build(), "warning") == []
    for path in ("index.html", "cloud.html", "cloud/one.html", "cloud/two.html"):
        page = text(site, path)
        assert [name for name, count in Counter(page.ids).items() if count > 1] == [], path
        assert {"main", "nav", "areas", "beginner"} <= set(page.ids)
        for _, attributes in page.tags:
            for name in ("aria-labelledby", "aria-describedby"):
                assert attributes.get(name, page.ids[0]) in page.ids


def test_metadata_of_a_note(built: Site) -> None:
    meta = text(built, "cloud/launch.html").meta()
    assert meta["og:title"] == "Tutorial: Launch <a> VM"
    assert meta["og:type"] == "article"
    assert meta["og:site_name"] == "My Course"
    assert meta["canonical"] == meta["og:url"] == "https://example.org/my/notes/cloud/launch.html"
    assert meta["description"] == meta["og:description"]
    assert "Launch it. Another lambda note is here." in meta["description"]
    assert meta["author"] == "Ada & Co"
    assert meta["alternate"] == "../feed.xml"


def test_metadata_of_the_home_page(built: Site) -> None:
    meta = text(built, "index.html").meta()
    assert (meta["og:title"], meta["description"], meta["og:type"]) == ("My Course", "What I learn", "website")
    assert meta["canonical"] == "https://example.org/my/notes/"
    assert "<title>My Course</title>" in built.page("index.html")
    assert "<title>Queues – My Course</title>" in built.page("cloud/queues.html")


def test_without_a_base_there_is_nothing_absolute(tmp_path: Path) -> None:
    site = course(tmp_path / "site", CONFIG)
    assert "no-base-url" in codes(site.build(), "note")
    assert not {"feed.xml", "sitemap.xml"} & set(site.published())
    assert site.page("robots.txt") == "User-agent: *\nAllow: /\n"
    for path in ("index.html", "cloud/launch.html", "vm.html"):
        assert not {"canonical", "og:url", "alternate"} & set(text(site, path).meta())
        assert "feed.xml" not in site.page(path)


def test_hostile_texts_stay_texts(site: Site) -> None:
    evil = '"><script>alert(1)</script>'
    site.write("notes-site.toml", f"title = '{evil}'\nauthor = '{evil}'\n" + BASE)
    site.note(
        "cloud/one.md", "Text.\n", title=evil, area=evil, group=evil, tags=[evil], summary=evil, date="2018-01-01",
        aliases=["old"], link="https://example.org/%22onmouseover=%22alert(1)",
    )  # fmt: skip
    site.note("other/two.md", f"See [a](../cloud/one.md), {evil.replace('<', '&lt;')}.\n", title="Two")
    assert site.build().published
    for path, data in site.published().items():
        if path.endswith((".html", ".xml")):
            assert b"<script>alert" not in data, path


# --- for machines

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_feed_has_what_rfc_4287_requires(built: Site) -> None:
    feed = ElementTree.fromstring(built.page("feed.xml"))
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}id") == "https://example.org/my/notes/"
    assert feed.findtext(f"{ATOM}title") == "My Course"
    assert feed.findtext(f"{ATOM}updated") == "2018-11-05T00:00:00Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Ada & Co"
    assert {(link.get("rel"), link.get("href")) for link in feed.findall(f"{ATOM}link")} == {
        (None, "https://example.org/my/notes/"),
        ("self", "https://example.org/my/notes/feed.xml"),
    }
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Video: Lambda", "Tutorial: Launch <a> VM"]
    first = entries[0]
    assert first.findtext(f"{ATOM}id") == "https://example.org/my/notes/cloud/lambda.html"
    assert first.find(f"{ATOM}link").get("href") == first.findtext(f"{ATOM}id")  # type: ignore[union-attr]
    assert first.findtext(f"{ATOM}published") == "2018-11-02T00:00:00Z"
    assert first.findtext(f"{ATOM}updated") == "2018-11-05T00:00:00Z"
    assert first.findtext(f"{ATOM}summary") == "Text."
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("items", "entries"), [(1, 1), (50, 2), (0, None)])
def test_feed_holds_the_latest(tmp_path: Path, items: int, entries: int | None) -> None:
    site = course(tmp_path / "site", f"feed_items = {items}\n" + BASE + CONFIG)
    site.build()
    if entries is None:
        assert "feed.xml" not in site.published()
        assert "feed.xml" not in site.page("index.html")
    else:
        feed = ElementTree.fromstring(site.page("feed.xml"))
        found = feed.findall(f"{ATOM}entry")
        assert len(found) == entries
        assert found[0].findtext(f"{ATOM}title") == "Video: Lambda"


def test_sitemap_lists_what_there_is_to_read(built: Site) -> None:
    site_map = ElementTree.fromstring(built.page("sitemap.xml"))
    assert site_map.tag == f"{MAP}urlset"
    found = {u.findtext(f"{MAP}loc"): u.findtext(f"{MAP}lastmod") for u in site_map.findall(f"{MAP}url")}
    base = "https://example.org/my/notes/"
    assert found == {
        base: None,
        base + "cloud.html": None,
        base + "docker.html": None,
        base + "resources.html": None,
        base + "timeline.html": None,
        base + "tags.html": None,
        base + "about.html": None,
        base + "cloud/launch.html": "2018-10-29",
        base + "cloud/lambda.html": "2018-11-05",
        base + "cloud/queues.html": None,
        base + "cloud/gateway.html": None,
        base + "docker/intro.html": None,
    }


def test_robots_names_the_sitemap(built: Site) -> None:
    assert built.page("robots.txt") == ("User-agent: *\nAllow: /\nSitemap: https://example.org/my/notes/sitemap.xml\n")


def test_static_files_replace_ours_where_that_is_meant(tmp_path: Path) -> None:
    site = course(tmp_path / "site")
    site.write("static/robots.txt", "User-agent: *\nDisallow: /\n")
    site.write("static/icon.svg", "<svg>mine</svg>")
    site.write("static/css/mine.css", "main { color: tomato }\n")
    site.write("static/css/print.css", "@layer print { main { color: black } }\n")
    assert site.build().published
    assert site.page("robots.txt") == "User-agent: *\nDisallow: /\n"
    icon = text(site, "index.html").meta()["icon"]
    assert site.page(icon) == "<svg>mine</svg>"
    assert len([path for path in site.published() if "icon" in path]) == 1
    assert not [path for path in site.published() if path.endswith(".css")]
    (style,) = re.findall("<style>(.*?)</style>", site.page("index.html"))
    assert "main{color:tomato}" in style[style.index("@layer code{.highlight") :], (
        "what is yours comes after the theme's"
    )
    assert "@layer print{main{color:black}}" in style
    assert "@page" not in style


@pytest.mark.parametrize("name", ["index.html", "cloud.html", "notes.json", "tags/aws.html", "404.html"])
def test_static_files_do_not_replace_pages(tmp_path: Path, name: str) -> None:
    site = course(tmp_path / "site")
    site.write(f"static/{name}", "mine")
    assert codes(site.build(), "error") == ["same-output"]


def test_data_is_as_documented(built: Site) -> None:
    data = json.loads(built.page("notes.json"))
    assert [*data] == ["schema", "notes"]
    assert data["schema"] == 1
    assert [note["source"] for note in data["notes"]] == [
        f"cloud/{name}.md" for name in ("launch", "gateway", "lambda", "queues", "planned")
    ] + ["docker/intro.md"]
    words = data["notes"][0].pop("words")
    assert words >= 8
    assert data["notes"][0] == {
        "url": "cloud/launch.html",
        "source": "cloud/launch.md",
        "title": "Tutorial: Launch <a> VM",
        "area": "Cloud Apps",
        "level": "Beginner",
        "group": "",
        "kind": "tutorial",
        "link": "https://www.example.org/vm?a=1&b=2",
        "status": "done",
        "time": 70,
        "estimate": 30,
        "date": "2018-10-29",
        "tags": ["aws", "ec2"],
        "summary": "",
    }
    planned = data["notes"][4]
    assert (planned["status"], planned["time"], planned["estimate"], planned["words"]) == ("planned", None, 45, 0)


def test_documented_data_has_the_same_fields(built: Site) -> None:
    documented = (Path(__file__).parent.parent / "docs/notes-json.md").read_text()
    example = json.loads(documented.split("```json")[1].split("```")[0])
    data = json.loads(built.page("notes.json"))
    assert [*example] == [*data]
    assert [*example["notes"][0]] == [*data["notes"][0]]


# --- areas, levels, order


def test_area_is_the_folder_or_what_the_note_says(site: Site) -> None:
    site.note("Big Data/one.md", "Text.\n", title="One")
    site.note("Big Data/two.md", "Text.\n", title="Two", area="Machine Learning")
    site.note("three.md", "Text.\n", title="Three", area="big-data")
    site.build()
    assert {"big-data/one.html", "big-data/two.html", "three.html", "big-data.html", "machine-learning.html"} <= set(
        site.published()
    )
    assert {"big-data/one.html", "three.html"} <= set(text(site, "big-data.html").links)
    assert "Big Data" in text(site, "big-data.html").main
    assert "Machine Learning" in text(site, "machine-learning.html").main


def test_areas_follow_their_order_then_their_name(site: Site) -> None:
    for name, order in (("zebra", 1), ("alpha", None), ("middle", 2), ("beta", None)):
        more = {} if order is None else {"order": order}
        site.note(f"{name}/index.md", "Text.\n", title=name.title(), **more)
        site.note(f"{name}/one.md", "Text.\n", title="One")
    site.build()
    nav = site.page("index.html").split("<nav")[1]
    assert re.findall(r">(Zebra|Alpha|Middle|Beta)<", nav) == ["Zebra", "Middle", "Alpha", "Beta"]


@pytest.mark.parametrize("area", ["A B", "A/B", "A/B/C d"])
def test_the_hint_for_an_area_and_a_file_of_one_name_is_the_same_whatever_the_area_is_called(
    site: Site, area: str
) -> None:
    site.note(f"{slug(area)}.md", "Text.\n", title="In the way")
    site.note("one.md", "Text.\n", title="One", area=area)
    (problem,) = [d for d in site.build().diagnostics if d.code == "same-output"]
    assert problem.hint == "rename it; an area's own text is the `index.md` in its folder"
    assert problem.path == f"content/{slug(area)}.md"


@pytest.mark.parametrize("names", [("cloud/index.md", "cloud/README.md"), ("index.md", "readme.md")])
def test_two_texts_of_one_place_are_an_error_that_names_both(site: Site, names: tuple[str, str]) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    for name in names:
        site.note(name, f"Text of {name}.\n", title=name)
    report = site.build()
    assert codes(report, "error") == ["same-output"]
    message = next(d.message for d in report.diagnostics if d.severity == "error")
    assert all(name in message for name in names)


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (("My Dir/x.pdf", "my-dir/x.pdf"), "[x]({})"),
        (("caf\u00e9/x.pdf", "cafe\u0301/x.pdf"), "[x]({})"),
        (("caf\u00e9.svg", "cafe\u0301.svg"), "![x]({})"),
    ],
)
def test_two_files_of_one_place_are_an_error_that_names_both(site: Site, names: tuple[str, str], written: str) -> None:
    for name in names:
        site.write(f"content/{name}", name)
    site.note("cloud/one.md", " ".join(written.format(f"<../{name}>") for name in names), title="One")
    (problem,) = [d for d in site.build().diagnostics if d.severity == "error"]
    assert problem.code == "same-output"
    assert f"content/{names[0]}" in problem.message
    assert f"content/{names[1]}" in problem.message


def test_files_of_one_place_with_the_same_bytes_are_one(site: Site) -> None:
    for name in ("My Dir/x.svg", "my-dir/x.svg"):
        site.write(f"content/{name}", "<svg/>")
    site.note("cloud/one.md", "![x](<../My Dir/x.svg>) ![x](../my-dir/x.svg)", title="One")
    assert errors(site) == []
    assert len([path for path in site.published() if path.startswith("my-dir/x.")]) == 1


@pytest.mark.parametrize("field", ["area", "tags"])
def test_names_that_no_file_system_takes_are_errors(site: Site, field: str) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", **{field: "x" * 300})
    assert errors(site) == [("content/cloud/one.md", "name-too-long")]


@pytest.mark.parametrize("path", [f"a/{'x' * 252}.md", f"a/{'x' * 255}/one.md"])
def test_a_name_that_is_too_long_is_told_once_and_at_its_file(site: Site, path: str) -> None:
    """The page of the second is not too long, the file with its search text is."""
    site.note(path, "Text.\n", title="One")
    assert errors(site) == [(f"content/{path}", "name-too-long")]


def test_area_without_a_letter_is_an_error(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", area="🐳")
    assert "no-address" in codes(site.build(), "error")


def test_the_first_heading_of_the_home_text_is_its_title(site: Site) -> None:
    site.write("content/index.md", "# Welcome here\n\nText.\n")
    site.build()
    assert "<h1>Welcome here</h1>" in site.page("index.html")


def test_no_plain_page_is_left_out(site: Site) -> None:
    for number in range(15):
        site.note(f"page-{number}.md", "Text.\n", title=f"Page {number}")
    site.build()
    assert all(f'href="page-{number}.html"' in site.page("index.html") for number in range(15))


def test_names_that_differ_by_signs_are_different_things(site: Site) -> None:
    for name in ("C", "C++", "C#"):
        site.note(f"{name}/note.md", "Text.\n", title=name, tags=[name])
    site.build()
    for url in ("c", "c-plus-plus", "c-sharp"):
        assert (site.output / f"{url}.html").is_file()
        assert (site.output / f"tags/{url}.html").is_file()


def test_an_alias_may_be_written_twice_or_be_the_address_itself(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", aliases=["/old", "/old/", "/cloud/one.html"])
    assert site.build().published
    assert "Text." in site.page("cloud/one.html")
    assert "../cloud/one.html" in site.page("old/index.html")
