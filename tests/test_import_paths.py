"""What an import may read and write: nothing outside of the README's own folder or git work tree, whatever is named."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_site.base.errors import UnusablePath
from notes_site.build import inputs
from notes_site.storage import confined, files
from tests.harness import Site
from tests.test_import import ONE, run

MARK = b"KEPT-AT-HOME"
links = pytest.mark.skipif(os.name == "nt", reason="Windows lets few users make symbolic links, and has no FIFOs")


def marked(folder: Path) -> list[str]:
    """Return the files below a folder that hold the mark."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and MARK in path.read_bytes()]


@pytest.fixture
def course(site: Site) -> Site:
    """A site with a README's folder, `course`, and secrets around and in it."""
    for path in ("secret.txt", "course/.env", "course/.ssh/id", "course/4913", "course/draft.png~"):
        site.write(path, MARK)
    site.write("course/ok.png", b"PNG")
    return site


REFUSED = [
    ("../secret.txt", "leads out of the README's folder"),
    ("./x/../../secret.txt", "leads out of the README's folder"),
    ("..%2fsecret.txt", "leads out of the README's folder"),
    ("%2e%2e/secret.txt", "leads out of the README's folder"),
    ("%252e%252e/secret.txt", "leads out of the README's folder"),
    ("..%5Csecret.txt", "leads out of the README's folder"),
    ("..\\secret.txt", "leads out of the README's folder"),
    ("\\\\\\\\server\\share\\secret.txt", "leads out of the README's folder"),
    ("~/secret.txt", "leads out of the README's folder"),
    ("~joe/secret.txt", "leads out of the README's folder"),
    ("x%00y.txt", "leads out of the README's folder"),
    ("C:/secret.txt", "means a file of one computer"),
    ("C:%5Csecret.txt", "means a file of one computer"),
    ("{absolute}", "is no file in the README's folder"),
    ("file://{absolute}", "[unsafe-link]"),
    (".env", "is hidden or temporary"),
    (".ssh/id", "is hidden or temporary"),
    ("%2Eenv", "is hidden or temporary"),
    ("4913", "is hidden or temporary"),
    ("draft.png~", "is hidden or temporary"),
]


@pytest.mark.parametrize(("target", "said"), REFUSED)
@pytest.mark.parametrize("form", ["[a]({})", "![a]({})", '<img src="{}">', "[a][b]\n\n[b]: {}"])
def test_what_lies_elsewhere_is_not_taken_and_named(form: str, target: str, said: str, course: Site) -> None:
    target = target.format(absolute=(course.root / "secret.txt").as_posix())
    written = target.replace("\\\\", "\\") if "<" in form else target
    course.write("course/README.md", f"{ONE}\nLook: {form.format(written)}\n")
    result = run(course, "course/README.md", "--into", "content")
    assert result.exit_code == 0
    assert not marked(course.root / "content")
    assert written in (course.root / "content/docker/video-why.md").read_text(encoding="utf-8")
    if form == "![a]({})" and target.startswith("/"):
        said = "there is no image"
    if not (target.startswith("file:") and "[b]" in form):  # no definition of a link, so it stays text
        assert said in result.stderr
        assert "README.md:11:" in result.stderr


@links
@pytest.mark.parametrize(
    ("link", "to", "target", "said"),
    [
        ("pic.png", "../secret.txt", "pic.png", "leads out of the README's folder"),
        ("pic.png", "/etc/group", "pic.png", "leads out of the README's folder"),
        ("pic.png", "one.png", "pic.png", "leads out of the README's folder"),
        ("up", "..", "up/secret.txt", "leads out of the README's folder"),
        ("a/up", "../..", "a/up/secret.txt", "leads out of the README's folder"),
        ("env.txt", ".env", "env.txt", "is hidden or temporary"),
        ("open", ".ssh", "open/id", "is hidden or temporary"),
        ("loop.png", "loop.png", "loop.png", "leads in a circle of symbolic links"),
    ],
)
def test_links_are_not_followed_out_of_the_folder(link: str, to: str, target: str, said: str, course: Site) -> None:
    (course.root / "course/one.png").symlink_to("../secret.txt")
    (course.root / "course/a").mkdir()
    (course.root / "course" / link).symlink_to(to)
    course.write("course/README.md", f"{ONE}\n![a]({target})\n")
    result = run(course, "course/README.md", "--into", "content")
    assert f"README.md:11:6: warning: `{target}` {said}" in result.stderr
    assert {path.suffix for path in (course.root / "content").rglob("*.*")} == {".md"}


@links
def test_links_within_the_folder_are_followed(course: Site) -> None:
    (course.root / "course/deep").mkdir()
    (course.root / "course/deep/again.png").symlink_to("../near.png")
    (course.root / "course/near.png").symlink_to("ok.png")
    course.write("course/README.md", f"{ONE}\n![a](deep/again.png)\n")
    assert run(course, "course/README.md", "--into", "content").stderr.count("warning") == 0
    assert (course.root / "content/deep/again.png").read_bytes() == b"PNG"
    assert not (course.root / "content/deep/again.png").is_symlink()


