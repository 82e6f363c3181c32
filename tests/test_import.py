"""`notes-site import README.md`: golden READMEs, files written, what is never touched."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result

from notes_site.base import decoding as text
from notes_site.base.errors import ProjectNotFound
from notes_site.cli.main import cli
from notes_site.config import reading
from notes_site.readme.importer import notes, plan
from notes_site.readme.importer.notes import Import
from notes_site.readme.importer.rewrite import Local
from tests.harness import REPO, Site, golden_text

READMES = REPO / "tests" / "readmes"
NAMES = sorted(path.stem for path in READMES.glob("*.md"))
DEFAULT = reading.parse_config("notes-site.toml", b"")[0]

ONE = """\
# Course

## Docker

### Beginner

#### [Video: Why?](https://example.org/why) (10 min)

Fast.
"""


def planned(source: str, area: str | None = None, settings: str = "", local: dict[str, str] | None = None) -> Import:
    """Import a text; `local` are the files beside the README and their places in the content folder."""
    chosen = reading.parse_config("notes-site.toml", settings.encode())[0]
    return notes.plan(source, "README.md", chosen, area=area, local=lambda path: Local((local or {}).get(path)))


def text_of(found: Import, path: str) -> str:
    """Return what follows the front matter of a file."""
    return found.texts[path].split("\n---\n", 1)[1]


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str) -> None:
    """Every README gives the plan beside it, as `notes-site import NAME.md --dry-run --json` prints it."""
    decoded = text.decode(name, (READMES / f"{name}.md").read_bytes())
    found = notes.plan(decoded.text, f"{name}.md", DEFAULT, local=lambda path: Local(None))
    shown = json.dumps(plan.import_object(found), ensure_ascii=False, indent=1) + "\n"
    assert shown == golden_text(READMES / f"{name}.json", shown)


QUICK = {"pitfalls", "one-table", "html-boxes"}


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.full) for n in NAMES])
def test_what_is_imported_builds(name: str, site: Site) -> None:
    site.write("README.md", (READMES / f"{name}.md").read_bytes())
    assert run(site, "README.md").exit_code == 0
    built = site.build()
    assert built.published
    found = json.loads((READMES / f"{name}.json").read_text(encoding="utf-8"))
    assert built.notes == len(found["notes"])
    assert {d.code for d in built.diagnostics if d.severity != "note"} <= {"broken-image", "html-removed"}


def run(site: Site, *arguments: str, given: str | None = None) -> Result:
    """Run `notes-site import` in the site's folder; with a config it is one, whatever lies above it."""
    (site.root / "notes-site.toml").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(site.root)
        return CliRunner().invoke(cli, ["import", *arguments], input=given)


# What is written


def test_a_note_says_where_it_came_from() -> None:
    assert planned(ONE).texts["docker/video-why.md"] == (
        '---\ntitle: "Video: Why?"\nlevel: Beginner\nlink: https://example.org/why\ntime: 10 min\norder: 1\n'
        "# README.md:7: #### [Video: Why?](https://example.org/why) (10 min)\n---\nFast.\n"
    )


def test_an_area_keeps_its_headings_and_its_text() -> None:
    found = planned("# C\n\n## Docker\n\nAll about it.\n\n> Beginner Level\n\n[Video: A](https://e.org/a) (5 min)\n")
    assert found.texts["docker/index.md"] == (
        "---\ntitle: Docker\norder: 1\n# README.md:3: ## Docker\n# README.md:7: > Beginner Level\n---\nAll about it.\n"
    )
    assert text_of(found, "index.md") == "# C\n"


BOXED = """\
<div align="center">
<h1 align="center">My <em>course</em></h1>
</div>

<details><summary>Contents</summary>

- [Docker](#docker)
- [A](#a-10-min)

</details>

Welcome.

## Docker

<details>
<summary>Beginner</summary>

### [A](https://e.org/1) (10 min)

<details>

Long.

</details>

### [B](https://e.org/2) (20 min)

More.

</details>
"""


def test_boxes_around_nothing_go_and_the_title_is_there_once(site: Site) -> None:
    found = planned(BOXED)
    bodies = {path: text_of(found, path) for path in found.texts}
    assert bodies == {
        "index.md": "Welcome.\n",
        "docker/index.md": "",
        "docker/a.md": "<details>\n\nLong.\n\n</details>\n",
        "docker/b.md": "More.\n",
    }
    assert '# README.md:2: <h1 align="center">My <em>course</em></h1>\n' in found.texts["index.md"]
    site.write("README.md", BOXED)
    assert run(site, "README.md").exit_code == 0
    assert [d for d in site.build().diagnostics if d.severity != "note"] == []
    assert site.page("index.html").count("<h1") == 1
    assert "<details" not in site.page("index.html")[site.page("index.html").index("Welcome.") :]


