"""No secret leaves the process: not in a problem, a result, a traceback or a log, in any form; none is remembered."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.diagnostics import Diagnostic, as_github, show
from notes_site.base.model import Parsed
from notes_site.secrets import detect
from notes_site.secrets.masking import Mask
from tests.harness import REPO, Site
from tests.serving import Serving, message
from tests.test_broken import BROKEN, CASES, lay
from tests.test_leaks import KEY_ID, PEM, SECRET, SECRETS, some
from tests.test_problems import KNOWN

pytestmark = pytest.mark.slow

TOKEN = "ghp" + "_" + some(36)


def is_shown(text: str, secret: str = TOKEN, part: int = 8) -> str:
    """The part of a secret that stands in a text, '' if none does: what it begins with may be shown."""
    lower = text.lower()
    parts = (secret[at : at + part].lower() for at in range(4, len(secret) - part + 1))
    return next((found for found in parts if found in lower), "")


# --- every code, in every form


def with_secret(path: Path, line: int) -> None:
    """Write the token behind what stands in a line."""
    lines = path.read_text("utf-8").split("\n")
    sign = {".toml": " # ", ".css": " "}.get(path.suffix, " ")
    lines[line - 1] += sign + TOKEN
    path.write_text("\n".join(lines), "utf-8", newline="\n")


def forms(problems: tuple[Diagnostic, ...]) -> Iterator[str]:
    for d in problems:
        yield show(d)
        yield as_github(d)
        yield json.dumps(d)


def remembered(site: Site) -> str:
    """What the cache keeps of problems: the runs, and of each note the problems that were found in it."""
    with sqlite3.connect(site.project.state) as db:
        said = [value.decode() for (value,) in db.execute("SELECT value FROM runs")]
        for (value,) in db.execute("SELECT value FROM results"):
            with suppress(msgspec.MsgspecError):  # a result of another kind
                said += (
                    str(d[1:]) for d in msgspec.msgpack.decode(value, type=Parsed).diagnostics
                )  # the path is a key
    return "\n".join(said)


def told(site: Site) -> set[str]:
    """Build, look at everything that is said, and return the codes whose lines hold the token, masked."""
    problems = site.build().diagnostics
    for text in (*forms(problems), remembered(site)):
        assert not is_shown(text), text
    assert site.build().diagnostics == problems
    return {d.code for d in problems if TOKEN[:4] + "*" in d.text}


PLACE = re.compile(r"^(\S.*?):(\d+):\d+: \w+: ", re.MULTILINE)


def codes_of_case(name: str, tmp_path: Path) -> set[str]:
    """The codes that a case among those in `tests/broken/` gives with the token in every line that it tells of."""
    places = PLACE.findall((BROKEN / name / "expected.txt").read_text("utf-8"))
    site = Site(tmp_path / name)
    lay(site, "good")
    lay(site, name)
    for path, line in places:
        if (site.root / path).is_file():
            with suppress(UnicodeDecodeError, IndexError):
                with_secret(site.root / path, int(line))
    return told(site) if places else set()


NOTES = {
    "bad-alias": "---\naliases: [a/../@]\n---\n",
    "bad-aliases": "---\naliases: {a: @}\n---\n",
    **{
        f"bad-{name}": f"---\n{name}: {{a: @}}\n---\n"
        for name in ("title", "area", "group", "kind", "level", "summary")
    },
    "bad-tags": "---\ntags: {a: @}\n---\n",
    "only-comments": "---\n# title: @\n---\n",
    "bad-character": "---\ntitle: a\x1b @\n---\n",
    **{f"bad-{name}": f"---\n{name}: @\n---\n" for name in ("draft", "toc", "html")},
    "bad-lang": "---\nlang: '@ @'\n---\n",
    "bad-indent": "---\ntitle: One\n   level: @\n---\n",
    "missing-colon": "---\ntitle: One\nlevel @\n---\n",
    "missing-space": "---\ntitle: One\nlevel:@\n---\n",
    "given-twice": "---\ntime: 30 min\nduration: 40 min # @\n---\n",
    "one-area": "---\nareas: [cloud, '@']\n---\n",
    "time-differs": "---\ntime: 30 min # @\nsessions: [{date: 2018-10-29, time: 45 min}]\n---\n",
    "yaml-alias": "---\ntitle: *@\n---\n",
    "yaml-directive": "---\n%YAML 1.1 # @\n--- {title: x}\n---\n",
    "yaml-key": "---\n[@]: x\n---\n",
    "yaml-syntax": "---\n%YAML 1.2\ntitle: @\n---\n",
    "unused-reference": "[z]: https://example.org/ '@'\n",
    "duplicate-reference": "[z]: /a\n[z]: /b '@'\n\n[z]\n",
    "turned-text": "a \u202e @\n",
    "future-date": "---\ndate: 2199-01-01 # @\n---\nText.\n",
    "unbalanced-brackets": "---\ntags: [@\n---\n",
    "no-address": "---\narea: '!!!' # @\n---\n",
    "reserved-name": "---\narea: con # @\n---\n",
}
"""Notes with the token, at `@`, in the line that the problem tells of: for what no folder of `broken/` shows."""

NO_LINE = frozenset({
    "bad-name", "bad-record", "changed", "empty-heading", "few-leak-rules", "file-too-large", "foreign-file",
    "front-matter-json", "front-matter-late", "front-matter-open", "front-matter-size", "front-matter-toml",
    "left-out", "link-dangling", "link-loop", "link-outside", "name-too-long", "no-base-url", "no-content", "no-link",
    "no-time", "not-a-file", "not-searched", "unreadable", "windows-name",
})  # fmt: skip
"""Codes of problems that show no line, or one that holds nothing but `---` or the like."""

ELSEWHERE = frozenset({"file-refused", "import-encoding", "missing-image", "lexer-failed", "slow-code"})
"""Those of `import`, which has its test below, and those of code that is broken or too slow to be made here."""


def test_no_code_shows_a_secret(tmp_path: Path) -> None:
    hit: set[str] = set()
    for name in CASES:
        with suppress(pytest.skip.Exception):
            hit |= codes_of_case(name, tmp_path)
    for code, text in {**NOTES, "no-logo": ""}.items():
        site = Site(tmp_path / code)
        site.write("content/cloud/one.md", text.replace("@", TOKEN))
        if code == "no-logo":
            site.write("notes-site.toml", f'[theme]\nlogo = "{TOKEN}.svg"\n')
        found = told(site)
        assert code in found, found
        hit |= found
    assert {code for code, _ in KNOWN} - hit == NO_LINE | ELSEWHERE


# --- what a line alone does not show


def shown_by(site: Site) -> str:
    return "\n".join((*forms(site.build().diagnostics), remembered(site)))


def test_the_whole_file_says_what_is_a_secret(site: Site) -> None:
    """A key on the line below its label, the second line of a private key, a name that is cut in a message."""
    key, body = PEM.split("\n")[1], PEM.replace("\n", "\n    ")
    site.note("cloud/one.md", f"Secret access key:\n`{SECRET}` and [x](gone-{SECRET[5:30]}.md)\n", title="One")
    site.note("cloud/two.md", f"    {body}\n\n[x](gone.md#{key})\n\n[{key}](gone.md)\n", title="Two")
    site.note("cloud/three.md", f"`{TOKEN}`\n\n[[{'x' * 30} {TOKEN}]]\n", title="Three")
    said = shown_by(site)
    assert said.count("broken-") > 6
    assert not is_shown(said, SECRET)
    assert not is_shown(said, key)
    assert not is_shown(said)


def test_a_file_that_is_no_text_shows_no_secret(site: Site) -> None:
    site.write("content/cloud/one.md", f"Secret access key:\n{SECRET} \xe9\n".encode("latin-1"))
    site.write("content/cloud/two.md", f"token {TOKEN}\n".encode("utf-16"))
    site.note("plain.md", "Text.\n", title="Plain")
    site.write("templates/page.html", f"<p>Secret access key:\n{SECRET} {{{{ nothing.at.all | none }}}}\n")
    said = shown_by(site)
    assert {"not-text", "template-syntax"} <= set(re.findall(r"\[([a-z-]+)\]$", said, re.MULTILINE))
    assert not is_shown(said, SECRET)
    assert not is_shown(said.replace("\\u{0}", ""))


def test_a_secret_in_a_name_is_hidden_in_paths(site: Site) -> None:
    site.note(f"cloud/{TOKEN}.md", "[x](gone.md)\n", title="One", tags=[TOKEN])
    site.write(f"static/a:{TOKEN}.txt", "x")
    for command in (["build", "--why"], ["build"], ["build", "--json"], ["check"], ["check", "--format", "github"]):
        done = site.run(*command)
        assert not is_shown(done.stdout + done.stderr), command
    assert not is_shown(remembered(site))
    for arguments in (["--dry-run"], ["--json"], []):
        done = site.run(
            "deploy", str(site.root.parent / "target"), "--allow", "leaks", "--allow", "broken-links", *arguments
        )
        assert done.returncode == 0
        assert not is_shown(done.stdout + done.stderr), done


@pytest.mark.parametrize(("service", "beginning"), [("RubyGems", "rubygems_"), ("Supabase", "sb_secret_")])
def test_the_name_of_a_service_is_no_part_of_its_secret(service: str, beginning: str, site: Site) -> None:
    token = beginning + some(48, "0123456789abcdef")
    name = beginning.replace("_", "-") + "one.md"
    site.note(f"cloud/{name}", f"{token} [x](gone.md#{token})\n", title="One")
    said = site.run("check").stderr
    assert f"/{name}:" in said
    assert f"a key or token of {service}, for all" in said
    assert not is_shown(said, token[len(beginning) - 4 :])


def test_what_is_allowed_is_no_secret_and_shown(site: Site) -> None:
    mark = detect.fingerprint(TOKEN)
    site.write("notes-site.toml", f'levles = []\n[leaks]\nallow = ["{mark}"]\n')
    site.note("cloud/one.md", f"[x](gone.md) {TOKEN} {KEY_ID}\n", title="One")
    for command in (["build"], ["build"], ["check", "--json"]):
        done = site.run(*command)
        assert TOKEN in done.stdout + done.stderr
        assert not is_shown(done.stdout + done.stderr, KEY_ID)


# --- every command


@pytest.fixture
def leaky(site: Site) -> Site:
    """Secrets wherever something could repeat them."""
    site.write("notes-site.toml", f'title = "x {TOKEN}"\nfooter = 3 # {TOKEN}\n{TOKEN} = 1\n')
    site.note("cloud/one.md", f"[x](gone.md) {TOKEN}\n", title="One", time=TOKEN)
    site.write("README.md", f"# {TOKEN}\n\n## Cloud\n\n- [A {TOKEN}](https://example.org/{TOKEN}) 10 parsecs\n\n"
                            f"  ![x](gone-{TOKEN}.png) and {TOKEN}\n\n[z]: /x '{TOKEN}'\n")  # fmt: skip
    return site


COMMANDS = (["build", "--why"], ["build"], ["build", "--json"], ["check"], ["check", "--json"], ["stats"],
            ["check", "--format", "github"], ["stats", "--json"], ["export", "readme"], ["new", f"A {TOKEN}"],
            ["new", "B", "--level", TOKEN], ["build", "--output", f"content/{TOKEN}"], [TOKEN], ["build", TOKEN],
            ["deploy", f"s3://{TOKEN}"], ["import", f"{TOKEN}.md"], ["clean"])  # fmt: skip


def test_no_command_prints_a_secret(leaky: Site) -> None:
    for command in COMMANDS:
        done = leaky.run(*command)
        assert done.returncode or command == ["clean"], (command, done)
        assert not is_shown(done.stdout + done.stderr), (command, done)


@pytest.mark.parametrize("arguments", [["--dry-run"], ["--dry-run", "--json"], ["--plan", "--dry-run"], []])
def test_import_prints_no_secret_and_writes_all(leaky: Site, arguments: list[str]) -> None:
    (leaky.root / "notes-site.toml").unlink()
    done = leaky.run("import", "README.md", *arguments)
    assert done.returncode == 0
    assert not is_shown(done.stdout + done.stderr), done
    if "--json" in arguments:
        assert json.loads(done.stdout)["notes"]
    if not arguments:
        assert TOKEN in "".join(file.read_text("utf-8") for file in (leaky.root / "content").rglob("*.md"))


def test_import_of_what_is_no_text_prints_no_secret(site: Site) -> None:
    site.write("README.md", f"Secret access key:\n{SECRET} \0\n")
    done = site.run("import", "README.md")
    assert (done.returncode, "[not-text]" in done.stderr) == (1, True)
    assert not is_shown(done.stderr, SECRET)


def test_an_exported_readme_is_a_document_and_not_masked(site: Site) -> None:
    site.note("cloud/one.md", f"Text {TOKEN}.\n", title="One", level="beginner")
    assert TOKEN in site.run("export", "readme").stdout


def test_the_preview_tells_no_secret_but_in_the_page(site: Site) -> None:
    site.note("cloud/one.md", f"[x](gone.md) and {TOKEN}.\n", title="One")
    site.write("templates/page.html", f"<p>{{{{ view.nothing }}}} {TOKEN}\n")
    site.note("plain.md", "Text.\n", title="Plain")
    with Serving(site.root) as preview:
        assert not is_shown(preview.get("plain.html").text)
        with preview.reload_socket("cloud/one.html") as channel:
            site.note("cloud/one.md", f"[x](none.md) and {TOKEN}.\n", title="One")
            told = message(channel, "problems")
        assert told
        assert not is_shown(json.dumps(told))
        assert preview.line("none.md")
        assert not is_shown(preview.said)


# --- the edge of the process


OUTSIDE = """
import sys, threading, logging, warnings
from notes_site.build import up_to_date
from notes_site.cli import main
secret = {secret!r}
def fail(*arguments, **given):
    logging.getLogger("botocore").warning("signed with %s", secret)
    warnings.warn(secret)
    thread = threading.Thread(target=lambda: 1 / 0 if secret == "" else [].index(secret))
    thread.start(); thread.join()
    print("text", secret, file=sys.stdout)
    assert not hasattr(sys.stdout, "buffer")
    raise RuntimeError("it was " + secret)