@links
@pytest.mark.parametrize("made", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_what_is_no_file_is_never_opened(made: object, course: Site) -> None:
    made(course.root / "course/pic.png")  # type: ignore[operator]
    course.write("course/README.md", f"{ONE}\n![a](pic.png)\n")
    result = run(course, "course/README.md", "--into", "content")
    assert "README.md:11:6: warning: " in result.stderr
    assert not list((course.root / "content").rglob("*.png"))


def test_a_file_that_is_too_large_is_named(course: Site) -> None:
    with (course.root / "course/film.mp4").open("wb") as file:
        file.truncate(confined.LARGEST + 1)
    course.write("course/README.md", f"{ONE}\n[a](film.mp4)\n")
    result = run(course, "course/README.md", "--into", "content")
    assert "README.md:11:5: warning: `film.mp4` is too large to be taken along [file-refused]" in result.stderr
    assert not list((course.root / "content").rglob("*.mp4"))


@pytest.mark.parametrize(
    ("git", "taken"),
    [
        ("course", False),
        ("course/docs/.git", False),
        (".git", False),
        ("course/.git", True),
        ("course/sub/.git", False),
    ],
)
def test_a_git_work_tree_around_the_readme_is_its_folder(git: str, taken: bool, course: Site) -> None:
    course.write(f"{git}/HEAD", b"")
    course.write("course/docs/README.md", f"{ONE}\n![a](../ok.png) ![b](/ok.png) [c](../../secret.txt)\n")
    result = run_at_home(course, course.root, "course/docs/README.md", "--into", "content")
    assert "`../../secret.txt` leads out" in result
    assert (course.root / "content/files/ok.png").is_file() is taken
    assert not marked(course.root / "content")


def run_at_home(site: Site, home: Path, *arguments: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        return run(site, *arguments).stderr


def test_files_of_one_name_in_several_folders_stay_apart(course: Site) -> None:
    course.write("course/.git/HEAD", b"")
    for folder in ("a", "b"):
        course.write(f"course/{folder}/pic.png", folder.encode())
    course.write("course/docs/README.md", f"{ONE}\n![a](../a/pic.png) ![b](../b/pic.png) ![a](../docs/../a/pic.png)\n")
    run(course, "course/docs/README.md", "--into", "content")
    text = (course.root / "content/docker/video-why.md").read_text(encoding="utf-8")
    assert "![a](../files/pic.png) ![b](../files/pic-2.png) ![a](../files/pic.png)" in text
    assert (course.root / "content/files/pic-2.png").read_bytes() == b"b"


# What is written


@links
@pytest.mark.parametrize(
    ("link", "to"), [("docker", "../elsewhere"), ("docker/index.md", "../../kept.txt"), ("img", "../elsewhere")]
)
@pytest.mark.parametrize("more", [["--force", "--yes"], ["--plan"]])
def test_nothing_is_written_through_a_link_that_leaves_the_content_folder(
    link: str, to: str, more: list[str], site: Site
) -> None:
    site.write("kept.txt", b"mine")
    (site.root / "elsewhere").mkdir()
    site.write("img/a.png", b"PNG")
    site.write("README.md", f"{ONE}\n![a](img/a.png)\n")
    place = site.root / "content" / link
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(to, target_is_directory=True)
    result = run(site, "README.md", *more)
    assert not list((site.root / "elsewhere").iterdir())
    assert (site.root / "kept.txt").read_bytes() == b"mine"
    if link != "img" or "--plan" not in more:  # a plan takes no files along
        assert result.exit_code == 1
        assert "error: this symbolic link leads out of its folder [link-outside]" in result.stderr
        assert not (site.root / "content/index.md").exists()


@links
def test_a_content_folder_that_is_a_link_is_its_owners_own(site: Site) -> None:
    (site.root / "content").rmdir()
    (site.root / "vault").mkdir()
    (site.root / "content").symlink_to("vault")
    (site.root / "vault/docker").mkdir()
    (site.root / "vault/linked.md").write_bytes(b"old")
    (site.root / "vault/docker/index.md").symlink_to("../linked.md")
    site.write("README.md", ONE)
    assert run(site, "README.md", "--force", "--yes").exit_code == 0
    assert (site.root / "vault/docker/video-why.md").is_file()
    assert b"Docker" in (site.root / "vault/linked.md").read_bytes()


# The door itself


@links
def test_what_was_judged_is_what_is_opened(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name on the way becomes a link between look and opening."""
    site.write("outside/pic.png", MARK)
    site.write("course/img/pic.png", b"PNG")
    root = os.path.realpath(site.root / "course")
    found = confined.find(root, "img/pic.png")
    assert confined.read(root, "img/pic.png") == b"PNG"
    (site.root / "course/img").rename(site.root / "course/old")
    (site.root / "course/img").symlink_to("../outside")
    monkeypatch.setattr(confined, "find", lambda root, path: found)
    with pytest.raises(UnusablePath, match="unreadable"):
        confined.read(root, "img/pic.png")
    monkeypatch.setattr(files, "_BY_DESCRIPTOR", False)
    with pytest.raises(UnusablePath, match="unreadable"):
        confined.read(root, "img/pic.png")


UP = st.sampled_from(["", "../", "../../", "../../../", "{base}/", "./", "x/../", "%2e%2e/", "..%2f..%2f", "~/", "/"])
DOWN = st.sampled_from(["", "a/", "dir/", "link/", "a/dir/", "a/link/", "course/", "site/", "course/a/"])
FILE = st.sampled_from(["secret.txt", "pic.png", ".env", "link", "dir", ""])
TARGETS = st.tuples(UP, DOWN, FILE).map("".join)
LEADS = st.sampled_from(
    ["../secret.txt", "../../secret.txt", "../../../secret.txt", "{base}/secret.txt", "..", "../..", "../../..",
     "{base}", ".env", "../.env", ".git", "link", "dir", "../dir", "../link", "a/link", "dir/secret.txt", "nowhere"]
)  # fmt: skip
PLACES = st.sampled_from(["link", "dir", "pic.png", "a/link", "a/dir", "a/b/link", "a/b/dir"])
FORMS = st.sampled_from(["[x]({})", "![x]({})", "<img src='{}'>", "<a href='{}'>x</a>", "[x](<{}>)", "![x][{}]"])


@pytest.mark.slow
@links
@settings(max_examples=25)
@given(
    links=st.dictionaries(PLACES, LEADS, min_size=1, max_size=6),
    targets=st.lists(st.tuples(FORMS, TARGETS), max_size=8),
    readme=st.sampled_from(["", "a/", "a/b/"]),
    git=st.sampled_from([None, "course", "course/a"]),
)
def test_no_byte_from_outside_comes_in(
    links: dict[str, str], targets: list[tuple[str, str]], readme: str, git: str | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder, "base")
        site = Site(base / "site")
        for place in ("secret.txt", "pic.png", "a/secret.txt", "site/secret.txt", "site/pic.png", "course/.env"):
            (base / place).parent.mkdir(exist_ok=True)
            (base / place).write_bytes(MARK)
        for link, to in links.items():
            at = base / "course" / link
            try:
                at.parent.mkdir(parents=True, exist_ok=True)
                at.symlink_to(to.format(base=base))
            except OSError:  # below a link
                continue
        home = base / "course" / readme
        try:
            home.mkdir(parents=True, exist_ok=True)
            if git:
                (base / git / ".git").mkdir(parents=True)
                (base / git / ".git/config").write_bytes(MARK)
            real = home.resolve(strict=True)
        except OSError:
            return
        if not real.is_relative_to((base / "course").resolve()):
            return  # the user's own README is elsewhere
        ends = [f"{link}{end}" for link in links for end in ("", "/secret.txt", "/.env")]
        known = [os.path.relpath(path, readme or ".") for path in (*ends, ".env", ".git/config", "a/.git/config")]
        named = [*targets, *(("[x]({})", target) for target in (*known, "{base}/secret.txt", "file://{base}/pic.png"))]
        body = "\n".join(form.format(target.format(base=base)) for form, target in named)
        (home / "README.md").write_text(f"{ONE}\n{body}\n", encoding="utf-8")
        result = run(site, str(home / "README.md"))
        assert result.exit_code == 0, result.output
        assert MARK.decode() not in result.output
        site.build()
        assert not marked(site.root / "content") + marked(site.output)


@links
@pytest.mark.parametrize("path", ["one.md", "data.csv", "deep/one.md", "deep/data.csv"])
@pytest.mark.parametrize("by_descriptor", [True, False])
def test_a_build_reads_through_no_link_that_came_after_its_scan(
    path: str, by_descriptor: bool, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BY_DESCRIPTOR", by_descriptor)
    site.write("elsewhere/deep/one.md", MARK)
    site.write("elsewhere/deep/data.csv", MARK)
    site.write(f"content/{path}", b"text")
    roots, shown = {"content": str(site.root / "content")}, {"content": "content"}
    scans = inputs.scan_layers(roots, shown)
    place = site.root / "content" / path.partition("/")[0]
    place.rename(site.root / "old")
    place.symlink_to("../elsewhere/deep" if "/" in path else f"../elsewhere/deep/{path}")
    read = inputs.read_inputs(roots, scans, shown, {})
    assert [(d.path, d.code) for d in read.problems] == [(f"content/{path}", "unreadable")]
    assert not read.data
    assert read.digests == {"content": {}}