def test_titles_that_collide_get_names_of_their_own() -> None:
    again = ONE + ONE.partition("### Beginner\n")[2] + ONE.partition("### Beginner\n")[2].replace("Why", "WHY")
    paths = [note.path for note in planned(again).notes]
    assert paths == ["docker/video-why.md", "docker/video-why-2.md", "docker/video-why-3.md"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("Index", "index-note"), ("CON", "con-note"), ("???", "untitled"), ("C++: a # tour", "c-plus-plus-a-tour")],
)
def test_titles_that_are_no_file_names(title: str, name: str, site: Site) -> None:
    site.write("README.md", f"# C\n\n## Docker\n\n### {title} (10 min)\n\nText.\n\n### Other (5 min)\n")
    assert run(site, "README.md").exit_code == 0
    assert (site.root / "content" / "docker" / f"{name}.md").is_file()
    assert site.build().published


def test_an_area_may_be_named_like_a_page_of_ours(site: Site) -> None:
    site.write("README.md", ONE.replace("Docker", "Tags"))
    assert run(site, "README.md").exit_code == 0
    assert site.build().published
    assert "<h1" in site.page("tags-notes.html")


def test_areas_may_be_named_like_anything_that_a_site_publishes(site: Site) -> None:
    site.note("knots/one.md", "Text.\n", title="One", tags="[rope]", date="2020-02-03")
    assert site.build().published
    names = sorted({path.partition("/")[0].removesuffix(".html") for path in site.published()} - {"knots"})
    assert {"review", "timeline", "evidence", "tags", "print"} <= {*names}
    (site.root / "content/knots/one.md").unlink()
    areas = (f"## {name}\n\n" + "".join(f"### {n} (5 min)\n\nText.\n\n" for n in ("rope", *names)) for name in names)
    site.write("README.md", "# C\n\n" + "".join(areas))
    assert run(site, "README.md").exit_code == 0
    assert site.build().published


def test_area_takes_what_is_in_none() -> None:
    source = "- [A](https://e.org/a) - 5 min\n- [B](https://e.org/b) - 10 min\n"
    assert [note.path for note in planned(source).notes] == ["notes/a.md", "notes/b.md"]
    found = planned(source, area="Knots")
    assert [(note.area, note.path) for note in found.notes] == [(None, "knots/a.md"), (None, "knots/b.md")]
    assert found.texts["knots/index.md"].startswith("---\ntitle: Knots\n")


def test_a_level_that_the_site_does_not_have_is_left_out_and_told_of(site: Site) -> None:
    site.write("notes-site.toml", 'levels = ["Bronze", "Silver"]\n')
    site.write("README.md", ONE)
    result = run(site, "README.md")
    assert result.exit_code == 0
    assert "unsure: README.md:7: `beginner` is no level of this site: add it to `levels`" in result.stderr
    assert site.build().published


def test_a_range_and_a_date_with_two_readings_are_told_of() -> None:
    found = planned("## A\n\n### Lab: X (20-30 min)\n\n### Lab: Y (10 min, 10/11/2018)\n")
    assert [(doubt.line, doubt.what) for doubt in found.unsure] == [
        (3, "`20-30 min` is a range: no time is noted"),
        (5, "a date that may be read in two ways is not noted"),
    ]
    assert [(note.time, note.date) for note in found.notes] == [(None, None), (10, None)]


def test_notes_of_a_list_item_are_no_code() -> None:
    found = planned("1. Lab: X - 10 min\n\n    One.\n\n    ```sh\n    ls\n    ```\n\n2. Lab: Y - 5 min\n\tTwo.\n")
    assert text_of(found, "notes/lab-x.md") == "One.\n\n```sh\nls\n```\n"
    assert text_of(found, "notes/lab-y.md") == "Two.\n"
    found = planned("- Lab: X - 10 min\n\n      ls -l\n\n  One.\n- Lab: Y - 5 min\n")
    assert text_of(found, "notes/lab-x.md") == "    ls -l\n\nOne.\n"


