"""`notes-site deploy` against real servers, in processes that are really killed, through a proxy that really fails."""

from __future__ import annotations

import contextlib
import functools
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from notes_site.base.errors import DeployError, PreconditionFailed
from notes_site.deploy import local, lock, run
from notes_site.deploy.aws import Caller
from notes_site.deploy.lock import LOCK
from notes_site.deploy.manifest import MANIFEST
from notes_site.deploy.options import DeployOptions, parse_limit
from notes_site.deploy.s3 import S3Store
from notes_site.deploy.store import ABSENT, Listed, headers_of
from notes_site.deploy.target import Target
from tests.deploying import (
    KEYS,
    PATIENCE,
    SERVERS,
    After,
    Bucket,
    Deployer,
    Done,
    Fault,
    Proxy,
    Raw,
    Request,
    Server,
    check_visit,
    course,
    missing_for_radosgw,
    named,
    state_of,
    until,
    write_output,
)
from tests.harness import REPO

pytestmark = pytest.mark.slow

NAMES = [pytest.param(name, marks=pytest.mark.xdist_group(f"deploy-{name}")) for name in SERVERS]
MOTO, RADOSGW, RCLONE = ([name] for name in NAMES)
WITH_CONDITIONS = NAMES[:2]  # rclone ignores them; it has neither headers nor policies
ODD = {
    "a b/ü ñ.html": b"<p>1</p>", "c++/x+y.html": b"<p>2</p>", "100% #1.html": b"<p>3</p>", "日本/語.html": b"<p>4</p>",
    "it's (ok)!.html": b"<p>5</p>", "a=b&c;d,e@f$g~h.txt": b"6", "%2e%2f.txt": b"7", "q?x=1.pdf": b"8",
    "no-suffix": b"9", "old/index.html": b"<p>10</p>", "index.html": b"<p>home</p>", "*[star].csv": b"11",
}  # fmt: skip


