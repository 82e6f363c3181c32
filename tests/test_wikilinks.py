"""What a wikilink means: a path, else a name, in the note's own area first; and what stands in `static/`."""

from __future__ import annotations

import pytest

from tests.harness import Site, codes


def link_in(site: Site, written: str) -> str:
    """The link that comes of what is written in `cloud/here.md`, as in the page."""
    site.note("cloud/here.md", f"Before {written} after.\n", title="Here")
    site.build()
    return site.page("cloud/here.html").partition("<p>Before ")[2].partition(" after.")[0]


@pytest.mark.parametrize("written", ["[[toc]]", "[[_TOC_]]", "[[TOC]]"])
def test_a_table_of_contents_is_no_broken_link(written: str, site: Site) -> None:
    site.note("cloud/here.md", f"{written}\n", title="Here")
    assert [c for c in codes(site.build()) if c not in ("no-link", "no-time", "no-base-url")] == ["shown-as-text"]
    site.note("cloud/toc.md", "Text.\n", title="Contents")
    assert "shown-as-text" not in codes(site.build())


@pytest.fixture
def vault(site: Site) -> Site:
    site.note("docker/intro.md", "## First steps\n\nText.\n", title="Lab: Docker Intro", aliases=["Containers 101"])
    site.note("cloud/intro.md", "Text.\n", title="Cloud intro")
    site.write("content/media/shot.png", b"image")
    site.write("content/media/paper.pdf", b"paper")
    return site


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[[docker/intro]]", '<a href="../docker/intro.html">Lab: Docker Intro</a>'),
        ("[[intro]]", '<a href="../cloud/intro.html">Cloud intro</a>'),
        ("[[Lab: Docker Intro]]", '<a href="../docker/intro.html">Lab: Docker Intro</a>'),
        ("[[containers 101|here]]", '<a href="../docker/intro.html">here</a>'),
        (
            "[[docker/intro#First steps]]",
            '<a href="../docker/intro.html#first-steps">Lab: Docker Intro › First steps</a>',
        ),
        ("[[paper.pdf]]", '<a href="../media/paper.pdf">paper.pdf</a>'),
        ("[[Nothing]]", '<span class="missing">Nothing</span>'),
    ],
)
def test_a_wikilink_finds(vault: Site, written: str, expected: str) -> None:
    assert link_in(vault, written) == expected


def test_an_embedded_image_is_found_in_any_folder_and_fingerprinted(vault: Site) -> None:
    shown = link_in(vault, "![[shot.png|300]]")
    url = shown.partition('src="../')[2].partition('"')[0]
    assert url.startswith("media/shot.")
    assert url != "media/shot.png"
    assert (vault.output / url).read_bytes() == b"image"
    assert 'width="300"' in shown


def test_an_embedded_image_may_have_a_sharp_in_its_name_and_is_never_a_page(vault: Site) -> None:
    vault.write("content/media/docker#shot.png", b"image")
    vault.note("cloud/plan.md", "Text.\n", title="plan.png", aliases=["old/plan.png"])
    shown = link_in(vault, "![[docker#shot.png]] and ![[media/docker#shot.png]]")
    assert shown.count('<img src="../media/docker-sharp-shot.') == 2
    assert link_in(vault, "![[plan.png]]") == '<span class="missing">plan.png</span>'
    assert link_in(vault, "![[/old/plan.png]]") == '<span class="missing">/old/plan.png</span>'
    assert link_in(vault, "![[docker#gone.png]]") == '<span class="missing">docker#gone.png</span>'
    (problem,) = [d for d in vault.build().diagnostics if d.code == "broken-image"]
    assert problem.message == "there is no image `cloud/docker#gone.png`"


def test_a_plain_image_is_not_searched_for(vault: Site) -> None:
    assert link_in(vault, "![x](shot.png)") == '<span class="missing">x</span>'
    assert "broken-image" in codes(vault.build())


def test_an_image_in_static_is_fingerprinted_where_it_is_shown(vault: Site) -> None:
    vault.write("static/img/plan.svg", "<svg/>")
    shown = link_in(vault, "![plan](/img/plan.svg) and [plan](/img/plan.svg)")
    url = shown.partition('src="../')[2].partition('"')[0]
    assert (vault.output / url).read_bytes() == b"<svg/>"
    assert url != "img/plan.svg"
    assert '<a href="../img/plan.svg">plan</a>' in shown
    assert (vault.output / "img/plan.svg").read_bytes() == b"<svg/>"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[home](/)", '<a href="../index.html">home</a>'),
        ("[up](../)", '<a href="../index.html">up</a>'),
        ("[data](/notes.json)", '<a href="../notes.json">data</a>'),
        ("[[CI/CD basics]]", '<a href="../docker/pipelines.html">CI/CD basics</a>'),
        ("[[docker]]", '<a href="../docker.html">Docker</a>'),
        ("[menu](../docker/café.md)", '<a href="../docker/café.html">menu</a>'),
        ("[levels](../docker.html#beginner)", '<a href="../docker.html#beginner">levels</a>'),
        ("![note](../docker/intro.md)", '<span class="missing">note</span>'),
    ],
)
def test_a_link_finds(vault: Site, written: str, expected: str) -> None:
    vault.note("docker/pipelines.md", "Text.\n", title="CI/CD basics", level="beginner")
    vault.note("docker/cafe\u0301.md", "Text.\n", title="Menu")  # as macOS writes the name
    assert link_in(vault, written) == expected


