"""`notes-site export readme`: what graders see, and what it never overwrites."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.config import Config
from notes_site.base.decoding import decode
from notes_site.build.compose import Composed, compose
from notes_site.config.project import Project
from notes_site.content import frontmatter
from notes_site.content.markdown import lines
from notes_site.content.markdown.outline import outline
from notes_site.readme.exporter import signature
from notes_site.readme.exporter.document import Folders, write
from notes_site.readme.exporter.text import escape
from notes_site.readme.importer.notes import plan
from notes_site.readme.importer.rewrite import Local
from notes_site.storage.cache import Cache
from tests.harness import Site, golden_text

GOLDEN = Path(__file__).parent / "golden" / "export"


def composed(root: Path) -> Composed:
    cache = Cache(root / ".notes-site/cache.db")
    try:
        return compose(Project(root, root / "notes-site.toml"), cache)
    finally:
        cache.close()


def packed(root: Path) -> str:
    """The README with attachments as seen from the root of the content, so that links hold in any note."""
    whole = composed(root)
    sources = {
        note.path: frontmatter.parse(note.path, decode("", (root / "content" / note.path).read_bytes()).text)
        for note in whole.site.published()
    }
    return write(whole.site, whole.plan.links, sources, Folders("/", "/"))


def check_anchors(readme: str) -> None:
    """Every link within the README leads to something."""
    asked = re.findall(r"\]\(#([^)\s]+)\)", readme)
    assert asked
    assert set(asked) <= set(re.findall(r'<a id="([^"]+)">', readme))


def golden_site(site: Site) -> Site:
    shutil.copytree(GOLDEN / "site", site.root, dirs_exist_ok=True)
    return site


def test_golden(site: Site) -> None:
    golden_site(site)
    done = site.run("export", "readme", "--output", "README.md")
    assert (done.returncode, done.stderr) == (0, "README.md: written\n")
    written = (site.root / "README.md").read_bytes().decode()
    assert written == golden_text(GOLDEN / "README.md", written)
    check_anchors(written)
    assert site.run("export", "readme").stdout == written


@pytest.mark.parametrize("opened", ["```\n# code", "~~~~ python\n```", "<!-- comment", "<script>\nx"])
def test_what_a_note_leaves_open_swallows_no_other(site: Site, opened: str) -> None:
    site.note("cloud/a.md", f"{opened}\n", title="A")
    site.note("cloud/b.md", "Words.\n", title="B")
    readme = packed(site.root)
    outside = outline(readme, "")
    written = readme.split("\n")
    assert not outside.fence
    assert outside.stray is None
    assert written.index("B (time: )") not in outside.code
    found = plan(readme, "README.md", Config(), local=lambda path: Local(None))
    assert [note.title for note in found.notes] == ["A", "B"]


def test_code_stays_as_it_is(site: Site) -> None:
    code = "```\n## [b](#cloud--b)\n```"
    site.note("cloud/a.md", f"[b](b.md)\n\n{code}\n", title="A")
    site.note("cloud/b.md", title="B")
    assert code in packed(site.root)


def test_drafts_never_leave(site: Site) -> None:
    golden_site(site).note("cloud/secret.md", "Hidden words.\n", title="Hidden title", draft=True)
    site.note("cloud/open.md", "See [it](secret.md).\n", title="Open")
    text = site.run("export", "readme").stdout
    assert "See [it](secret.md)." in text
    assert not re.search("Hidden", text)


def test_a_file_of_somebody_else_is_never_overwritten(site: Site) -> None:
    golden_site(site).write("README.md", "# Mine\n")
    done = site.run("export", "readme", "--output", "README.md")
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert (site.root / "README.md").read_text() == "# Mine\n"
    assert site.run("export", "readme", "--output", "README.md", "--force").returncode == 0
    assert signature.is_unchanged((site.root / "README.md").read_text(encoding="utf-8"))


def test_our_own_file_is_replaced_unless_changed_by_hand(site: Site) -> None:
    golden_site(site)
    site.run("export", "readme", "--output", "README.md")
    assert "unchanged" in site.run("export", "readme", "--output", "README.md").stderr
    readme = site.root / "README.md"
    readme.write_bytes(readme.read_bytes().replace(b"\n", b"\r\n"))  # as git on Windows checks it out
    site.note("cloud/more.md", "More.\n", title="More", time="5 min")
    assert site.run("export", "readme", "--output", "README.md").returncode == 0
    assert "More (time: 5 min)" in readme.read_text(encoding="utf-8")
    readme.write_text(readme.read_text(encoding="utf-8") + "By hand.\n", encoding="utf-8")
    done = site.run("export", "readme", "--output", "README.md")
    assert done.returncode == 1
    assert "changed by hand" in done.stderr


def test_a_readme_among_the_notes_is_refused(site: Site) -> None:
    golden_site(site)
    done = site.run("export", "readme", "--output", "content/README.md")
    assert done.returncode == 1
    assert not (site.root / "content/README.md").exists()


def test_with_errors_nothing_is_exported(site: Site) -> None:
    golden_site(site).note("cloud/bad.md", title="Bad", time="soon")
    done = site.run("export", "readme", "--output", "README.md")
    assert done.returncode == 1
    assert "bad-time" in done.stderr
    assert not (site.root / "README.md").exists()


def test_a_place_that_cannot_be_written_is_told_of(site: Site) -> None:
    golden_site(site).write("file", "")
    done = site.run("export", "readme", "--output", "file/README.md")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")


def test_images_are_seen_from_where_the_readme_lies(site: Site) -> None:
    golden_site(site).write("content/cloud/box one.svg", "<svg/>")
    site.note("cloud/one.md", "![a box](<box one.svg>)\n", title="One")
    site.run("export", "readme", "--output", "deep/er/README.md")
    assert "](<../../content/cloud/box%20one.svg>)" in (site.root / "deep/er/README.md").read_text(encoding="utf-8")


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip))
def test_a_title_is_shown_as_it_is(title: str) -> None:
    title = " ".join(title.split())
    (line,) = lines.read(f"[{escape(title)}](https://example.org) (time: 1 h)")
    assert line.text == f"{title} (time: 1 h)"
