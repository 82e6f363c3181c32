"""The extra `leaks`: what it adds to `check` and `deploy`, and that it adds no noise."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from notes_site.secrets import detect, kingfisher
from tests.harness import REPO, Site
from tests.leaking import made, patterns

pytestmark = pytest.mark.slow

if not kingfisher.is_there():
    pytest.skip("the extra `leaks` is not installed (it has no wheel for this system)", allow_module_level=True)

KEY = made("{x32}", 5)
LINE = f"Datadog api key: {KEY}"


def test_it_finds_secrets_by_their_labels() -> None:
    texts = {pattern: [made(pattern, seed) for seed in range(5)] for pattern in patterns("labelled")}
    found = {pattern: sum(bool(kingfisher.find(f"# Lab\n\n{text}\n")) for text in texts[pattern]) for pattern in texts}
    assert min(found.values()) >= 3, found  # it passes over those that do not look random enough to it


def test_it_takes_no_look_alike_for_a_secret() -> None:
    texts = {pattern: made(pattern, seed) for seed, pattern in enumerate(patterns("look-alikes"))}
    assert [pattern for pattern, text in texts.items() if kingfisher.find(f"# Lab\n\n{text}\n")] == []


def test_it_adds_nothing_to_what_our_own_rules_find() -> None:
    for seed, line in enumerate(patterns("kinds")):
        text = made(line.partition("|")[2], seed)
        ours = [(leak.start, leak.end) for leak in detect.find(text)]
        assert all(leak.end <= start or leak.start >= end for leak in kingfisher.find(text) for start, end in ours), (
            line
        )


def test_places_are_those_of_characters() -> None:
    text = f"Schlüssel – {LINE}\n"
    (leak,) = kingfisher.find(text)
    assert text[leak.start : leak.end] == KEY
    assert leak.what == "a secret (datadog api key)"


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_check_tells_and_hides_what_it_finds_everywhere(site: Site, form: str) -> None:
    site.note("cloud/one.md", f"[x](missing.md) {LINE}\n", title="One", time="5 min")
    site.write("static/a.txt", f"{LINE}\n")
    site.write("notes-site.toml", f'title = "A"\nfooter = "{LINE}"\n')
    done = site.run("check", "--format", form)
    shown = done.stdout + done.stderr
    assert KEY not in shown
    assert shown.count("datadog api key") == 3
    assert "broken-link" in shown
    site.write("notes-site.toml", f'title = "A"\n[leaks]\nallow = ["{detect.fingerprint(KEY)}"]\n')
    assert "datadog api key" not in site.run("check").stderr


def test_build_does_without(site: Site) -> None:
    site.note("cloud/one.md", f"{LINE}\n", title="One", time="5 min")
    assert "leak" not in site.run("build").stderr
    loaded = site.run("build", "--clean")
    assert loaded.returncode == 0
    code = "import sys, notes_site.build.build, notes_site.cli.build; assert 'kingfisher_sdk' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_deploy_stops_at_what_is_about_to_be_published(site: Site) -> None:
    site.note("cloud/one.md", f"```sh\nDD_ENV=lab # {LINE}\n```\n", title="One", time="5 min", link="https://acme.io")
    site.build()
    done = site.run("deploy", "../copy")
    assert done.returncode == 1
    assert "cloud/one.html" in done.stderr
    assert KEY not in done.stderr
    assert detect.fingerprint(KEY) in done.stderr
    assert not (site.root.parent / "copy").exists()
    assert site.run("deploy", "../copy", "--allow", "leaks").returncode == 0
    site.write("notes-site.toml", f'[leaks]\nallow = ["{detect.fingerprint(KEY)}"]\n')
    site.build()
    assert site.run("deploy", "../copy").returncode == 0


def test_without_the_extra_check_recommends_it_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.note("cloud/one.md", f"{LINE}\n", title="One", time="5 min")
    monkeypatch.setattr(kingfisher, "is_there", lambda: False)
    told = [d for d in site.build(write=False).diagnostics if d.code == "few-leak-rules"]
    assert [(d.severity, d.path) for d in told] == [("note", "notes-site.toml")]
    assert "few-leak-rules" not in [d.code for d in site.build().diagnostics]


def test_it_can_reach_nobody() -> None:
    """The library can ask services whether a secret works; what does so is never imported."""
    source = ast.parse((REPO / "notes_site" / "secrets" / "kingfisher.py").read_text(encoding="utf-8"))
    names = {
        alias.name
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom) and node.module == "kingfisher_sdk"
        for alias in node.names
    }
    assert names == {"Rules", "Scanner"}