@pytest.fixture(scope="session", params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each server in turn."""
    if request.param == "radosgw" and (reason := missing_for_radosgw()):
        pytest.skip(reason)
    with SERVERS[request.param]() as running:
        yield running


@pytest.fixture(scope="session")
def deployer(server: Server) -> Iterator[Deployer]:
    running = Deployer()
    yield running
    running.close()


@pytest.fixture(scope="session")
def proxy(server: Server) -> Iterator[Proxy]:
    running = Proxy(server.port)
    yield running
    running.close()


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("courses")
    return {n: write_output(folder / str(n), course(n)) for n in (1, 2, 3)}


class Deploys:
    """Deploys projects to buckets of one server through the proxy."""

    def __init__(self, server: Server, proxy: Proxy, deployer: Deployer) -> None:
        self.server, self.proxy, self.deployer = server, proxy, deployer

    def arguments(self, bucket: Bucket, *more: str) -> list[str]:
        lock = () if self.server.conditional or "--no-lock" in more else ("--no-lock",)
        return ["deploy", bucket.target, "--endpoint-url", self.proxy.url, "--max-delete", "100%", *lock, *more]

    def __call__(self, project: Path, bucket: Bucket, *more: str, **env: str) -> Done:
        self.proxy.drain()
        return self.deployer.run(*self.arguments(bucket, *more), cwd=project, env=env)

    def well(self, project: Path, bucket: Bucket, *more: str) -> Done:
        done = self(project, bucket, *more)
        assert done.code == 0, done.err
        return done

    def start(self, project: Path, bucket: Bucket, *more: str) -> None:
        self.deployer.start(*self.arguments(bucket, *more), cwd=project)


@pytest.fixture
def deploys(server: Server, proxy: Proxy, deployer: Deployer) -> Deploys:
    proxy.begin()
    return Deploys(server, proxy, deployer)


@pytest.fixture
def bucket(server: Server) -> Bucket:
    return server.bucket()


def without_manifest(bucket: Bucket) -> dict[str, bytes]:
    return {key: data for key, data in bucket.objects().items() if key != MANIFEST}


def test_first_changed_unchanged(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    at = bucket.at("p/")
    bucket.put("p-old/index.html", b"theirs")
    size = sum(map(len, course(1).values()))
    assert deploys.well(projects[1], at).out.splitlines()[1].split() == ["new", str(len(course(1))), f"{size:,}"]
    assert without_manifest(at) == course(1)
    deploys.well(projects[2], at)
    deploys.proxy.begin()
    done = deploys.well(projects[2], at)
    assert "nothing to do" in done.out
    assert deploys.proxy.count("PUT", "DELETE", "POST") == 0
    assert len(deploys.proxy.requests) == 2, "the manifest and one page of the listing"
    kept = {key: data for key, data in course(1).items() if key.endswith((".css", ".svg"))}
    assert without_manifest(at) == {**course(2), **kept}
    at.put("cloud/gone.html", course(1)["cloud/gone.html"])  # as a late packet of a killed deploy would
    assert deploys.well(projects[2], at, "--json").json["removed"] == ["cloud/gone.html"]
    assert bucket.objects()["p-old/index.html"] == b"theirs"


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_headers(deploys: Deploys, bucket: Bucket, tmp_path: Path) -> None:
    style = b"p {}"
    files = {
        "index.html": b"<p>", named("style", "css", style): style, "data.json": b"{}", "a.PDF": b"x",
        "strange.xyz": b"y",
        "feed.xml": b"<feed/>", "text.12345678.txt": b"its name only looks like a fingerprint",
    }  # fmt: skip
    deploys.well(write_output(tmp_path, files), bucket)
    immutable, checked = "public, max-age=31536000, immutable", "public, max-age=0, must-revalidate"
    expected = {
        "index.html": ("text/html; charset=utf-8", checked),
        named("style", "css", style): ("text/css; charset=utf-8", immutable),
        "data.json": ("application/json; charset=utf-8", checked),
        "a.PDF": ("application/pdf", checked),
        "strange.xyz": ("application/octet-stream", checked),
        "feed.xml": ("application/xml; charset=utf-8", checked),
        "text.12345678.txt": ("text/plain; charset=utf-8", checked),
    }
    found = {key: bucket.get(key) for key in expected}
    assert {key: (o["ContentType"], o["CacheControl"]) for key, o in found.items()} == expected
    manifest = json.loads(bucket.objects()[MANIFEST])
    assert {key: o["Metadata"]["sha256"] for key, o in found.items()} == {k: v[0] for k, v in manifest["files"].items()}


def test_odd_names(deploys: Deploys, bucket: Bucket, tmp_path: Path) -> None:
    at = bucket.at("a prefix+ü/%41/")
    project = write_output(tmp_path, ODD)
    deploys.well(project, at)
    assert without_manifest(at) == ODD
    assert "nothing to do" in deploys.well(project, at).out
    deploys.well(write_output(tmp_path, {"index.html": b"<p>alone</p>"}), at)
    assert without_manifest(at) == {"index.html": b"<p>alone</p>"}


@pytest.mark.parametrize("key", ["index.html", "image"])
def test_foreign_objects_are_never_touched(
    key: str, deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    name = next(k for k in course(1) if k.endswith(".svg")) if key == "image" else key
    bucket.put(name, b"theirs")
    bucket.put("cloud/beside.html", b"beside")
    deploys.proxy.begin()
    done = deploys(projects[1], bucket)
    assert done.code == 1
    assert name in done.err
    assert "--adopt" in done.err
    assert not any(request.writes for request in deploys.proxy.requests)
    deploys.well(projects[1], bucket, "--adopt")
    deploys.well(projects[2], bucket)
    assert bucket.objects()["cloud/beside.html"] == b"beside"
    assert course(2).items() <= bucket.objects().items()


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_what_others_put_there_meanwhile_is_not_touched(
    deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    def appear(request: Request) -> Fault:
        if request.key.endswith(".css") and request.writes:
            bucket.put("cloud/a.html", b"theirs")
        return None

    deploys.proxy.begin(appear)
    done = deploys(projects[1], bucket)
    assert done.code == 1
    assert "cloud/a.html was put there by somebody else" in done.err
    assert bucket.objects()["cloud/a.html"] == b"theirs"


def test_a_dry_run_only_reads(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    done = deploys.well(projects[1], bucket, "--dry-run")
    assert {request.method for request in deploys.proxy.requests} <= {"GET", "HEAD"}
    assert "new       cloud/a.html" in done.out
    assert bucket.objects() == {}
    assert deploys.well(projects[1], bucket, "--dry-run", "--json").json["state"] == "dry-run"


# ---- interrupted


Cut = Callable[[Deploys], Fault]


def kill(deploys: Deploys) -> Fault:
    """The process is gone before the request arrives."""
    return deploys.deployer.kill


def kill_after(deploys: Deploys) -> Fault:
    """The request arrives, the process does not live to see the answer."""
    return After(deploys.deployer.kill)


def interrupted(deploys: Deploys, project: Path, at: Bucket, number: int, how: Callable[[Deploys], Fault]) -> Done:
    """Deploy, and kill the process at its request of this number."""
    deploys.proxy.begin(lambda request: how(deploys) if request.number == number else None)
    deploys.start(project, at)
    done = deploys.deployer.wait()
    deploys.proxy.begin()
    return done


def check_kills(deploys: Deploys, bucket: Bucket, projects: dict[int, Path], how: Callable[[Deploys], Fault]) -> int:
    """Kill a second deploy at every request in turn; each time a rerun ends exactly as a deploy without trouble."""
    deploys.well(projects[1], bucket.at("v1/"))
    deploys.well(projects[2], bucket.at("v1/").copy_to("v2/"))
    expected = state_of(bucket.at("v2/").objects())
    for number in itertools.count(1):
        at = bucket.at("v1/").copy_to(f"k{number}/")
        done = interrupted(deploys, projects[2], at, number, how)
        seen = at.objects()
        check_visit(seen.get, list(seen), [course(1), course(2)])
        if done.code == 0:
            assert state_of(seen) == expected
            return number - 1
        assert done.code == -9, done.err
        deploys.well(projects[2], at)
        assert state_of(at.objects()) == expected
        if number % 5 == 0:
            deploys.proxy.begin()
            deploys.well(projects[2], at)
            assert not any(request.writes for request in deploys.proxy.requests)
    raise AssertionError("unreachable")


@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_killed_before_any_request_a_rerun_ends_in_the_clean_state(
    deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    assert check_kills(deploys, bucket, projects, kill) > 15


@pytest.mark.full
@pytest.mark.parametrize("server", RADOSGW, indirect=True)
def test_killed_after_any_request_a_rerun_ends_in_the_clean_state(
    deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    assert check_kills(deploys, bucket, projects, kill_after) > 15


@pytest.mark.full
@pytest.mark.parametrize("server", [*RADOSGW, *RCLONE], indirect=True)
def test_killed_before_any_request_elsewhere(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    assert check_kills(deploys, bucket, projects, kill) > (15 if deploys.server.conditional else 10)


def check_faults(deploys: Deploys, bucket: Bucket, projects: dict[int, Path], fault: Fault) -> int:
    """Let every request in turn fail once: the deploy goes on, and ends as one without trouble."""
    deploys.well(projects[1], bucket.at("v1/"))
    deploys.well(projects[2], bucket.at("v1/").copy_to("v2/"))
    expected = state_of(bucket.at("v2/").objects())
    for number in itertools.count(1):
        at = bucket.at("v1/").copy_to(f"f{number}/")
        deploys.proxy.begin(lambda request, number=number: fault if request.number == number else None)  # type: ignore[misc]
        deploys.well(projects[2], at)
        assert state_of(at.objects()) == expected, f"request {number}"
        assert LOCK not in at.objects()
        if len(deploys.proxy.requests) < number:
            return number - 1
    raise AssertionError("unreachable")


FAULTS: dict[str, Fault] = {
    "lost": "lose", "reset": "reset", "truncated": "truncate", "slow-down": (503, "SlowDown"),
    "error": (500, "InternalError"), "cut": "cut", "portal": b"<html><body>Log in first</body></html>", "nothing": b"",
}  # fmt: skip


def test_every_answer_is_lost_once(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    seen = set[tuple[str, str]]()

    def lose(request: Request) -> Fault:
        first = (request.method, request.path) not in seen
        seen.add((request.method, request.path))
        return "lose" if first else None

    deploys.well(projects[1], bucket)
    deploys.proxy.begin(lose)
    deploys.well(projects[2], bucket)
    assert len(deploys.proxy.requests) >= 2 * len(seen) > 20
    assert course(2).items() <= bucket.objects().items()
    assert LOCK not in bucket.objects()
    deploys.proxy.begin()
    assert "nothing to do" in deploys.well(projects[2], bucket).out


@pytest.mark.full
@pytest.mark.parametrize("fault", ["lost", "reset", "truncated", "cut", "portal"])
@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_any_request_may_fail_once(fault: str, deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    assert check_faults(deploys, bucket, projects, FAULTS[fault]) > 15


@pytest.mark.full
@pytest.mark.parametrize("fault", ["lost", "slow-down"])
@pytest.mark.parametrize("server", RADOSGW, indirect=True)
def test_any_request_may_fail_once_elsewhere(
    fault: str, deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    assert check_faults(deploys, bucket, projects, FAULTS[fault]) > 15


def test_every_third_request_fails_in_another_way(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    ways = itertools.cycle([*FAULTS.values(), 0.05])
    deploys.proxy.begin(lambda request: next(ways) if request.number % 3 == 0 else None)
    deploys.well(projects[1], bucket)
    assert course(1).items() <= bucket.objects().items()


def test_a_server_that_keeps_failing_ends_the_deploy_in_order(
    deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    deploys.well(projects[1], bucket)
    page = f"{bucket.name}/cloud.html"
    deploys.proxy.begin(lambda request: (403, "AccessDenied") if request.key == page and request.writes else None)
    done = deploys(projects[2], bucket)
    assert done.code == 1
    assert "could not" in done.err or "do not allow to write cloud.html" in done.err
    seen = bucket.objects()
    check_visit(seen.get, list(seen), [course(1), course(2)])
    assert seen["index.html"] == course(1)["index.html"], "no later step began"
    assert "cloud/gone.html" in seen, "nothing was deleted"
    assert LOCK not in seen
    deploys.proxy.begin()
    deploys.well(projects[2], bucket)
    assert course(2).items() <= bucket.objects().items()


@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_errors_inside_an_answer_that_says_200_are_read(
    deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    deploys.well(projects[1], bucket)
    answer = (
        "<DeleteResult><Error><Key>cloud/gone.html</Key><Code>{}</Code><Message>no</Message></Error></DeleteResult>"
    )

    def say(code: str, times: int) -> Callable[[Request], Fault]:
        left = iter(range(times))  # the first deletions are of pages, the last of the lock
        return lambda request: (
            answer.format(code).encode() if request.method == "POST" and next(left, None) is not None else None
        )

    deploys.proxy.begin(say("AccessDenied", 1))
    done = deploys(projects[2], bucket)
    assert done.code == 1
    assert "could not be deleted, the first is cloud/gone.html: AccessDenied" in done.err
    assert "cloud/gone.html" in bucket.objects()
    deploys.proxy.begin(say("SlowDown", 2))
    deploys.well(projects[2], bucket)
    assert "cloud/gone.html" not in bucket.objects()


@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_ctrl_c_gives_the_lock_back(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    def interrupt(request: Request) -> Fault:
        if request.key == f"{bucket.name}/cloud/a.html":
            os.kill(deploys.deployer.pid, signal.SIGINT)
        return None

    deploys.proxy.begin(interrupt)
    done = deploys(projects[1], bucket)
    assert done.code == 130
    assert LOCK not in bucket.objects()
    deploys.proxy.begin()
    deploys.well(projects[1], bucket)


# ---- what is no answer at all


def plain(status: str, body: bytes = b"", *headers: str) -> Raw:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close"]
    return Raw("".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body)


BOMB = b"<!DOCTYPE a [<!ENTITY b 'c'>%b]><a>&b9;</a>" % b"".join(
    b"<!ENTITY b%d '%s'>" % (n, (b"&b%d;" % (n - 1) if n else b"&b;") * 10) for n in range(10)
)
GARBAGE = {
    "a login page": plain("200 OK", b"<html><body>Log in</body></html>", "Content-Type: text/html"),
    "a page that is no XML": plain("200 OK", b"<!doctype html><p>Log in<br>", "Content-Type: text/html"),
    "nothing": plain("200 OK"),
    "no content": plain("204 No Content"),
    "a tag that is empty": plain("200 OK", b"", 'ETag: ""', "Last-Modified: soon", "Date: never"),
    "a bomb": plain("200 OK", BOMB),
    "a deep answer": plain("200 OK", b"<a>" * 20_000 + b"</a>" * 20_000),
    "headers that are cut": Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETa"),
    "no HTTP": Raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a redirect to a page": plain("302 Found", b"", "Location: http://127.0.0.1:9/login"),
    "a redirect": plain("301 Moved Permanently", b"", "Location: http://127.0.0.1:9/"),
    "a redirect for now": plain("307 Temporary Redirect"),
    "a region that is none": plain("301 Moved Permanently", b"", "x-amz-bucket-region: a/../b@c"),
    "a region of its own": plain("301 Moved Permanently", b"", "x-amz-bucket-region: us-east-1"),
    "an error without words": plain("418 X"),
    "an error in no language": plain("403 X", b"\xff\xfe\x00", "Content-Type: application/xml"),
    "a listing in a circle": plain(
        "200 OK",
        b"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>n</NextContinuationToken>"
        b"<Contents><Key>k</Key><Size>1</Size></Contents></ListBucketResult>",
    ),
    "a listing of nothing": plain("200 OK", b"<ListBucketResult/>"),
    "a number that is none": plain("200 OK", b"<ListBucketResult><IsTruncated>x</IsTruncated><KeyCount>y</KeyCount>"
                                   b"<Contents><Key>k</Key><Size>z</Size></Contents></ListBucketResult>"),
}  # fmt: skip


@pytest.fixture(scope="module")
def nobody() -> Iterator[Proxy]:
    """A proxy with no server behind it."""
    running = Proxy(9)
    yield running
    running.close()


@pytest.mark.parametrize("garbage", GARBAGE)
def test_an_answer_that_is_none_is_asked_for_again_and_then_told_in_a_line(
    garbage: str, nobody: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**KEYS, "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Caller, "pause", lambda caller, attempt: False)
    store = S3Store(DeployOptions(Path(), Target("bucket", "p/", ""), endpoint_url=nobody.url))
    headers = headers_of("a.html", fingerprinted=False)
    acts: dict[str, Callable[[], object]] = {
        "get": lambda: store.get("a.html"),
        "put": lambda: store.put("a.html", b"<p>", headers),
        "put new": lambda: store.put("a.html", b"<p>", headers, expected=ABSENT),
        "put parts": lambda: store.put("a.html", iter([b"<p>"]), headers),
        "list": lambda: store.list([]),
        "delete": lambda: store.delete(["a.html"]),
    }
    for name, act in acts.items():
        nobody.begin(lambda request: GARBAGE[garbage])
        with pytest.raises(DeployError) as failed:
            act()
        said = str(failed.value)
        assert "\n" not in said, name
        assert len(said) < 600, name
        assert "None" not in said, name
        assert 1 <= len(nobody.requests) <= 32, (name, len(nobody.requests))


@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_a_login_page_that_comes_in_between_for_a_while(
    deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    pages = iter([GARBAGE["a login page"], GARBAGE["a redirect to a page"], GARBAGE["headers that are cut"]])
    deploys.well(projects[1], bucket)
    deploys.proxy.begin(lambda request: next(pages, None) if request.number > 4 else None)
    deploys.well(projects[2], bucket)
    assert course(2).items() <= bucket.objects().items()


# ---- refusals


REFUSALS = {
    "ExpiredToken": (400, "expired: log in again"),
    "AccessDenied": (403, "do not allow to"),
    "RequestTimeTooSkewed": (403, "clock is wrong"),
    "InvalidAccessKeyId": (403, "does not accept these credentials"),
}


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize("writing", [False, True])
@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_the_first_refusal_stops(
    code: str, writing: bool, deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    status, advice = REFUSALS[code]
    late = f"{bucket.name}/cloud/a.html" if writing else ""
    deploys.proxy.begin(lambda r: (status, code) if not writing or (r.key == late and r.writes) else None)
    done = deploys(projects[1], bucket, "--jobs", "1")
    assert done.code == 1
    assert advice in done.err
    assert "None" not in done.err
    assert len(done.err.strip().splitlines()) == 1
    refused = [r for r in deploys.proxy.requests if not writing or r.key == late]
    assert len(refused) == 1, "no second try"


@pytest.mark.parametrize("server", RADOSGW, indirect=True)
def test_a_server_that_checks_says_what_is_wrong(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    wrong = deploys(projects[1], bucket, AWS_SECRET_ACCESS_KEY="wrong")
    assert "does not accept these credentials" in wrong.err
    unknown = deploys(projects[1], bucket, AWS_ACCESS_KEY_ID="unknown")
    assert "does not accept these credentials" in unknown.err
    denied = deploys(projects[1], bucket, "--region", "us-east-1", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert denied.code == 1
    missing = deploys.deployer.run(
        "deploy", "s3://no-such-bucket", "--endpoint-url", deploys.proxy.url, cwd=projects[1]
    )
    assert "there is no such bucket" in missing.err
    assert wrong.code == unknown.code == missing.code == 1


@pytest.mark.parametrize("server", RADOSGW, indirect=True)
def test_a_clock_that_is_wrong(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    """Far off: the server refuses. A little off: nothing depends on it, least of all the age of a lock."""
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed")

    def skewed(offset: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, **KEYS, "PYTHONPATH": str(REPO)}
        command = ["faketime", "-f", offset, sys.executable, "-m", "notes_site", *deploys.arguments(bucket)]
        return subprocess.run(command, cwd=projects[1], env=env, capture_output=True, text=True, check=False)

    far = skewed("+1h")
    assert far.returncode == 1
    assert "clock is wrong" in far.stderr
    bucket.put(LOCK, json.dumps({"deploy": "theirs", "nonce": "n", "life": 120, "beat": 0}).encode())
    held = skewed("+10m")
    assert held.returncode == 1
    assert "the deploy theirs holds the lock" in held.stderr
    bucket.server.client.delete_object(Bucket=bucket.name, Key=LOCK)
    assert skewed("+10m").returncode == 0
    assert course(1).items() <= bucket.objects().items()


@pytest.mark.parametrize("server", RCLONE, indirect=True)
def test_a_server_without_conditional_writes_is_found_out(
    deploys: Deploys, bucket: Bucket, projects: dict[int, Path]
) -> None:
    done = deploys.deployer.run("deploy", bucket.target, "--endpoint-url", deploys.proxy.url, cwd=projects[1])
    assert done.code == 1
    assert "--no-lock" in done.err
    assert bucket.objects() == {}


# ---- several at once


def check_two_at_once(deploys: Deploys, bucket: Bucket, projects: dict[int, Path], rounds: int) -> None:
    """Two deploys reach for the lock in the same moment: one deploys, the other says that it is held."""
    other = Deployer()
    try:
        for _ in range(rounds):
            deploys.well(projects[1], bucket)
            gate = threading.Barrier(2, timeout=PATIENCE)
            waiting = iter((gate, gate))

            def meet(request: Request, waiting: Iterator[threading.Barrier] = waiting) -> Fault:
                if request.method == "PUT" and request.key.endswith(LOCK) and (first := next(waiting, None)):
                    first.wait()
                return None

            deploys.proxy.begin(meet)
            deploys.start(projects[2], bucket)
            other.start(*deploys.arguments(bucket), cwd=projects[3])
            outcomes = {2: deploys.deployer.wait(), 3: other.wait()}
            seen = bucket.objects()
            winners = [version for version, done in outcomes.items() if done.code == 0]
            assert len(winners) == 1, outcomes
            assert course(winners[0]).items() <= seen.items()
            check_visit(seen.get, list(seen), [course(winners[0])])
            lost = outcomes[5 - winners[0]]
            assert "holds the lock" in lost.err or "elsewhere" in lost.err
            assert LOCK not in seen
    finally:
        other.close()


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_two_deploys_at_once(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    check_two_at_once(deploys, bucket, projects, 3)


@pytest.mark.full
@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_two_deploys_at_once_again_and_again(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    check_two_at_once(deploys, bucket, projects, 10)


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_a_lock_of_the_dead(deploys: Deploys, bucket: Bucket, projects: dict[int, Path], tmp_path: Path) -> None:
    """The same folder takes over at once what it left; another one when the time to live has passed."""
    deploys.well(projects[1], bucket)
    page = f"{bucket.name}/index.html"
    deploys.proxy.begin(lambda r: deploys.deployer.kill if r.key == page and r.writes else None)
    deploys.start(projects[2], bucket)
    assert deploys.deployer.wait().code == -9
    deploys.proxy.begin()
    elsewhere = write_output(tmp_path, course(2))
    held = deploys(elsewhere, bucket)
    assert held.code == 1
    assert "holds the lock" in held.err
    name = json.loads(bucket.objects()[LOCK])["deploy"]
    assert name in held.err
    lock = {**json.loads(bucket.objects()[LOCK]), "life": 1}
    bucket.put(LOCK, json.dumps(lock).encode())
    age = bucket.get(LOCK)["LastModified"].timestamp()
    until(lambda: time.time() > age + 2.1, "the lock to expire")
    deploys.well(elsewhere, bucket)
    deploys.proxy.begin(lambda r: deploys.deployer.kill if r.key == page and r.writes else None)
    deploys.start(projects[1], bucket)
    assert deploys.deployer.wait().code == -9
    deploys.proxy.begin()
    deploys.well(projects[1], bucket)
    assert course(1).items() <= bucket.objects().items()


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_a_deploy_that_loses_its_lock_stops(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    deploys.well(projects[1], bucket)
    theirs = json.dumps({"deploy": "theirs", "nonce": "n", "life": 120, "beat": 0}).encode()
    taken: list[bool] = []

    def take(request: Request) -> Fault:
        if request.key.endswith(".css") and request.writes and not taken:
            taken.append(True)
            bucket.put(MANIFEST, bucket.objects()[MANIFEST].replace(b'"in-progress"', b'"in-progress" '))
            bucket.put(LOCK, theirs)
        return None

    deploys.proxy.begin(take)
    done = deploys(projects[2], bucket)
    assert done.code == 1
    assert "elsewhere" in done.err
    assert bucket.objects()[LOCK] == theirs, "the other's lock stays"


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_a_deploy_that_slept_between_two_tries_deletes_nothing_of_its_successor(
    deploys: Deploys, bucket: Bucket, projects: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    deploys.well(projects[1], bucket)
    store, slept = store_of(deploys, bucket), [0.0]
    monkeypatch.setattr(lock, "_now", lambda: (0.0, slept[0]))

    def sleep(request: Request) -> Fault:
        if request.method == "POST" and not slept[0]:
            slept[0] = 200.0
            bucket.put(LOCK, b"theirs")
            bucket.put("cloud/gone.html", b"of the successor")
            return (503, "SlowDown")
        return None

    deploys.proxy.begin(sleep)
    output = projects[2] / "public"
    site = local.read_site(output, local.complete_record(output))
    options = options_of(deploys, bucket)._replace(output=output, max_delete=parse_limit("100%"))
    with pytest.raises(DeployError, match="taken the lock over"):
        run.Deployment(site.files, store, options).run()
    assert deploys.proxy.count("POST") == 1
    assert bucket.objects()["cloud/gone.html"] == b"of the successor"
    assert bucket.objects()[LOCK] == b"theirs"


@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_the_region_is_that_of_the_bucket(deploys: Deploys, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Amazon's servers say it with every listing; a client that has the wrong one is led on by botocore."""
    store = store_of(deploys, bucket)
    amazon = store._options._replace(endpoint_url="")
    monkeypatch.setattr(store, "_options", amazon)
    assert ".s3-website-us-east-1." in store.address
    deploys.proxy.begin(lambda request: {"x-amz-bucket-region": "eu-central-1"})
    assert store.list([]) == {}
    assert ".s3-website.eu-central-1." in store.address


# ---- visitors


VISITOR = """
import http.client, json, sys, time
from urllib.parse import quote
from tests.deploying import course, needs
port, base, versions = int(sys.argv[1]), sys.argv[2], [int(n) for n in sys.argv[3].split(",")]
known = [course(n) for n in versions]
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

def read(path):
    connection.request("GET", quote(base + path))
    answer = connection.getresponse()
    data = answer.read()
    return data if answer.status == 200 else None

def still(path, page):
    return read(path) == page

rounds = faults = pages = 0
print("ready", flush=True)
while True:
    pending, seen = ["index.html"], set()
    everything = sorted({p for version in known for p in version if p.endswith(".html")})
    for path in everything:
        page = read(path)
        if page is None:
            continue
        pages += 1
        if not any(version.get(path) == page for version in known):
            print(json.dumps(["no version", path]), flush=True)
        for needed in needs(path, page)[0]:
            if read(needed) is None and still(path, page):
                print(json.dumps(["no resource", path, needed]), flush=True)
    while pending:
        path = pending.pop()
        page = read(path) if path.endswith(".html") and path not in seen else None
        seen.add(path)
        if page is None:
            continue
        for linked in needs(path, page)[1]:
            # A page may be replaced between its link and what it leads to: then it no longer says so.
            if read(linked) is None and still(path, page) and read(linked) is None:
                print(json.dumps(["no link", path, linked]), flush=True)
            pending.append(linked)
    rounds += 1
    if sys.argv[4:] and rounds >= int(sys.argv[4]):
        break
    print(rounds, flush=True)
"""


def public(bucket: Bucket) -> None:
    """Let anyone read, as the documented policy does."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket.name}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    bucket.server.client.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(policy))


def check_visitors(deploys: Deploys, bucket: Bucket, projects: dict[int, Path], deployments: int) -> int:
    """Visitors crawl while the site is deployed again and again, with a kill in every third deploy."""
    public(bucket)
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    command = [sys.executable, "-c", VISITOR, str(deploys.server.port), f"/{bucket.name}/", "1,2,3"]
    visitor = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    lines: list[str] = []
    assert visitor.stdout
    reader = threading.Thread(target=lambda: lines.extend(visitor.stdout or ()), daemon=True)
    assert visitor.stdout.readline() == "ready\n"
    reader.start()
    try:
        for number, version in enumerate(itertools.islice(itertools.cycle([1, 2, 3, 1, 3, 2]), deployments), 1):
            rounds = len(lines)
            if number % 3 == 0:
                interrupted(deploys, projects[version], bucket, 8 + number % 13, kill)
            deploys.proxy.begin(lambda request: 0.02 if request.writes else None)
            deploys.well(projects[version], bucket)
            until(lambda rounds=rounds: len(lines) > rounds, "the visitor")  # type: ignore[misc]
    finally:
        visitor.kill()
        visitor.wait()
        reader.join()
        visitor.stdout.close()
    assert [line for line in lines if not line.strip().isdigit()] == []
    return len(lines)


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_visitors_see_whole_sites(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    assert check_visitors(deploys, bucket, projects, 4) >= 4


@pytest.mark.full
@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_visitors_see_whole_sites_again_and_again(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    assert check_visitors(deploys, bucket, projects, 24) >= 24


# ---- many


@pytest.mark.full
@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_2500_keys(deploys: Deploys, bucket: Bucket, tmp_path: Path) -> None:
    """Three pages of listing, three batches of deletions."""
    pages = {f"n/{number:04}.html": b"<p>%d</p>" % number for number in range(2500)}
    project = write_output(tmp_path / "many", {**pages, "index.html": b"<p>home</p>"})
    deploys.well(project, bucket)
    deploys.proxy.begin()
    assert "nothing to do" in deploys.well(project, bucket).out
    assert len(deploys.proxy.requests) == 4
    deploys.proxy.begin()
    bucket.put("n/theirs.html", b"theirs")
    deploys.well(write_output(tmp_path / "few", {"index.html": b"<p>home</p>"}), bucket)
    assert deploys.proxy.count("POST") == 3 + deploys.server.conditional
    assert without_manifest(bucket) == {"index.html": b"<p>home</p>", "n/theirs.html": b"theirs"}


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_a_form_of_etag_that_is_learnt_meanwhile_is_no_conflict(deploys: Deploys, bucket: Bucket) -> None:
    """Ceph wants an ETag without its quotes; the first to find out may not be alone."""
    store, headers = store_of(deploys, bucket), headers_of("a.html", fingerprinted=False)
    etags = {key: store.put(key, b"1", headers) for key in ("a.html", "b.html")}
    learning = iter([True])

    def learn(request: Request) -> Fault:
        if request.key.endswith("/a.html") and next(learning, None):
            store.put("b.html", b"2", headers, expected=etags["b.html"])
        return None

    deploys.proxy.begin(learn)
    store.put("a.html", b"2", headers, expected=etags["a.html"])
    assert bucket.objects() == {"a.html": b"2", "b.html": b"2"}


LARGE = b"0123456789abcdef" * (1 << 20) + b"rest"  # one part of 16 MiB, and a little


def options_of(deploys: Deploys, bucket: Bucket) -> DeployOptions:
    target = Target(bucket.name, bucket.prefix, "")
    return DeployOptions(Path(os.devnull), target, region="us-east-1", endpoint_url=deploys.proxy.url)


def store_of(deploys: Deploys, bucket: Bucket) -> S3Store:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        return S3Store(options_of(deploys, bucket))


def put_large(store: S3Store, guard: str) -> str:
    parts = iter((LARGE[: 1 << 24], LARGE[1 << 24 :]))
    return store.put("large.bin", parts, headers_of("large.bin", fingerprinted=False), "the digest", guard)


@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_a_large_file_goes_up_in_parts(deploys: Deploys, bucket: Bucket) -> None:
    at = bucket.at("p/")
    store = store_of(deploys, at)
    lost = {1: "reset", 3: "lose", 7: "lose"}  # the third is the first part, the seventh completes the upload
    deploys.proxy.begin(lambda request: lost.get(request.number))
    etag = put_large(store, ABSENT)
    assert [request.method for request in deploys.proxy.requests[6:8]] == ["POST", "POST"]
    assert store.list([])["large.bin"] == Listed(len(LARGE), etag)
    found = at.get("large.bin")
    assert found["Body"].read() == LARGE
    assert found["Metadata"] == {"sha256": "the digest"}
    assert put_large(store, etag) == etag


@pytest.mark.parametrize("guard", [ABSENT, "0" * 32])
@pytest.mark.parametrize("server", WITH_CONDITIONS, indirect=True)
def test_a_large_file_does_not_replace_what_others_put_there_meanwhile(
    guard: str, deploys: Deploys, bucket: Bucket
) -> None:
    def appear(request: Request) -> Fault:
        if "partNumber=2" in request.path:
            bucket.put("large.bin", b"theirs")
        return None

    deploys.proxy.begin(appear)
    with pytest.raises(PreconditionFailed):
        put_large(store_of(deploys, bucket), guard)
    assert bucket.objects() == {"large.bin": b"theirs"}
    assert "Uploads" not in deploys.server.client.list_multipart_uploads(Bucket=bucket.name)


@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_a_server_is_asked_to_heed_the_guard_of_a_large_file(deploys: Deploys, bucket: Bucket) -> None:
    def appear(request: Request) -> Fault:
        if request.method == "POST" and "uploadId" in request.path:  # after the last look at what is there
            bucket.put("large.bin", b"theirs")
        return None

    deploys.proxy.begin(appear)
    with pytest.raises(PreconditionFailed):
        put_large(store_of(deploys, bucket), ABSENT)
    assert bucket.objects() == {"large.bin": b"theirs"}


@pytest.mark.parametrize("server", RADOSGW, indirect=True)
def test_a_website_as_set_up(deploys: Deploys, bucket: Bucket, projects: dict[int, Path], tmp_path: Path) -> None:
    """With the configuration and the policy that `--setup website` prints, on the server's website endpoint."""
    printed = deploys.deployer.run("deploy", bucket.target, "--setup", "website", cwd=tmp_path).out
    blocks = dict(re.findall(r"cat > (\S+) <<'END'\n(.*?)\nEND", printed, re.DOTALL))
    client = deploys.server.client
    client.put_bucket_website(Bucket=bucket.name, WebsiteConfiguration=json.loads(blocks["website.json"]))
    client.put_bucket_policy(Bucket=bucket.name, Policy=blocks["bucket-policy.json"])
    project = write_output(tmp_path / "project", {**course(1), "404.html": b"<p>missing</p>"})
    deploys.well(project, bucket)

    def read(path: str, host: str = f"{bucket.name}.website.test") -> tuple[int, bytes]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", deploys.server.port, timeout=60)) as connection:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read()

    assert read("/") == (200, course(1)["index.html"])
    assert read("/cloud/a.html") == (200, course(1)["cloud/a.html"])
    missing = read("/nothing.html")
    assert missing == (403, b"<p>missing</p>"), "visitors may not list, so S3 does not say that it is not there"
    direct = f"127.0.0.1:{deploys.server.port}"
    for status, _ in (
        read(f"/{MANIFEST}"),
        read(f"/{bucket.name}/{MANIFEST}", direct),
        read(f"/{bucket.name}", direct),
    ):
        assert status == 403


# ---- CloudFront (moto only: the other servers have none)


@pytest.mark.parametrize("server", MOTO, indirect=True)
def test_invalidation(deploys: Deploys, bucket: Bucket, projects: dict[int, Path]) -> None:
    import botocore.session

    cloudfront: Any = botocore.session.Session().create_client(
        "cloudfront", region_name="us-east-1", endpoint_url=deploys.server.url,
        aws_access_key_id="key", aws_secret_access_key="secret",
    )  # fmt: skip
    origin = {"Id": "b", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    config = {
        "CallerReference": "x", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "b", "ViewerProtocolPolicy": "allow-all",
                                 "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"},
    }  # fmt: skip
    distribution = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    deploy = functools.partial(deploys, AWS_ENDPOINT_URL_CLOUDFRONT=deploys.proxy.url)
    deploys.well(projects[1], bucket)
    done = deploy(projects[2], bucket, "--distribution", "ENOSUCH", "--json")
    assert done.code == 1
    assert "cloud/gone.html" in bucket.objects(), "nothing is deleted while copies of it may be shown"
    done = deploy(projects[2], bucket, "--distribution", distribution, "--json")
    assert done.code == 0, done.err
    found = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    batch = cloudfront.get_invalidation(DistributionId=distribution, Id=found[0]["Id"])["Invalidation"]
    paths = batch["InvalidationBatch"]["Paths"]["Items"]
    assert batch["InvalidationBatch"]["CallerReference"] == done.json["deploy"]
    assert set(paths) == set(done.json["invalidated"]) >= {"/", "/index.html", "/cloud/a.html", "/cloud/gone.html"}
    assert "/about.html" not in paths, "it has not changed"
    assert deploy(projects[2], bucket, "--distribution", distribution, "--json").json["state"] == "unchanged"