up_to_date.recall = fail
sys.argv = ["notes-site", "build"]
main.main()
"""


@pytest.mark.parametrize("secret", [TOKEN, PEM, f"Secret access key:\n{SECRET}"])
def test_tracebacks_logs_and_warnings_pass_the_edge(secret: str, site: Site) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OUTSIDE.format(secret=secret)],
        cwd=site.root, env={**os.environ, "PYTHONPATH": str(REPO)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "RuntimeError: it was " in said
    assert "signed with" in said
    assert "ValueError" in said
    assert not is_shown(said, secret.split("\n")[1] if "\n" in secret else secret), said


# --- laws of the mask


WORDS = st.sampled_from([TOKEN, KEY_ID, SECRET, PEM, "Secret access key:", "word", "`", "\n", "postgres://a:", "@b.io",
                         TOKEN[:20], "é", '"', "\\", "\t"])  # fmt: skip


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=12).map("".join))
def test_masking_moves_nothing_and_is_done_once(text: str) -> None:
    hidden = Mask().learn(text)
    assert [len(line) for line in hidden.split("\n")] == [len(line) for line in text.split("\n")]
    assert not detect.find(hidden)
    assert Mask()(hidden) == hidden


@given(st.integers(0, 30), st.integers(10, 40), st.booleans())
def test_parts_of_what_was_learned_are_hidden(start: int, length: int, as_slug: bool) -> None:
    mask = Mask()
    assert mask.learn(f"token {TOKEN}\n") == f"token {TOKEN[:4]}{'*' * 36}\n"
    part = TOKEN[start : start + length]
    hidden = mask(f"see `{part.lower().replace('_', '-') if as_slug else part}…` there")
    assert hidden.startswith("see `")
    assert hidden.endswith("…` there")
    assert not is_shown(hidden, TOKEN)


@given(st.recursive(WORDS | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner)))
def test_masked_data_is_the_same_data(value: object) -> None:
    hidden = json.loads(json.dumps(Mask().value(value)))
    assert TOKEN not in json.dumps(hidden)
    if not detect.find(text := json.dumps(value)):
        assert text == json.dumps(hidden)


def test_every_secret_is_looked_for(site: Site) -> None:
    """What spares lines of short words the rules lets no secret pass."""
    for text, (secret, _) in SECRETS.items():
        assert not is_shown(Mask()(text), secret.split("\n")[-1].split("\\n")[-1], part=min(8, len(secret) - 4)), text