@pytest.mark.parametrize("html", ["<script>x()</script>", '<p onclick="x()">', "<iframe src=x></iframe>", "<form>"])
def test_active_html_is_made_safe(html: str) -> None:
    found = planned(ONE + f"\n{html}\n")
    assert "\nhtml: safe\n" in found.texts["docker/video-why.md"]
    assert html in found.texts["docker/video-why.md"]
    assert "html:" not in planned(ONE + "\n<b>x</b>\n").texts["docker/video-why.md"]


def test_windows_line_ends_and_a_mark_change_nothing(site: Site) -> None:
    site.write("a/README.md", ONE)
    site.write("b/README.md", b"\xef\xbb\xbf" + ONE.rstrip("\n").replace("\n", "\r\n").encode())
    for name in "ab":
        assert run(site, f"{name}/README.md", "--into", f"{name}/content").exit_code == 0
    written = [
        {p.relative_to(root): p.read_bytes() for p in root.rglob("*.md")} for root in map(site.root.joinpath, "ab")
    ]
    written = [{path: data for path, data in files.items() if path.parts[0] == "content"} for files in written]
    assert written[0] == written[1]
    assert len(written[0]) == 3


# Links and images


def test_links_to_anchors_lead_to_the_new_pages() -> None:
    source = (
        "# C\n\n## One\n\n### Lab: A (5 min)\n\nSee [b](#lab-b-6-min), [part](#Part), [Two](#two), [no](#nowhere).\n\n"
        '## Two\n\n<a name="here"></a>\n### Lab: B (6 min)\n\n[a](#lab-a-5-min) [me](#here)\n\n#### Part\n\nText.\n'
    )
    found = planned(source)
    a, b = text_of(found, "one/lab-a.md"), text_of(found, "two/lab-b.md")
    assert a == "See [b](../two/lab-b.md), [part](../two/lab-b.md#part), [Two](../two/index.md), [no](#nowhere).\n"
    assert b == "[a](../one/lab-a.md) [me](lab-b.md)\n\n#### Part\n\nText.\n"


def test_reference_links_work_in_every_note() -> None:
    source = (
        "# C\n\n## One\n\n### Lab: A (5 min)\n\n[x][1] [1]\n\n### Lab: B (6 min)\n\n[x][1]\n\n[1]: https://e.org/1\n"
    )
    found = planned(source)
    assert text_of(found, "one/lab-a.md") == "[x](https://e.org/1) [1](https://e.org/1)\n"
    assert text_of(found, "one/lab-b.md") == "[x][1]\n\n[1]: https://e.org/1\n"


def test_what_looks_like_a_definition_within_code_stays() -> None:
    code = "```md\n[docs]: https://docs.example.org\n```\n"
    found = planned(f"# C\n\n## One\n\n### Lab: A (5 min)\n\n{code}\n### Lab: B (6 min)\n\n[docs]\n\n    [x]: y\n")
    assert text_of(found, "one/lab-a.md") == code
    assert text_of(found, "one/lab-b.md") == "[docs]\n\n    [x]: y\n"


def test_definitions_of_links_in_all_their_forms() -> None:
    source = (
        "# C\n\n## One\n\n### Lab: A (5 min)\n\n[a][long] [b][Odd  Label] [c][quoted]\n\n"
        "### Lab: B (6 min)\n\n[a][long]\n\n"
        '[long]:\n  <img/a b.png>\n  "Title"\n[odd label]: https://e.org/(x)\n\n> [quoted]: img/c.svg\n'
    )
    found = planned(source, local={"img/a b.png": "img/a b.png", "img/c.svg": "img/c.svg"})
    a, b = text_of(found, "one/lab-a.md"), text_of(found, "one/lab-b.md")
    assert a == "[a](../img/a%20b.png) [b](<https://e.org/(x)>) [c](../img/c.svg)\n"
    assert b == '[a][long]\n\n[long]:\n  <../img/a%20b.png>\n  "Title"\n\n> [quoted]: img/c.svg\n'
    assert "# README.md:16: [odd label]: https://e.org/(x)\n" in found.texts["one/lab-b.md"]


NOTED = """\
# C

See[^c].

## One

### Lab: A (5 min)

Slow[^1], as said[^c].

### Lab: B (6 min)

Slower[^1]. `[^2]`

### Lab: C (7 min)

Last.

[^1]: On a [small](img/a.png) machine.[^2]

    Two cores.
[^2]: One of *ours*.

[^c]: In the course.
[^no]: Nowhere.
"""


