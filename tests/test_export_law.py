"""What is exported and imported again: areas, levels, titles, links, times, statuses and texts return."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_site.base import paths
from notes_site.base.decoding import decode
from notes_site.base.model import ParseOptions
from notes_site.base.paths import OutputPath
from notes_site.cli import main
from notes_site.config.project import Project
from notes_site.content import frontmatter, markdown
from notes_site.readme import export
from tests.harness import REPO, Site
from tests.readme_subjects import CODE
from tests.test_export import composed


class Returned(NamedTuple):
    """What of a note must come back. Links within the site are the titles of what they lead to."""

    area: str
    level: str
    title: str
    link: str
    time: int | None
    estimate: int | None
    status: str
    text: str
    plain: list[str]
    links: tuple[str, ...]


def told(root: Path) -> list[Returned]:
    """Return what a site says of its notes, in order."""
    whole = composed(root)
    titles = {whole.plan.links.urls[note.path]: note.card.title for note in whole.site.published()}
    stems = {paths.stem(note.path): note.card.title for note in whole.site.published()}
    names = {area.slug: area.name for area in whole.site.areas}

    def shown(href: str) -> str:
        url = OutputPath(href.partition("#")[0])
        return titles.get(url, url.rpartition("/")[2])

    found = []
    for note in whole.site.notes:
        body = frontmatter.parse("", decode("", (root / "content" / note.path).read_bytes()).text).body
        body = re.sub(r"(?<!!)\[\[([^|#\]]+)\]\]", lambda link: f"[[{link[1]}|{stems[link[1]]}]]", body)
        rendered = markdown.render(body, path="", options=ParseOptions(), html="raw", title=note.front.title)
        resource = whole.plan.links.resources.get(note.path)
        slots = whole.plan.links.slots[note.path]
        card = note.card
        found.append(
            Returned(
                names[card.area],
                card.level,
                card.title,
                shown(resource.href) if resource and resource.kind != "missing" else card.link,
                card.time,
                card.estimate,
                card.status,
                bare(body),
                [word for section in rendered.sections for word in f"{section.heading} {section.text}".split()],
                tuple(card.title if slot.kind == "anchor" else shown(slot.href) for slot in slots),
            )
        )
    return found


def bare(text: str) -> str:
    """Return a text without what depends on the place at which it stands: depths of headings, targets of links."""
    text = re.sub(r'<a id="[^"]*"></a>', "", text)
    return re.sub(r"\]\([^()]*\)", "]()", re.sub(r"^([ >-]*)#+", r"\1#", text, flags=re.MULTILINE)).strip()


def check_returns(root: Path, again: Path, *, as_written: bool = True) -> None:
    """Export a site, import the README into another folder within the first, and compare."""
    readme = root / "README.md"
    project = Project(root, root / "notes-site.toml")
    result = export.export(project, root)
    assert not result.errors
    readme.write_text(result.text, encoding="utf-8", newline="\n")
    (again / "content").mkdir(parents=True)
    config = root / "notes-site.toml"
    (again / "notes-site.toml").write_bytes(config.read_bytes() if config.exists() else b"")
    done = CliRunner().invoke(
        main.cli, ["import", str(readme), "--config", str(again / "notes-site.toml")], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    before, after = told(root), told(again)
    if not as_written:
        before, after = ([note._replace(text="") for note in notes] for notes in (before, after))
    assert after == before, result.text


KEPT = [
    "Plain words about 20 minutes.",
    "It took me 20 minutes to start. Then I went on.",
    "# One\n\nWords of one.\n\n## Two\n\nWords of two.",
    "## Two ##\n\nWords below.",
    "###### Six\n\nWords.",
    "##### Five\n\n###### Deeper\n\nWords.",
    "## Week 1\n\nWords.",
    "> Quoted words.\n\nWords on them.",
    "See [b](<b.md>), [b](b.md), [there](b.md#two), [area](index.md), [out](https://example.org/a_(b)).",
    "- [a](a.md)\n- [b](b.md)\n- [c](../web/c.md)",
    "![a box](box.svg)",
    "    ## indented code",  # below a list it is a heading of its last item
    "| a | b |\n| - | - |\n| [b](b.md) | \\| |",
    "| what | time |\n| - | - |\n| x | 20 min |",
    "$x$ <b>&amp;",
    "- one\n- two\n  - three",
    "1. one\n2. two",
    "- [Docs](https://example.org/docs) of it\n- [x](https://example.org/more), read twice",
    "What is left:\n\n- [ ] to do\n- [x] done",
    "**Bold**: words.",
    "Words.\n\nTime: 20 min",
    "Above.\n\n---\n\nBelow.",
    "A box:\n\n<details>\n<summary>More</summary>\n\nHidden.\n\nHidden too.\n\n</details>",
    *("\n".join(lines) for lines in CODE),
]
"""Pieces of text that come back as they are written, but for depths of headings and targets of links."""

WRITTEN_ANEW = [
    "Under\nlined\n===",
    "Under\n---",
    "> ## In a quote\n> text",
    "> Quoted\n> ---",
    "- # In a list\n\n  more",
    "A [ref][r], a [r], ![][p].\n\n[r]: b.md 'B'\n[p]: box.svg",
    "[[b]] and [[b#two|label]] ![[box.svg|30]]",
    '<img src="box.svg"> <a href="b.md">b</a>',
    "Footnote.[^1]\n\n[^1]: Text.",
]
"""Pieces that an export writes in another way, with the same words."""

TITLES = [
    "Lab: A [b] (c) d",
    "C# & C++ <x> *y* _z_ `q` r",
    "A | B \\ ~~ $x^2$ c",
    "日本",
    "Why? And how",
    "Video: Virtualization",
    "The 7 habits",
    "Docker in 5 Minutes",
    "Dash - and # hash",
]
AREAS = ["Cloud & *Web* apps", "C# and Go", "Networks", "日本", "Module one"]


@st.composite
def sites(draw: st.DrawFn) -> dict[str, str]:
    """The files of a site: some areas, notes with facts and texts that link to one another."""
    files = {}
    names = draw(st.permutations(AREAS))
    titles = iter(draw(st.permutations(TITLES)))
    for path in ("cloud/a.md", "cloud/b.md", "cloud/one.md", "web/c.md"):
        facts = {
            "title": next(titles),
            "level": draw(st.sampled_from([None, "Beginner", "intermediate", "Advanced"])),
            "group": draw(st.sampled_from([None, None, "G *1*", "Storage"])),
            "link": draw(st.sampled_from([None, "https://example.org/a_(b)?c=d#e", "https://example.org/a%20b"])),
            "time": draw(st.sampled_from([None, 0, 5, 90, 600])),
            "estimate": draw(st.sampled_from([None, None, 30])),
            "status": draw(st.sampled_from([None, "doing", "planned", "done", "skipped"])),
            "order": draw(st.sampled_from([None, 1, 2])),
        }
        if path.startswith("cloud/"):
            facts["link"] = draw(st.sampled_from([facts["link"], "box.svg", "one.md"]))
        texts = draw(st.lists(st.sampled_from(KEPT), max_size=4))
        files[path] = f"{frontmatter.dump(facts)}\n" + "\n\n".join(texts) + "\n"
    for folder, name in zip(("cloud", "web"), names, strict=False):
        files[f"{folder}/index.md"] = f"{frontmatter.dump({'title': name})}\n{draw(st.sampled_from(['', 'Intro.']))}\n"
    return files


def check_files(files: dict[str, str], root: Path) -> None:
    site = Site(root)
    for folder in ("cloud", "web"):
        site.write(f"content/{folder}/box.svg", "<svg/>")
    for path, text in files.items():
        site.write(f"content/{path}", text)
    check_returns(root, root / "again")


@settings(max_examples=15)
@given(files=sites())
def test_a_site_returns(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    check_files(files, tmp_path_factory.mktemp("export"))


@pytest.mark.parametrize("text", WRITTEN_ANEW)
def test_words_return_that_an_export_writes_in_another_way(text: str, tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("content/cloud/box.svg", "<svg/>")
    site.note("cloud/a.md", f"Words.\n\n{text}\n\nWords.\n", title="A thing", time="5 min")
    site.note("cloud/b.md", f"Words.\n\n{text}\n\nWords.\n\n## Two\n\nWords.\n", title="B", time="5 min")
    check_returns(tmp_path, tmp_path / "again", as_written=False)


def test_the_example_course_returns(tmp_path: Path) -> None:
    for name in ("content", "static", "notes-site.toml"):
        copy = shutil.copytree if (REPO / name).is_dir() else shutil.copy
        copy(REPO / name, tmp_path / name)
    (tmp_path / "content/about.md").unlink()  # a plain page becomes an area
    check_returns(tmp_path, tmp_path / "again", as_written=False)


@pytest.mark.full
@settings(max_examples=300)
@given(files=sites())
def test_many_sites_return(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    check_files(files, tmp_path_factory.mktemp("export"))
