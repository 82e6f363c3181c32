"""Importing what `export readme` wrote gives the same notes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from tests.harness import Site
from tests.test_export import GOLDEN, cards


def test_import_of_an_export_gives_the_same_notes(site: Site, tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "site", site.root, dirs_exist_ok=True)
    again = Site(tmp_path / "again")
    shutil.copy(site.root / "notes-site.toml", again.root)
    readme = tmp_path / "again/README.md"
    assert site.run("export", "readme", "--output", str(site.root / "README.md")).returncode == 0
    shutil.copy(site.root / "README.md", readme)
    shutil.copytree(site.root / "content/cloud", again.root / "content/cloud", ignore=shutil.ignore_patterns("*.md"))
    plan = json.loads(again.run("import", "README.md", "--dry-run", "--json").stdout)
    assert [note["path"] for note in plan["notes"]][:2] == ["cloud/launch-a-vm.md", "cloud/databases.md"]
    assert plan["course"] == "What I learned"
    done = again.run("import", "README.md")
    assert (done.returncode, done.stderr) == (0, "")
    assert cards(again.root) == cards(site.root)
    assert "![a box](box.svg)" in (again.root / "content/cloud/launch-a-vm.md").read_text(encoding="utf-8")
    assert again.run("export", "readme", "--output", str(readme)).returncode == 0
    assert readme.read_bytes() == (site.root / "README.md").read_bytes()


def test_a_resource_that_is_a_file_or_a_note_is_found_again(site: Site, tmp_path: Path) -> None:
    site.write("content/cloud/slides 1.pdf", b"%PDF")
    site.note("cloud/talk.md", "Text.\n", title="Talk", link="slides%201.pdf#page=2", time="5 min")
    site.note("cloud/sub/again.md", "Text.\n", title="Again", link="../../web/one.md#steps", time="5 min")
    site.note("web/one.md", "Text.\n\n## Steps\n\nMore.\n", title="One", link="/cloud/slides%201.pdf", time="5 min")
    site.note("web/two.md", "Text.\n", title="Two", link="none.pdf", time="5 min")
    site.write(".git/HEAD", b"")
    readme = site.root / "docs/README.md"
    assert site.run("export", "readme", "--output", str(readme)).returncode == 0
    assert '\nlink: "../content/cloud/slides%201.pdf#page=2"\n' in readme.read_text(encoding="utf-8")
    again = Site(tmp_path / "again")
    assert again.run("import", str(readme)).returncode == 0
    assert (again.root / "content/files/slides 1.pdf").read_bytes() == b"%PDF"
    links = {
        path.name: re.findall('link: "?([^"\n]*)', path.read_text()) for path in again.root.rglob("content/*/**/*.md")
    }
    assert links == {
        "talk.md": ["../files/slides%201.pdf#page=2"],
        "again.md": ["../../web/one.md#steps"],
        "one.md": ["../files/slides%201.pdf"],
        "two.md": ["none.pdf"],
    }
    assert site.run("import", str(readme), "--into", "content", "--force", "--yes").returncode == 0
    assert "slides%201.pdf#page=2" in (site.root / "content/cloud/talk.md").read_text()


def test_secrets_in_a_readme_are_told_of(site: Site) -> None:
    site.write(
        "README.md",
        "# Course\n\n## Area 1: Cloud\n\n[VM](https://example.org) (time: 5 min)\n\nredis://:c0rrecthorse@cache.acme.io\n",
    )
    done = site.run("import", "README.md")
    assert done.returncode == 0
    assert "README.md:7:10: warning: this is a password in an address" in done.stderr
    assert "c0rrecthorse" not in done.stderr


def test_what_is_active_in_an_export_is_sanitised(site: Site, tmp_path: Path) -> None:
    site.write("content/cloud/page.md", "---\ntitle: Page\nhtml: raw\n---\n\nText.\n\n<svg/onload=run()>\n")
    again = Site(tmp_path / "again")
    readme = tmp_path / "again/README.md"
    assert site.run("export", "readme", "--output", str(readme)).returncode == 0
    assert again.run("import", "README.md").returncode == 0
    note = (again.root / "content/cloud/page.md").read_text(encoding="utf-8")
    assert "html: safe\n" in note
    assert "html: raw" not in note