@pytest.mark.parametrize("written", ["[x](../docker.html#advanced)", "[x](/resources.html#nothing)"])
def test_an_anchor_that_a_page_of_ours_lacks_is_told(vault: Site, written: str) -> None:
    assert "#" not in link_in(vault, written)
    assert "broken-anchor" in codes(vault.build())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[[signs#C#]]", '<a href="../docker/signs.html#c-1">Signs › C#</a>'),
        ("[[signs#C]]", '<a href="../docker/signs.html#c">Signs › C</a>'),
        ("[[signs#C++ & C#]]", '<a href="../docker/signs.html#c--c">Signs › C++ &amp; C#</a>'),
        ("[[signs#C#Loops]]", '<a href="../docker/signs.html#loops">Signs › C › Loops</a>'),
        ("[[signs#C#|here]]", '<a href="../docker/signs.html#c-1">here</a>'),
        ("[[signs#]]", '<a href="../docker/signs.html">Signs</a>'),
        ("[[#]]", "[[#]]"),
        ("[[signs#^a-block]]", '<a href="../docker/signs.html#%5Ea-block">Signs › ^a-block</a>'),
        ("[x](../docker/signs.md#^a-block)", '<a href="../docker/signs.html#%5Ea-block">x</a>'),
        ("[[paper.pdf#page=10]]", '<a href="../media/paper.pdf#page=10">paper.pdf › page=10</a>'),
    ],
)
def test_what_stands_behind_the_first_sharp(vault: Site, written: str, expected: str) -> None:
    vault.note("docker/signs.md", "## C\n\n## C#\n\n### Loops\n\n## C++ & C#\n\nText. ^a-block\n", title="Signs")
    assert link_in(vault, written) == expected
    assert not codes(vault.build(), "warning")


def test_a_heading_with_a_sharp_in_the_same_note(site: Site) -> None:
    site.note("cloud/here.md", "Before [[#C#]] after.\n\n## C#\n", title="Here")
    assert not codes(site.build(), "warning")
    assert '<p>Before <a href="#c">C#</a> after.</p>' in site.page("cloud/here.html")


def test_a_block_that_is_not_there_is_told(vault: Site) -> None:
    assert link_in(vault, "[[docker/intro#^gone-1]]") == (
        '<a href="../docker/intro.html">Lab: Docker Intro › ^gone-1</a>'
    )
    assert codes(vault.build(), "warning") == ["broken-anchor"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[x](docker/intro.md)", '<a href="../docker/intro.html">x</a>'),
        ("[x](docker/intro.md#first-steps)", '<a href="../docker/intro.html#first-steps">x</a>'),
        ("[x](media/paper.pdf)", '<a href="../media/paper.pdf">x</a>'),
        ("[x](intro.md)", '<a href="../cloud/intro.html">x</a>'),
    ],
)
def test_a_path_from_the_content_folder_is_found_where_none_is_beside_the_note(
    vault: Site, written: str, expected: str
) -> None:
    assert link_in(vault, written) == expected
    assert not codes(vault.build(), "warning")


def test_an_image_by_its_path_from_the_content_folder(vault: Site) -> None:
    assert '<img src="../media/shot.' in link_in(vault, "![x](media/shot.png)")
    assert '<img src="../media/shot.' in link_in(vault, '<img src="media/shot.png" alt="">')


ADDRESSES = {
    **{
        host: f"https://{host}" for host in ("www.tiktok.com/x", "github.com/simonw/til", "heise.de/news", "www.orf.at")
    },
    **{host: f"http://{host}" for host in ("localhost:8000/x", "192.168.0.1", "example.org:8080/x")},
    "docs.aws.amazon.com/index.html": "https://docs.aws.amazon.com/index.html",
    "https:/example.org/x": "https://example.org/x",
    "http//example.org": "http://example.org",
    "me@example.org": "mailto:me@example.org",
}


@pytest.mark.slow
@pytest.mark.parametrize(("written", "address"), ADDRESSES.items())
def test_an_address_without_a_scheme_is_offered_one(vault: Site, written: str, address: str) -> None:
    vault.note("cloud/here.md", f"[x]({written})\n", title="Here")
    (problem,) = (d for d in vault.build().diagnostics if d.severity == "warning")
    assert (problem.code, problem.hint) == ("broken-link", f"write `{address}`")
    vault.note("cloud/here.md", f"[x]({address})\n", title="Here")
    assert not codes(vault.build(), "warning")


@pytest.mark.parametrize("name", ["node.js", "intro.sh", "docker/intr.md", "v1.2/notes.md", "main.py"])
def test_a_file_that_is_not_there_is_no_address(vault: Site, name: str) -> None:
    vault.note("cloud/here.md", f"[x]({name})\n", title="Here")
    (problem,) = (d for d in vault.build().diagnostics if d.severity == "warning")
    assert "https" not in problem.hint