def test_footnotes_stand_where_they_are_used() -> None:
    found = planned(NOTED, local={"img/a.png": "img/a.png"})
    slow = "[^1]: On a [small](../img/a.png) machine.[^2]\n\n    Two cores.\n[^2]: One of *ours*.\n"
    assert text_of(found, "one/lab-a.md") == f"Slow[^1], as said[^c].\n\n{slow}[^c]: In the course.\n"
    assert text_of(found, "one/lab-b.md") == f"Slower[^1]. `[^2]`\n\n{slow}"
    assert text_of(found, "one/lab-c.md") == "Last.\n\n\n[^no]: Nowhere.\n"
    assert text_of(found, "index.md") == "# C\n\nSee[^c].\n\n[^c]: In the course.\n"
    assert [tuple(piece) for piece in found.remainder] == [(1, 3, "index.md"), (24, 24, "index.md")]


def test_a_footnote_below_a_list_stays_out_of_it() -> None:
    found = planned(
        "1. Lab: X - 10 min\n\n    One[^1].\n\n2. Lab: Y - 5 min\n\n    Two.\n\n[^1]: First.\n\n    Second.\n"
    )
    assert text_of(found, "notes/lab-x.md") == "One[^1].\n\n[^1]: First.\n\n    Second.\n"
    assert text_of(found, "notes/lab-y.md") == "Two.\n"
    found = planned("- Lab: X - 10 min\n\n      ls -l\n\n  One.\n- Lab: Y - 5 min\n")
    assert text_of(found, "notes/lab-x.md") == "    ls -l\n\nOne.\n"


def test_images_are_copied_and_pointed_to(site: Site) -> None:
    site.write("img/a b.png", b"PNG")
    site.write("figures/c.svg", b"<svg/>")
    blob = "https://github.com/someone/notes/blob/a/branch/figures/c.svg"
    site.write("README.md", ONE + f'\n![a](img/a%20b.png) ![b](<img/a b.png>) ![c]({blob}) <img src="img/a b.png">\n')
    assert run(site, "README.md").exit_code == 0
    note = (site.root / "content/docker/video-why.md").read_text(encoding="utf-8")
    assert "![a](../img/a%20b.png) ![b](<../img/a%20b.png>) ![c](../figures/c.svg)" in note
    assert '<img src="../img/a%20b.png">' in note
    assert (site.root / "content/img/a b.png").read_bytes() == b"PNG"
    assert (site.root / "content/figures/c.svg").read_bytes() == b"<svg/>"
    assert [d for d in site.build().diagnostics if d.severity != "note"] == []


def test_a_missing_image_is_a_warning_with_its_place(site: Site) -> None:
    site.write("README.md", ONE + "\nLook: ![a](img/none.png)\n")
    result = run(site, "README.md")
    assert result.exit_code == 0
    assert "README.md:11:12: warning: there is no image `img/none.png` [missing-image]" in result.stderr
    assert "![a](img/none.png)" in (site.root / "content/docker/video-why.md").read_text(encoding="utf-8")


def test_files_above_the_readme_are_taken_along_by_name(site: Site) -> None:
    site.write(".git/HEAD", b"")
    site.write("up.png", b"PNG")
    site.write("sub/README.md", ONE + "\n![a](../up.png)\n")
    assert run(site, "sub/README.md").exit_code == 0
    assert (site.root / "content/files/up.png").read_bytes() == b"PNG"
    assert "![a](../files/up.png)" in (site.root / "content/docker/video-why.md").read_text(encoding="utf-8")


# The command


def test_a_dry_run_writes_nothing_and_prints_a_table(site: Site) -> None:
    site.write("README.md", ONE)
    result = run(site, "README.md", "--dry-run")
    assert result.stdout == (
        "line  area    level     title        time    file\n"
        "7     Docker  beginner  Video: Why?  10 min  docker/video-why.md\n"
        "\nlines 1-1 are in no note: index.md\n"
    )
    assert not list((site.root / "content").iterdir())


def test_json_is_the_plan(site: Site) -> None:
    site.write("README.md", ONE)
    result = run(site, "README.md", "--json")
    assert (site.root / "content/docker/video-why.md").is_file()
    assert json.loads(result.stdout) == {
        "course": "Course",
        "notes": [
            {
                "line": 7, "end_line": 9, "path": "docker/video-why.md", "area": "Docker", "level": "beginner",
                "group": None, "title": "Video: Why?", "kind": "video", "link": "https://example.org/why", "time": 10,
                "estimate": None, "date": None, "status": None,
            }
        ],
        "remainder": [{"line": 1, "end_line": 1, "path": "index.md"}],
        "unsure": [],
    }  # fmt: skip


