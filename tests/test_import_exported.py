"""Importing what `export readme` wrote."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.harness import Site
from tests.test_export import GOLDEN


def test_import_of_an_export(site: Site, tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "site", site.root, dirs_exist_ok=True)
    again = Site(tmp_path / "again")
    shutil.copy(site.root / "notes-site.toml", again.root)
    assert site.run("export", "readme", "--output", "README.md").returncode == 0
    readme = str(site.root / "README.md")
    plan = json.loads(again.run("import", readme, "--dry-run", "--json").stdout)
    assert plan["course"] == "What I learned"
    names = ("title", "path", "area", "level", "group", "time", "estimate")
    area, folder = "Cloud Web Apps", "cloud-web-apps"
    assert [tuple(note[name] for name in names) for note in plan["notes"]] == [
        ("Tutorial: Launch a VM", f"{folder}/tutorial-launch-a-vm.md", area, "beginner", None, 70, None),
        ("Databases", f"{folder}/databases.md", area, "intermediate", "Storage", 35, None),
        ("Caches & queues", f"{folder}/caches-queues.md", area, None, "Other", None, 30),
        ("Switches", "networks/switches.md", "Networks", None, None, None, None),
    ]
    lines = (GOLDEN / "README.md").read_text(encoding="utf-8").split("\n")
    first = plan["notes"][0]
    assert lines[first["line"] - 1].startswith("[Tutorial: Launch a VM]")
    assert lines[first["end_line"] - 1] == "[^1]: With a note."
    done = again.run("import", readme)
    assert (done.returncode, done.stderr.count("warning")) == (0, 0)
    note = (again.root / "content/cloud-web-apps/tutorial-launch-a-vm.md").read_text(encoding="utf-8")
    assert "![a box](../content/cloud/box.svg), see [Databases](databases.md)" in note
    assert "\n## Stopping" not in note
    built = again.run("build")
    assert "broken" not in built.stderr


def test_what_is_added_by_hand_is_not_lost(tmp_path: Path) -> None:
    readme = (GOLDEN / "README.md").read_text(encoding="utf-8")
    added = iter(f"Added-{number} by hand." for number in range(1000))
    by_hand = re.sub(r"\n\n(?=[^\n\[#|<*>])", lambda gap: f"\n\n{next(added)}\n\n", readme)
    again = Site(tmp_path / "again")
    again.write("README.md", by_hand)
    assert again.run("import", "README.md").returncode == 0
    written = "\n".join(path.read_text(encoding="utf-8") for path in again.root.rglob("content/**/*.md"))
    assert by_hand.count(" by hand.") == 10
    for number in range(by_hand.count(" by hand.")):
        assert written.count(f"Added-{number} by") == 1, number


PATHS = ["../../x.md", "/etc/x.md", ".git/x.md", "C:\\x.md"]


@pytest.mark.parametrize("path", PATHS)
def test_no_comment_says_where_a_note_goes(site: Site, path: str) -> None:
    site.write(
        "README.md", f"# T\n\n<!-- notes-site:note path={path} -->\n\n[Title](https://example.org) (time: 5 min)\n"
    )
    (note,) = json.loads(site.run("import", "README.md", "--dry-run", "--json").stdout)["notes"]
    assert note["path"] == "t/title.md"


def test_a_resource_that_is_a_file_or_a_note_is_found_again(site: Site, tmp_path: Path) -> None:
    site.write("content/cloud/slides 1.pdf", b"%PDF")
    site.note("cloud/talk.md", "Text.\n", title="Talk", link="slides%201.pdf#page=2", time="5 min")
    site.note("cloud/sub/again.md", "Text.\n", title="Again", link="../../web/one.md#steps", time="5 min")
    site.note("web/one.md", "Text.\n\n## Steps\n\nMore.\n", title="One", link="/cloud/slides%201.pdf", time="5 min")
    site.note("web/two.md", "Text.\n", title="Two", link="none.pdf", time="5 min")
    site.write(".git/HEAD", b"")
    readme = site.root / "docs/README.md"
    assert site.run("export", "readme", "--output", str(readme)).returncode == 0
    assert "[Talk](../content/cloud/slides%201.pdf#page=2) (time: 5 min)" in readme.read_text(encoding="utf-8")
    again = Site(tmp_path / "again")
    assert again.run("import", str(readme)).returncode == 0
    assert (again.root / "content/files/slides 1.pdf").read_bytes() == b"%PDF"
    links = {
        path.name: re.findall('link: "?([^"\n]*)', path.read_text()) for path in again.root.rglob("content/*/**/*.md")
    }
    assert links == {
        "index.md": [],
        "talk.md": ["../files/slides%201.pdf#page=2"],
        "again.md": ["../web/one.md#web--one---steps"],
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
