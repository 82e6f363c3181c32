"""A page is made again when something that it shows has changed, and only then."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.harness import Site, codes

LISTS = {
    "index.html", "resources.html", "resources-by-time.html", "resources-by-date.html", "notes.json", "tags.html",
    "sitemap.xml", "feed.xml", "evidence.html", "llms.txt",
}  # fmt: skip
CLOUD = {f"cloud/{name}.html" for name in ("one", "two", "three")}


@pytest.fixture
def built(site: Site) -> Site:
    """Two areas. In the cloud, two links to one; docker's five links to one as well and has one's tag."""
    site.write("notes-site.toml", 'title = "Course"\nbase_url = "https://example.org"\n')
    site.note("cloud/one.md", "Text of one.\n", title="One", time="30 min", tags=["x"], date="2018-10-01", summary="S")
    site.note("cloud/two.md", "Please see [one](one.md) first.\n", title="Two", time="20 min", date="2018-10-02")
    site.note("cloud/three.md", "Text of three.\n", title="Three", time="10 min")
    site.note("docker/four.md", "Text of four.\n", title="Four", time="5 min")
    site.note("docker/five.md", "Look at [this](../cloud/one.md).\n", title="Five", time="5 min", tags=["x"])
    assert codes(site.build(), "warning") == []
    return site


def changed(site: Site) -> set[str]:
    """Build; return what was written, but for the search, which has tests of its own (`test_search.py`). It is the
    same as what a build from nothing gives.
    """
    report = site.build()
    assert report.published
    assert site.published() == site.clean_build(site.root.parent / f"clean-{id(report)}" / "out")
    written = {path for path, _ in report.why if not path.startswith("search")}
    return {re.sub(r"\.[0-9a-f]{8}\.", ".*.", path) for path in written}


def replace(site: Site, path: str, old: str, new: str) -> None:
    file = site.root / "content" / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


# --- bodies


def test_body_of_a_note_that_nobody_shows(built: Site) -> None:
    replace(built, "docker/four.md", "Text of four", "Another text")
    assert changed(built) == {
        "docker/four.html",
        "print/docker.html",
        "notes.json",
        "evidence.html",
    }  # these two count words


def test_body_with_as_many_words_is_on_its_page_only(built: Site) -> None:
    replace(built, "docker/four.md", "Text of four", "Words of four")
    assert changed(built) == {"docker/four.html", "print/docker.html"}


def test_body_quoted_in_a_backlink(built: Site) -> None:
    replace(built, "cloud/two.md", "Please see", "Kindly see")
    # two's beginning is its summary in the feed, too
    assert changed(built) == {"cloud/two.html", "cloud/one.html", "feed.xml", "print/cloud.html"}


def test_body_behind_a_written_summary_is_not_in_the_feed(built: Site) -> None:
    replace(built, "cloud/one.md", "Text of one", "Words of one")
    assert changed(built) == {"cloud/one.html", "print/cloud.html"}


def test_far_away_text_is_not_quoted(built: Site) -> None:
    replace(built, "docker/five.md", "this](../cloud/one.md).", "this](../cloud/one.md).\n\nMore.\n")
    assert changed(built) == {"docker/five.html", "print/docker.html", "notes.json", "evidence.html"}


# --- titles and facts


def test_title_is_on_exactly_these_pages(built: Site) -> None:
    replace(built, "cloud/one.md", '"One"', '"Uno"')
    shown = CLOUD | {"cloud.html", "print/cloud.html", "tags/x.html", "feed.xml", "notes.json", "llms.txt"}
    shown |= {"index.html", "timeline.html", "review.html", "evidence.html"}
    shown |= {"resources.html", "resources-by-time.html", "resources-by-date.html"}
    assert changed(built) == shown


def test_title_in_a_backlink(built: Site) -> None:
    replace(built, "docker/five.md", '"Five"', '"Cinq"')
    shown = {"docker/four.html", "docker/five.html", "docker.html", "cloud/one.html", "tags/x.html", "notes.json"}
    shown |= {"print/docker.html", "evidence.html", "llms.txt"}
    shown |= {"resources.html", "resources-by-time.html", "resources-by-date.html"}
    assert changed(built) == shown


def test_time_is_in_the_lists_and_sums(built: Site) -> None:
    replace(built, "docker/four.md", '"5 min"', '"6 min"')
    shown = {"docker/four.html", "docker.html", "print/docker.html", "index.html", "notes.json"}
    shown |= {"timeline.html", "evidence.html"}
    shown |= {"resources.html", "resources-by-time.html", "resources-by-date.html"}
    assert changed(built) == shown


def test_title_of_the_site_is_everywhere_but_in_data(built: Site) -> None:
    built.write("notes-site.toml", 'title = "Another"\nbase_url = "https://example.org"\n')
    pages = {path for path in built.published() if path.endswith(".html")} - {"search.html"}
    assert changed(built) == pages | {"feed.xml", "llms.txt"}


def test_reasons_name_what_changed(built: Site) -> None:
    replace(built, "cloud/one.md", '"One"', '"Uno"')
    built.note("docker/six.md", "Text.\n", title="Six")
    why = dict(built.build().why)
    assert why["cloud/three.html"] == ("nav", "previous")
    assert set(why["cloud/one.html"]) == {"meta", "nav", "row"}
    assert why["docker/six.html"] == ("new",)
    assert set(why["index.html"]) == {"sums", "areas", "latest"}


# --- notes that come and go


def test_note_that_is_deleted(built: Site) -> None:
    (built.root / "content/cloud/one.md").unlink()
    gone = changed(built)
    shown = {"cloud.html", "docker/five.html", "tags/x.html", "print/cloud.html", "print/docker.html"}
    assert gone == (CLOUD - {"cloud/one.html"}) | shown | LISTS | {"timeline.html", "review.html"}
    assert not (built.output / "cloud/one.html").exists()
    assert '<span class="missing">one</span>' in built.page("cloud/two.html")


def test_note_that_is_renamed(built: Site) -> None:
    (built.root / "content/cloud/one.md").rename(built.root / "content/cloud/uno.md")
    written = changed(built)
    assert {"cloud/uno.html", "cloud/two.html", "docker/five.html", "cloud.html", "tags/x.html"} <= written
    assert "docker/four.html" not in written
    assert "docker.html" not in written
    assert "404.html" not in written


def test_note_that_is_new_leaves_the_notes_of_other_areas_alone(built: Site) -> None:
    built.note("docker/six.md", "Text of six.\n", title="Six", time="1 min")
    shown = {"docker.html", "print/docker.html", "docker/four.html", "docker/five.html", "docker/six.html"}
    assert changed(built) == shown | {"timeline.html"} | (LISTS - {"tags.html", "feed.xml"})


def test_missing_note_that_comes_into_being_is_linked(built: Site) -> None:
    replace(built, "docker/four.md", "Text of four", "See [six](six.md), text of four")
    assert codes(built.build(), "warning") == ["broken-link"]
    built.note("docker/six.md", "Text.\n", title="Six")
    assert "docker/four.html" in changed(built)
    assert 'href="../docker/six.html"' in built.page("docker/four.html")


def test_order_changes_neighbours_only(built: Site) -> None:
    replace(built, "cloud/three.md", "title:", "order: 1\ntitle:")
    assert {"cloud.html", *CLOUD} <= changed(built)
    replace(built, "cloud/three.md", "order: 1", "order: 2")
    assert changed(built) == set()


# --- pictures and files


def test_picture_is_on_pages_that_show_it(built: Site) -> None:
    built.write("content/cloud/pic.svg", "<svg/>")
    replace(built, "cloud/three.md", "Text of three", "Text of three ![A picture](pic.svg)")
    built.build()
    built.write("content/cloud/pic.svg", "<svg></svg>")
    assert changed(built) == {"cloud/three.html", "print/cloud.html", "cloud/pic.*.svg"}
    assert len(list((built.output / "cloud").glob("pic.*.svg"))) == 1


def test_static_picture_is_on_pages_that_show_it(built: Site) -> None:
    built.write("static/img/logo.png", "1")
    replace(built, "cloud/three.md", "Text of three", "Text of three ![A picture](/img/logo.png)")
    assert codes(built.build(), "warning") == []
    built.write("static/img/logo.png", "2")
    written = changed(built)
    assert "cloud/three.html" in written
    assert {path for path in written if path.endswith(".html")} == {"cloud/three.html", "print/cloud.html"}
    assert re.search(r'src="\.\./img/logo\.[0-9a-f]{8}\.png"', built.page("cloud/three.html"))


def test_linked_file_changes_no_page(built: Site) -> None:
    built.write("content/cloud/data.csv", "1\n")
    replace(built, "cloud/three.md", "Text of three", "Text of three [data](data.csv)")
    built.build()
    built.write("content/cloud/data.csv", "2\n")
    assert changed(built) == {"cloud/data.csv"}


def test_files_are_published_only_when_a_note_refers_to_them(built: Site) -> None:
    built.write("content/cloud/secret.csv", "1\n")
    built.write("content/cloud/.hidden.csv", "1\n")
    assert changed(built) == set()
    replace(built, "cloud/three.md", "Text of three", 'Text <a href="secret.csv">of</a> three')
    assert "cloud/secret.csv" in changed(built)
    replace(built, "cloud/three.md", 'Text <a href="secret.csv">of</a> three', "Text of three")
    changed(built)
    assert not (built.output / "cloud/secret.csv").exists()


def test_stylesheet_stands_in_every_page(built: Site) -> None:
    built.write("static/css/mine.css", "main { color: tomato }\n")
    pages = {path for path in built.published() if path.endswith(".html")} - {"search.html"}
    assert changed(built) == pages


def test_static_file_changes_no_page(built: Site) -> None:
    built.write("static/extra.txt", "1")
    assert changed(built) == {"extra.txt"}


# --- large areas


def many(site: Site, count: int, level: Callable[[int], str]) -> None:
    for number in range(count):
        site.note(f"cloud/n{number:03}.md", f"Text {number}.\n", title=f"Note {number}", level=level(number))


def nav(site: Site, path: str) -> list[str]:
    page = site.page(path)
    inner = page[page.index('class="nav-notes"') :] if 'class="nav-notes"' in page else ""
    return re.findall(r'<a href="[^"]*cloud/(n\d+)\.html"', inner)


def test_navigation_of_fifty_is_whole(site: Site) -> None:
    many(site, 50, lambda n: "beginner" if n < 25 else "advanced")
    site.build()
    assert len(nav(site, "cloud/n000.html")) == len(nav(site, "cloud.html")) == 50


def test_navigation_beyond_fifty_has_the_level(site: Site) -> None:
    many(site, 60, lambda n: "beginner" if n < 25 else "advanced")
    site.build()
    assert nav(site, "cloud/n000.html") == [f"n{n:03}" for n in range(25)]
    assert nav(site, "cloud/n059.html") == [f"n{n:03}" for n in range(25, 60)]


def test_navigation_of_a_large_level_has_fifty_notes_with_the_own_one(site: Site) -> None:
    many(site, 60, lambda n: "beginner")
    site.build()
    for number in (0, 30, 49, 50, 59):
        shown = nav(site, f"cloud/n{number:03}.html")
        assert 0 < len(shown) <= 50
        assert f"n{number:03}" in shown
    replace(site, "cloud/n059.md", '"Note 59"', '"Changed"')
    written = changed(site)
    assert "cloud/n000.html" not in written
    assert "cloud/n055.html" in written


# --- drafts


@pytest.fixture
def with_draft(built: Site) -> Site:
    built.note(
        "secrets/plan.md",
        "Sesame body [data](hidden-data.csv) ![p](hidden-pic.svg) [one](../cloud/one.md).\n",
        title="Sesame title",
        draft=True,
        area="Sesame area",
        group="Sesame group",
        kind="sesame",
        tags=["sesame-tag", "x"],
        aliases=["/sesame-alias/", "Sesame other name"],
        summary="Sesame summary",
        link="https://example.org/sesame-link",
        time="777",
        date="2018-12-24",
    )
    built.note("cloud/draft.md", "Sesame too.\n", title="Sesame two", draft=True)
    built.write("content/secrets/hidden-data.csv", "sesame,data\n")
    built.write("content/secrets/hidden-pic.svg", "<svg>sesame</svg>")
    replace(built, "docker/four.md", "Text of four", "Text of [four](../secrets/plan.md)")
    return built


def test_nothing_of_a_draft_is_in_any_byte(with_draft: Site) -> None:
    before = with_draft.clean_build(with_draft.root.parent / "before" / "out")
    report = with_draft.build()
    assert report.published
    for path, data in with_draft.published().items():
        data = re.sub(rb'"[0-9a-f]{32}"', b"", data)  # a digest may have any digits in it
        for word in (b"sesame", b"secrets", b"hidden-", b"cloud/draft", b"777", b"2018-12-24"):
            assert word not in data.lower() + path.encode().lower(), (word, path)
    for name in ("secrets", "cloud/draft"):
        for file in [*(with_draft.root / "content").glob(f"{name}*")]:
            assert file.exists()
    (with_draft.root / "content/secrets/plan.md").unlink()
    (with_draft.root / "content/cloud/draft.md").unlink()
    without = with_draft.clean_build(with_draft.root.parent / "after" / "out")
    differ = {path for path in without if path != ".notes-site/build.json" and without[path] != before.get(path)}
    assert differ == set()


def test_link_to_a_draft_is_grey_and_told_of(with_draft: Site) -> None:
    assert "link-to-draft" in codes(with_draft.build(), "warning")
    assert '<span class="missing">four</span>' in with_draft.page("docker/four.html")


def test_drafts_are_shown_on_request_and_leave_again(with_draft: Site) -> None:
    with_draft.build()
    without = with_draft.published()
    report = with_draft.build(drafts=True)
    assert "link-to-draft" not in codes(report)
    for path in ("secrets/plan.html", "sesame-area.html", "tags/sesame-tag.html", "sesame-alias/index.html"):
        assert path in with_draft.published(), path
    assert with_draft.page("secrets/hidden-data.csv") == "sesame,data\n"
    with_draft.build()
    assert with_draft.published() == without


def test_draft_of_an_area_text_or_home_or_page_stays_home(built: Site) -> None:
    before = {k: v for k, v in built.published().items() if k != ".notes-site/build.json"}
    built.note("cloud/index.md", "Sesame.\n", title="Sesame Cloud", draft=True)
    built.note("index.md", "Sesame.\n", title="Sesame Home", draft=True)
    built.note("about.md", "Sesame.\n", title="Sesame About", draft=True)
    built.note("empty/index.md", "Sesame.\n", title="Sesame Empty", draft=True)
    built.build()
    assert {k: v for k, v in built.published().items() if k != ".notes-site/build.json"} == before
