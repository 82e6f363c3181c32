"""`notes-site deploy` without a network: targets, names, the record, folders, what is printed, exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_site.base.diagnostics import failed
from notes_site.base.digest import digest
from notes_site.base.errors import AmbiguousTarget, InvalidTarget
from notes_site.base.paths import Origin
from notes_site.deploy import local
from notes_site.deploy.aws import explain
from notes_site.deploy.manifest import MANIFEST, Manifest, ManifestEntry, decode_manifest, encode_manifest
from notes_site.deploy.setup import deploy_policy, material, website_policy
from notes_site.deploy.store import headers_of
from notes_site.deploy.target import Target, bad_keys, parse_target
from notes_site.storage.files import STATE
from notes_site.storage.record import owned_files
from tests.deploying import course, write_output
from tests.harness import REPO, Site, published, run

pytestmark = pytest.mark.slow

DOCS = REPO / "docs"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_output(tmp_path / "project", course(1))


# ---- targets and names


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("s3://bucket", Target("bucket", "", "")),
        ("s3://bucket/", Target("bucket", "", "")),
        ("s3://bucket/p", Target("bucket", "p/", "")),
        ("s3://bucket/p/q/", Target("bucket", "p/q/", "")),
        ("s3://bucket/u\u0308", Target("bucket", "ü/", "")),
        ("file:///srv/my%20site", Target("", "", "/srv/my site")),
        ("file://localhost/srv", Target("", "", "/srv")),
        ("file:///C:/site", Target("", "", "C:/site")),
        ("../site", Target("", "", "../site")),
        ("./my-notes", Target("", "", "./my-notes")),
        ("./~", Target("", "", "./~")),
        ("./a:b", Target("", "", "./a:b")),
        (".", Target("", "", ".")),
        ("/srv/www", Target("", "", "/srv/www")),
        ("\\\\server\\www", Target("", "", "\\\\server\\www")),
        ("C:\\site", Target("", "", "C:\\site")),
    ],
)
def test_targets(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    ["", "s3://", "s3:///p", "s3://Upper", "s3://b", "s3://bucket/a//b", "s3://bucket/../b", "s3://bucket/a\tb",
     "s3:/bucket", "s3:bucket", "file:/srv", "gs://bucket", "https://example.org", "file://relative",
     "arn:aws:s3:::bucket", "me@host:/srv/www", "host:www", "~nobody", "~nobody/www"],
)  # fmt: skip
def test_bad_targets(text: str) -> None:
    with pytest.raises(InvalidTarget) as bad:
        parse_target(text)
    assert not isinstance(bad.value, AmbiguousTarget)


@pytest.mark.parametrize(
    "name", ["my-notes", "my-notes/", "my-notes/course", "My_Notes", "a", "example.org", ".hidden"]
)
def test_a_bare_name_is_a_folder_only_where_there_is_one(name: str) -> None:
    with pytest.raises(AmbiguousTarget) as bad:
        parse_target(name)
    assert f"write s3://{name} or ./{name}" in str(bad.value)
    assert parse_target(name, lambda first: first == name.split("/")[0]) == Target("", "", name)


def test_a_bare_name_is_never_made_a_folder(project: Path, tmp_path: Path) -> None:
    for arguments, target in ((["my-notes"], ""), ([], "my-notes"), (["my-notes", "--setup", "website"], "")):
        (project / "notes-site.toml").write_text(f'[deploy]\ntarget = "{target}"\n' if target else "")
        done = run("deploy", "--stale", *arguments, cwd=project)
        assert (done.returncode, "s3://my-notes or ./my-notes" in done.stderr) == (2, True)
    assert not (project / "my-notes").exists()
    (project / "my-notes").mkdir()
    assert run("deploy", "my-notes", cwd=project).returncode == 0
    assert (project / "my-notes" / "index.html").is_file()


def test_a_tilde_is_the_home_folder(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    assert run("deploy", "~/one", cwd=project).returncode == 0
    (project / "notes-site.toml").write_text('[deploy]\ntarget = "~/two"\n')
    assert run("deploy", "--stale", cwd=project).returncode == 0
    assert run("build", "--output", "~/three", cwd=project).returncode == 0
    assert run("clean", "--output", "~/three", cwd=project).stdout.startswith("removed ")
    assert {path.name for path in (tmp_path / "home").iterdir()} == {"one", "two"}
    for arguments in (
        ["deploy", "~nobody-here/x"],
        ["build", "--output", "~nobody-here"],
        ["clean", "--output", "~nobody-here"],
    ):
        done = run(*arguments, cwd=project)
        assert (done.returncode, "./~nobody-here" in done.stderr) == (2, True)
    assert run("deploy", "~", "--stale", cwd=project).returncode == 1, "the home folder itself"
    assert not [path for path in project.iterdir() if path.name.startswith("~")]


@pytest.mark.parametrize("path", ["a//b", "/a", "a/", "./a", "a/../b", "a\nb", "a\x7f", "a\x85b", "e\u0301", "a\u2028"])
def test_bad_names(path: str) -> None:
    assert len(bad_keys("", [path])) == 1


def test_names_may_be_odd_but_not_long_and_not_alike() -> None:
    assert bad_keys("p/", ["a b.html", "ü/+%#?*.html", "..a", "x" * 1022]) == []
    assert "1025 bytes" in bad_keys("p/", ["x" * 1023])[0]
    assert "1026 bytes" in bad_keys("", ["ü" * 513])[0]
    assert bad_keys("", ["Straße.html", "STRASSE.html"]) == [
        "`Straße.html` and `STRASSE.html` are one file on some systems"
    ]


@given(st.text(), st.text())
def test_any_name_is_judged(prefix: str, path: str) -> None:
    bad_keys(prefix.encode("utf-8", "replace").decode(), [path])


def test_the_types_are_those_of_every_machine() -> None:
    assert headers_of("a/b.JS", fingerprinted=False).content_type == "text/javascript; charset=utf-8"
    assert headers_of("unknown", fingerprinted=False).content_type == "application/octet-stream"
    for name in ("LICENSE", "Dockerfile", "lab.py", "Main.java", "main.go", "query.sql", "paper.tex", "app.ts"):
        assert headers_of(name, fingerprinted=False).content_type == "text/plain; charset=utf-8"
    assert headers_of("a.tar.gz", fingerprinted=False).content_type == "application/gzip"
    assert headers_of("a.svg", fingerprinted=True).cache_control == "public, max-age=31536000, immutable"


@given(
    st.builds(
        Manifest,
        st.text(max_size=9),
        st.integers(0, 10**6),
        st.sampled_from(["in-progress", "complete"]),
        st.dictionaries(
            st.text(max_size=9),
            st.builds(ManifestEntry, st.text(), st.integers(), st.text(), st.text(), st.integers(), st.booleans()),
        ),
        st.lists(st.text()).map(tuple),
    )
)
def test_a_manifest_is_read_as_it_was_written(manifest: Manifest) -> None:
    assert decode_manifest(encode_manifest(manifest)) == manifest


# ---- the folder that is deployed


def refusal(project: Path, *more: str) -> str:
    done = run("deploy", str(project.parent / "site"), *more, cwd=project)
    assert done.returncode == 1
    assert not (project.parent / "site").exists()
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_a_folder_that_was_never_built(project: Path) -> None:
    (project / "public" / STATE / "build.json").unlink()
    assert "run `notes-site build` first" in refusal(project)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"state": "in-progress"}, "interrupted"),
        ({"drafts": True}, "--drafts"),
        ({"problems": {"broken-link": 2, "no-time": 5}}, "(2 broken links)"),
        ({"problems": {"leak": 1, "broken-image": 1, "broken-anchor": 1}}, "(1 leak, 2 broken links)"),
    ],
)
def test_a_folder_that_is_not_fit(record: dict[str, object], said: str, tmp_path: Path) -> None:
    project = write_output(tmp_path / "project", course(1), **record)
    refused = refusal(project, "--allow", "changed")
    assert said in refused
    allowed = re.findall(r"--allow [\w-]+", refused)
    assert len(allowed) == said.count(",") + 1 if "problems" in record else not allowed
    for option in allowed[:-1]:
        assert "has problems" in refusal(project, *option.split())
    done = run("deploy", str(tmp_path / "site"), *" ".join(allowed).split(), "--stale", cwd=project)
    assert done.returncode == (0 if "problems" in record else 1), done.stderr


def test_there_is_no_switch_for_everything(project: Path) -> None:
    done = run("deploy", "./site", "--force", cwd=project)
    assert done.returncode == 2
    assert "--allow leaks, --allow broken-links, --allow changed" in done.stderr
    assert "--force" not in run("deploy", "--help", cwd=project).stdout


BASE = {"schema": 1, "state": "complete", "drafts": False, "diagnostics": {}, "files": {}}


@pytest.mark.parametrize(
    "record",
    ["", "[]", "{}", "[" * 100_000, '{"a":' * 100_000, '{"schema": NaN}', "9" * 5000, {**BASE, "schema": 3},
     {**BASE, "files": {"a": ["0", "odd", False]}}, {**BASE, "files": {"a": ["0", "page", False, "content"]}},
     {**BASE, "diagnostics": []}, {**BASE, "diagnostics": {"leak": "many"}}, {**BASE, "lists": [[]]},
     {**BASE, "files": {"../outside": "0"}}, {**BASE, "files": {"/etc/passwd": "0"}}, {**BASE, "files": ["a"]}],
    ids=lambda record: str(record)[:30],
)  # fmt: skip
def test_a_record_that_cannot_be_read(record: str | dict[str, object], project: Path) -> None:
    text = record if isinstance(record, str) else json.dumps(record)
    (project / "public" / STATE / "build.json").write_text(text)
    said = refusal(project)
    assert "record" in said or "version" in said
    assert "again" in said or "build it" in said


def test_what_was_changed_by_hand_is_noticed(project: Path, tmp_path: Path) -> None:
    (project / "public" / "about.html").write_text("by hand")
    assert "--allow changed" in refusal(project, "--allow", "leaks", "--allow", "broken-links")
    assert run("deploy", str(tmp_path / "site"), "--allow", "changed", cwd=project).returncode == 0
    assert (tmp_path / "site" / "about.html").read_text() == "by hand"
    (project / "public" / "about.html").unlink()
    done = run("deploy", str(tmp_path / "site"), "--allow", "changed", cwd=project)
    assert done.returncode == 1
    assert "about.html" in done.stderr


@pytest.mark.parametrize("path", ["about.html", "cloud/a.html"])
@pytest.mark.parametrize("way", ["a link", "a link to the same", "a folder that is one", "a pipe", "a folder"])
def test_what_took_the_place_of_a_file_is_never_published(way: str, path: str, project: Path, tmp_path: Path) -> None:
    file = project / "public" / path
    place = file.parent if way == "a folder that is one" else file
    if place == project / "public":
        return  # the whole folder may be a link
    if way == "a link":
        (tmp_path / "elsewhere").write_text("secret")
        file.unlink()
    else:
        place.rename(tmp_path / "elsewhere")
    if way == "a pipe":
        os.mkfifo(file)
    elif way == "a folder":
        file.mkdir()
    else:
        place.symlink_to(tmp_path / "elsewhere")
    for options in ([], ["--allow", "changed"]):
        assert "no longer the file that was built" in refusal(project, *options)


NAMES = st.text(st.sampled_from("a .~é\u0301e\t\x7f\u2028\u00ad:\\%#+日ß"), min_size=1, max_size=6)


@settings(max_examples=25)
@given(st.lists(NAMES.filter(lambda name: name.strip(".")), max_size=3))
def test_names_that_check_takes_can_be_deployed(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "site")
        site.note("one.md", "See " + " ".join(f"[x](<{name}>)" for name in names), title="One")
        for name in names:
            site.write(f"static/{name}", "x")
        if not failed(site.build(jobs=1, write=False).diagnostics):
            site.build(jobs=1)
            assert bad_keys("", local.complete_record(site.output).files) == []


def test_only_what_the_build_made_is_published(project: Path, tmp_path: Path) -> None:
    (project / "public" / "mine.txt").write_text("x")
    done = run("deploy", str(tmp_path / "site"), cwd=project)
    assert "not published: mine.txt" in done.stderr
    assert not (tmp_path / "site" / "mine.txt").exists()


def test_a_real_build_says_what_each_file_is(site: Site) -> None:
    text = "![](figure.svg) [data](data.json) [page](page.html)\n"
    site.note("cloud/one.md", text, title="One", time="30 min", tags=["x"], aliases=["/old/"])
    for name in ("figure.svg", "data.json", "page.html"):
        site.write(f"content/cloud/{name}", name)
    site.write("static/robots.txt", "User-agent: *")
    site.write("notes-site.toml", "")
    site.build()
    found = {path: file[1:] for path, file in owned_files(site.output).items()}
    note = Origin("content", "cloud/one.md")
    assert {"cloud.html", "tags.html", "tags/x.html", "404.html"} <= {
        p for p, file in found.items() if file[0] == "list"
    }
    expected: dict[str, tuple[str, bool, Origin | None]] = {
        "index.html": ("home", False, None),
        "cloud/one.html": ("page", False, note),
        "old/index.html": ("page", False, None),
        "cloud/page.html": ("page", False, Origin("content", "cloud/page.html")),
        "cloud/data.json": ("asset", False, Origin("content", "cloud/data.json")),
        f"cloud/figure.{digest(b'figure.svg')[:8]}.svg": ("asset", True, Origin("content", "cloud/figure.svg")),
        "robots.txt": ("pointer", False, Origin("static", "robots.txt")),
        "notes.json": ("pointer", False, None),
        "search/entry.js": ("pointer", False, None),
        "search/_cloud/_one.js": ("asset", False, note),
    }
    assert {path: found[path] for path in expected} == expected
    target = site.root.parent / "target"
    assert site.run("deploy", str(target)).returncode == 0
    mine = {k: v for k, v in published(site.output).items() if not k.startswith(STATE)}
    mine[".nojekyll"] = b""
    assert {k: v for k, v in published(target).items() if not k.startswith(STATE)} == mine


# ---- folders as targets


def test_places_that_are_refused(project: Path, tmp_path: Path) -> None:
    (project / "notes-site.toml").touch()
    for place in ("public", "public/inside", "content", "content/x", ".", "..", "/", "~"):
        target = str(Path.home()) if place == "~" else place
        done = run("deploy", target, cwd=project)
        assert done.returncode == 1, place
        assert done.stderr.startswith("error: ")
    (tmp_path / "file").touch()
    assert "is a file" in run("deploy", str(tmp_path / "file"), cwd=project).stderr


def test_a_checkout_of_a_branch_is_a_good_target(project: Path, tmp_path: Path) -> None:
    (tmp_path / "pages" / ".git").mkdir(parents=True)
    (tmp_path / "pages" / ".git" / "HEAD").write_text("ref")
    (tmp_path / "pages" / "CNAME").write_text("theirs")
    assert run("deploy", str(tmp_path / "pages"), cwd=project).returncode == 0
    assert (tmp_path / "pages" / "CNAME").read_text() == "theirs"
    assert (tmp_path / "pages" / ".git" / "HEAD").read_text() == "ref"


@pytest.mark.parametrize("theirs", [None, b"", b"ours\n"])
def test_github_publishes_all_files_of_a_branch(theirs: bytes | None, project: Path, tmp_path: Path) -> None:
    """It passes over names that begin with `_` unless there is a file `.nojekyll`."""
    place, later = tmp_path / "pages" / ".nojekyll", write_output(tmp_path / "later", course(2))
    if theirs is not None:
        place.parent.mkdir()
        place.write_bytes(theirs)
    for source in (project, project, later):
        done = run("deploy", str(tmp_path / "pages"), "--max-delete", "100%", cwd=source)
        assert done.returncode == 0, done.stderr
        assert place.read_bytes() == (theirs or b"")
    assert "nothing to do" in run("deploy", str(tmp_path / "pages"), cwd=later).stdout
    owned = json.loads((tmp_path / "pages" / MANIFEST).read_bytes())["files"]
    assert (".nojekyll" in owned) == (theirs is None)


def test_settings_describe_their_own_target(project: Path, tmp_path: Path) -> None:
    text = 'base_url = "https://example.org/n"\n[deploy]\ntarget = "../site"\nendpoint_url = "http://127.0.0.1:9"\n'
    (project / "notes-site.toml").write_text(text)
    assert "older than its sources (notes-site.toml)" in run("deploy", cwd=project).stderr
    done = run("deploy", "--json", "--stale", cwd=project)
    assert json.loads(done.stdout)["state"] == "deployed"
    assert json.loads(done.stdout)["address"] == "https://example.org/n/"
    assert (tmp_path / "site" / "index.html").is_file()
    (project / "content" / "deep").mkdir()
    again = run("deploy", "--stale", cwd=project / "content" / "deep")
    assert "nothing to do" in again.stdout, "relative to the config, wherever the command is run"


def test_json(project: Path, tmp_path: Path) -> None:
    done = json.loads(run("deploy", str(tmp_path / "site"), "--json", "--dry-run", cwd=project).stdout)
    assert done["state"] == "dry-run"
    assert set(done["new"]) == {*course(1), ".nojekyll"}
    assert done["bytes"] == sum(map(len, course(1).values()))
    table = (
        (DOCS / "deploy-s3-website.md").read_text(encoding="utf-8").partition("| name | value |")[2].split("\n\n")[0]
    )
    documented = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.partition("|")[2].split("|")[0])
    }
    assert documented - {"error"} == set(done)
    failed = run("deploy", str(project / "public"), "--json", cwd=project)
    assert json.loads(failed.stdout)["state"] == "failed"
    assert failed.returncode == 1


class Terminal:
    """A deploy on a terminal of its own."""

    def __init__(self, project: Path, target: str) -> None:
        spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
        command = [sys.executable, "-c", spawn, sys.executable, "-m", "notes_site", "deploy", target]
        env = {**os.environ, "PYTHONPATH": str(REPO), "NO_COLOR": "1", "CI": ""}
        self.shown = b""
        self._process = subprocess.Popen(command, cwd=project, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def answer(self, question: bytes, answer: str) -> None:
        assert self._process.stdin
        assert self._process.stdout
        while question not in self.shown:
            more = os.read(self._process.stdout.fileno(), 1000)
            assert more, self.shown
            self.shown += more
        self._process.stdin.write(answer.encode() + b"\n")
        self._process.stdin.flush()

    def ended(self) -> int:
        with self._process:
            assert self._process.stdout
            self.shown += self._process.stdout.read()
        return self._process.returncode


def test_on_a_terminal_a_bare_name_is_asked_about(project: Path) -> None:
    terminal = Terminal(project, "my-notes")
    terminal.answer(b"(bucket, folder)", "folder")
    terminal.answer(b"[Y/n]", "y")
    assert terminal.ended() == 0
    assert (project / "my-notes" / "index.html").is_file()


@pytest.mark.parametrize(("answer", "code"), [("n", 0), ("y", 0), ("\x03", 130)])
def test_on_a_terminal_the_plan_is_shown_and_asked_for(answer: str, code: int, project: Path, tmp_path: Path) -> None:
    terminal = Terminal(project, str(tmp_path / "site"))
    terminal.answer(b"[Y/n]", answer)
    assert terminal.ended() == code
    shown = terminal.shown
    assert b"new             9" in shown
    assert (tmp_path / "site").exists() == (answer == "y")
    assert (b"nothing was written" in shown) == (answer == "n")
    assert (b"feed and sitemap" in shown or b"home page" in shown or b"assets" in shown) == (answer == "y")


@pytest.mark.parametrize("arguments", [[], ["gs://x"], ["s3://x"], ["d", "--max-delete", "lots"], ["d", "--jobs", "0"]])
def test_wrong_usage(arguments: list[str], project: Path) -> None:
    assert run("deploy", *arguments, cwd=project).returncode == 2


def test_names_are_refused_before_the_first_request(tmp_path: Path) -> None:
    project = write_output(tmp_path / "project", {"index.html": b"x", "a\nb.html": b"y"})
    done = run("deploy", "s3://no-such-bucket", "--endpoint-url", "http://127.0.0.1:9", cwd=project)
    assert "control character" in done.stderr
    assert done.returncode == 1


def test_without_the_extra_one_line_says_what_to_install(project: Path) -> None:
    code = (
        "import sys; sys.modules['botocore'] = None; sys.argv = ['notes-site', 'deploy', 's3://example-notes']\n"
        "from notes_site.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    assert done.stderr == "error: deploying to S3 needs one more package: pip install 'notes-site[s3]'\n"
    assert done.returncode == 1


def test_a_server_that_is_not_there(project: Path) -> None:
    env = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_EC2_METADATA_DISABLED": "true"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        done = run("deploy", "s3://example-notes", "--endpoint-url", "http://127.0.0.1:9", cwd=project)
        assert "cannot be reached" in done.stderr
        for name in env:
            patch.delenv(name)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        patch.setenv("AWS_CONFIG_FILE", "/dev/null")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        done = run("deploy", "s3://example-notes", "--endpoint-url", "http://127.0.0.1:9", cwd=project)
        assert "there are no credentials" in done.stderr
        done = run("deploy", "s3://example-notes", "--profile", "nobody", cwd=project)
        assert "nobody" in done.stderr
    assert done.returncode == 1


# ---- what is printed


def test_addresses() -> None:
    target = Target("notes", "a b/", "")
    assert target.address("us-east-1", "") == "http://notes.s3-website-us-east-1.amazonaws.com/a%20b/"
    assert target.address("eu-central-1", "") == "http://notes.s3-website.eu-central-1.amazonaws.com/a%20b/"
    assert target.address("cn-north-1", "") == "http://notes.s3-website.cn-north-1.amazonaws.com.cn/a%20b/"
    assert target.address("x", "http://s3.test") == "http://s3.test/notes/a%20b/index.html"


def test_advice_is_one_line() -> None:
    said = explain("ExpiredToken: The provided\ntoken has expired.", "ExpiredToken", "s3://b/", "write x")
    assert "\n" not in said
    assert said.startswith("s3://b/: the credentials have expired")
    assert explain("Odd: it is.", "Odd", "s3://b/", "write x") == "s3://b/: could not write x: Odd: it is"


@pytest.mark.parametrize("kind", ["website", "cloudfront"])
@pytest.mark.parametrize("prefix", ["", "course/"])
def test_setup_is_ready_to_paste(kind: str, prefix: str, tmp_path: Path) -> None:
    text = material(kind, Target("example-notes", prefix, ""), "eu-central-1", "")
    script = tmp_path / "setup.sh"
    script.write_text('aws() { echo aws "$@"; }\nset -eu\n' + text.replace("# Then: ", "# "))
    done = subprocess.run(["bash", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        for name in re.findall(r"file://(\S+)", line):
            json.loads((tmp_path / name).read_text())
    policy = json.loads((tmp_path / "bucket-policy.json").read_text())
    hidden = [s.get("NotResource", s["Effect"] == "Deny" and s["Resource"]) for s in policy["Statement"]]
    assert hidden[-1] == f"arn:aws:s3:::example-notes/{prefix}.notes-site/*"
    assert ("BlockPublicPolicy=false" in text) == (kind == "website")
    assert "acl" not in text.lower().replace("publicacls", "")


def test_setup_needs_no_project(tmp_path: Path) -> None:
    done = run("deploy", "s3://example-notes", "--setup", "website", cwd=tmp_path)
    assert done.returncode == 0
    assert "s3://example-notes" in done.stdout
    assert "anyone can read" in done.stdout


def test_the_policy_in_the_docs_is_the_one_that_is_printed() -> None:
    page = (DOCS / "deploy-s3-website.md").read_text(encoding="utf-8")
    shown = json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])  # type: ignore[index]
    assert shown == deploy_policy(Target("example-notes", "course/", ""))
    assert all(s["Effect"] in ("Allow", "Deny") for s in website_policy(Target("b", "", ""))["Statement"])
