"""From source path to URL, and from a link as written to what it means."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base import paths

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + ".md")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Launch a VM", "launch-a-vm"),
        ("  C++ / C#: an intro!  ", "c-plus-plus-c-sharp-an-intro"),
        ("snake_case.and.dots", "snake-case-and-dots"),
        ("Straße", "strasse"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("İstanbul", "i\u0307stanbul"),
        ("分散システム 入門", "分散システム-入門"),
        ("नोट्स १", "नोट्स-१"),
        ("เรียนรู้", "เรียนรู้"),
        ("Cafe\u0301", "café"),
        ("x² ½", "x²-½"),
        ("🐳 Docker 🐳", "docker"),
        ("--a--b--", "a-b"),
        ("🐳", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_slug(text: str, slug: str) -> None:
    assert paths.slug(text) == slug


@given(st.text())
def test_slug_is_idempotent_and_does_not_depend_on_the_normal_form(text: str) -> None:
    once = paths.slug(text)
    assert paths.slug(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert paths.slug(unicodedata.normalize("NFD", text)) == paths.slug(unicodedata.normalize("NFC", text))


@given(st.text())
def test_slug_has_only_letters_marks_digits_and_single_dashes(text: str) -> None:
    slug = paths.slug(text)
    assert all(c == "-" or unicodedata.category(c)[0] in "LNM" for c in slug)
    assert "--" not in slug
    assert slug.strip("-") == slug


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("cloud/launch.md", "cloud/launch.html"),
        ("Cloud Web Apps/Launch a VM.MD", "cloud-web-apps/launch-a-vm.html"),
        ("about.markdown", "about.html"),
        ("index.md", "index.html"),
        ("README.md", "index.html"),
        ("cloud/index.md", "cloud.html"),
        ("cloud/_index.md", "cloud.html"),
        ("cloud/ReadMe.md", "cloud.html"),
        ("cloud/vm/index.md", "cloud/vm.html"),
        ("cloud/v1.2 notes.md", "cloud/v1-2-notes.html"),
        ("дорога/Ёлка.md", "дорога/ёлка.html"),
        ("!!!/x.md", "/x.html"),
    ],
)
def test_note_url(path: str, url: str) -> None:
    assert paths.note_url(path) == url


@given(PATHS)
def test_note_url_has_only_what_every_host_serves(path: str) -> None:
    url = paths.note_url(path)
    assert url.endswith(".html")
    name = url.removesuffix(".html")
    assert all(c in "/-" or unicodedata.category(c)[0] in "LNM" for c in name)
    assert paths.note_url(unicodedata.normalize("NFD", path)) == paths.note_url(unicodedata.normalize("NFC", path))


@pytest.mark.parametrize(
    ("path", "fingerprint", "url"),
    [
        ("Cloud Apps/My Figure.SVG", "", "cloud-apps/My Figure.SVG"),
        ("cloud/My Figure.SVG", "1a2b3c4d5e6f", "cloud/my-figure.1a2b3c4d.svg"),
        ("🐳.png", "1a2b3c4d5e6f", "file.1a2b3c4d.png"),
        ("data", "1a2b3c4d5e6f", "data.1a2b3c4d"),
        ("Cafe\u0301.pdf", "", "Café.pdf"),
    ],
)
def test_file_url(path: str, fingerprint: str, url: str) -> None:
    assert paths.file_url(path, fingerprint) == url


@pytest.mark.parametrize(
    ("target", "source", "found"),
    [
        ("two.md", "cloud/one.md", paths.LinkTarget("cloud/two.md", "", "")),
        ("./two.md#steps", "cloud/one.md", paths.LinkTarget("cloud/two.md", "", "steps")),
        ("../docker/x.md?a=1#b%20c", "cloud/one.md", paths.LinkTarget("docker/x.md", "a=1", "b c")),
        ("/about.md", "cloud/one.md", paths.LinkTarget("about.md", "", "")),
        ("#here", "cloud/one.md", paths.LinkTarget("", "", "here")),
        ("", "cloud/one.md", paths.LinkTarget("", "", "")),
        ("..", "cloud/one.md", paths.LinkTarget("index.html", "", "")),
        ("a%20b.md", "cloud/one.md", paths.LinkTarget("cloud/a b.md", "", "")),
        ("sub\\two.md", "cloud/one.md", paths.LinkTarget("cloud/sub/two.md", "", "")),
        ("../../secret.md", "cloud/one.md", paths.LinkTarget(None, "", "")),
        ("%2e%2e/%2e%2e/secret.md", "cloud/one.md", paths.LinkTarget(None, "", "")),
        ("..%2f..%2fsecret.md", "cloud/one.md", paths.LinkTarget(None, "", "")),
        ("/../secret.md", "cloud/one.md", paths.LinkTarget(None, "", "")),
        ("..\\..\\secret.md", "cloud/one.md", paths.LinkTarget(None, "", "")),
    ],
)
def test_resolve(target: str, source: str, found: paths.LinkTarget) -> None:
    assert paths.resolve(target, source) == found


PIECES = st.lists(st.sampled_from(["a", "/", "..", "%2e", "%2F", "\\", "%5c", ".", "#", "?", "é"])).map("".join)


@given(PIECES | st.text(), PATHS)
def test_resolve_never_leaves_the_content_folder(target: str, source: str) -> None:
    found = paths.resolve(target, source.replace("..", "_")).path
    assert found is None or not (found.startswith(("/", "../")) or found == ".." or "/../" in found)


@pytest.mark.parametrize(
    ("target", "external"),
    [
        ("https://example.org", True),
        ("mailto:a@example.org", True),
        ("JAVASCRIPT:alert(1)", True),
        ("//example.org/x", True),
        ("x+y.z-1:rest", True),
        ("two.md", False),
        ("/a:b.md", False),
        ("./a:b.md", False),
        ("1:30", False),
        ("#a:b", False),
    ],
)
def test_is_external(target: str, external: bool) -> None:
    assert paths.is_external(target) is external


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Figure.svg", "figure.SVG"),
        ("Cafe\u0301.pdf", "café.pdf"),
        ("straße.pdf", "STRASSE.pdf"),
        ("ﬁg.pdf", "fig.pdf"),
    ],
)
def test_collision_key_is_one_for_what_some_system_takes_for_one(one: str, other: str) -> None:
    assert paths.collision_key(one) == paths.collision_key(other)
    assert paths.collision_key(one) != paths.collision_key("x" + other)


@pytest.mark.parametrize(
    ("path", "fragment", "query", "written"),
    [
        ("cloud/launch-a-vm.html", "", "", "cloud/launch-a-vm.html"),
        ("分散/入門.html", "手順", "", "分散/入門.html#手順"),
        ("cloud/my data.csv", "", "v=1", "cloud/my%20data.csv?v=1"),
        ("cloud/50% #1?.pdf", "", "", "cloud/50%25%20%231%3F.pdf"),
        ('a"b<c>.pdf', "", "", "a%22b%3Cc%3E.pdf"),
        ("", "top", "", "#top"),
    ],
)
def test_href(path: str, fragment: str, query: str, written: str) -> None:
    assert paths.href(path, fragment, query) == written


@given(PATHS)
def test_href_names_the_same_path_and_has_no_other_part(path: str) -> None:
    written = paths.href(path)
    assert unquote(written) == path
    assert not set('?#"<> \\') & set(written)


@pytest.mark.parametrize(
    ("alias", "url"),
    [
        ("old.html", "old.html"),
        ("/2018/10/old.htm", "2018/10/old.htm"),
        ("/old/", "old/index.html"),
        ("old", "old/index.html"),
        ("caf%C3%A9/", "café/index.html"),
        ("old?x=1#y", "old/index.html"),
        ("/", ""),
        ("", ""),
        ("..", ""),
        ("/../../etc/passwd", ""),
        ("%2e%2e/x", ""),
        ("a//b", ""),
        (".notes-site/build.json", ""),
        ("a\\..\\b", ""),
        ("a%00b", ""),
        ("https://example.org/old", ""),
        ("//example.org/old", ""),
    ],
)
def test_alias_url(alias: str, url: str) -> None:
    assert paths.alias_url(alias) == url


@given(PIECES | st.text())
def test_alias_url_never_leaves_the_output_folder(alias: str) -> None:
    segments = paths.alias_url(alias).split("/")
    assert segments == [""] or all(s and not s.startswith(".") and "\\" not in s and "\0" not in s for s in segments)


@pytest.mark.parametrize(
    ("name", "words"),
    [("cloud-web_apps", "Cloud web apps"), ("aws", "Aws"), ("ünï--x", "Ünï x"), ("", ""), ("---", "")],
)
def test_words_of(name: str, words: str) -> None:
    assert paths.words_of(name) == words


@pytest.mark.parametrize(("url", "root"), [("index.html", ""), ("a/b.html", "../"), ("a/b/c.html", "../../")])
def test_root_of(url: str, root: str) -> None:
    assert paths.root_of(url) == root


@pytest.mark.parametrize("path", ["a.md", "a.MD", "x/b.markdown", "c.Markdown"])
def test_is_note(path: str) -> None:
    assert paths.is_note(path)
    assert not paths.is_note(path + ".txt")