def test_what_differs_is_never_touched_without_force(site: Site) -> None:
    site.write("README.md", ONE)
    assert "3 new, 0 unchanged, 0 replaced, 0 not touched" in run(site, "README.md").output
    assert "0 new, 3 unchanged, 0 replaced, 0 not touched" in run(site, "README.md").output
    mine = site.write("content/docker/video-why.md", "My own words.\n")
    result = run(site, "README.md")
    assert result.exit_code == 0
    assert "not touched, it differs: content/docker/video-why.md" in result.stderr.replace("\\", "/")
    assert mine.read_text() == "My own words.\n"
    refused = run(site, "README.md", "--force")
    assert refused.exit_code == 2
    assert "say --yes too" in refused.stderr
    assert mine.read_text() == "My own words.\n"
    forced = run(site, "README.md", "--force", "--yes")
    assert "replaces content/docker/video-why.md" in forced.stderr.replace("\\", "/")
    assert "0 new, 2 unchanged, 1 replaced" in forced.output
    assert "Fast." in mine.read_text()


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [(b"\x00\x01\x02\xff", 1, "not-text"), (b"x" * (text.LIMIT + 1), 1, "file-too-large"), (None, 2, "does not exist")],
)
def test_what_cannot_be_read_is_an_error(data: bytes | None, code: int, message: str, site: Site) -> None:
    if data is not None:
        site.write("README.md", data)
    result = run(site, "README.md")
    assert result.exit_code == code
    assert message in result.stderr


@pytest.mark.parametrize(("encoding", "shown"), [("utf-16", "utf-16"), ("cp1252", "cp1252")])
def test_other_encodings_are_read_and_told_of(encoding: str, shown: str, site: Site) -> None:
    site.write("README.md", ONE.replace("Fast", "Café – schnell").encode(encoding))
    result = run(site, "README.md")
    assert result.exit_code == 0
    assert f"the file is no UTF-8: read as {shown}" in result.stderr
    assert "Café – schnell" in (site.root / "content/docker/video-why.md").read_text(encoding="utf-8")


def test_import_works_before_there_is_a_site(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(ONE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr("notes_site.cli.import_.find", _no_project)
        assert CliRunner().invoke(cli, ["import", "README.md"]).exit_code == 0
    assert (tmp_path / "content/docker/video-why.md").is_file()


def _no_project(start: Path, config: Path | None) -> NoReturn:
    raise ProjectNotFound(str(start))


LONG = "word " * 5_000 + "end"


@pytest.mark.parametrize(
    "source",
    [
        f"# Course\n\n## Docker\n\n### [Why?](https://example.org) (5 min)\n\n### {LONG} (10 min)\n\nText.\n",
        f"# Course\n\n## Docker\n\n- [Why?](https://example.org) (5 min)\n- {LONG[:15_000]} (10 min)\n",
        f"# Course\n\n## {LONG}\n\n### [Why?](https://example.org) (5 min)\n",
        f"# {LONG}\n\n## Docker\n\n### [Why?](https://example.org) (5 min)\n",
        f"# Course\n\n## Docker\n\n### {LONG}\n\n#### [Why?](https://example.org) (5 min)\n",
        f"# Course\n\n## Docker\n\n### Why? https://example.org/{'x' * 100_000} (5 min)\n\n### [B](https://example.org)\n",
        f"# Course\n\n## Docker\n\n### [Why?](https://example.org) (5 min)\n\n### {'x' * 100_000} (10 min)\n",
    ],
    ids=["title", "item", "area", "course", "group", "address", "word"],
)
def test_a_name_that_is_too_long_is_cut_and_stays_whole_in_the_text(source: str, site: Site) -> None:
    site.write("README.md", source)
    assert run(site, "README.md").exit_code == 0
    written = [path.read_text(encoding="utf-8") for path in (site.root / "content").rglob("*.md")]
    longest = max(re.findall(r"\S.*\S", source), key=len)
    assert any(longest in text.partition("\n---\n")[2] for text in written)
    fields = [line for text in written for line in text.partition("\n---\n")[0].split("\n") if line[:1] != "#"]
    assert max(map(len, fields)) < 600
    assert not [d for d in site.build().diagnostics if d.severity == "error"]
