"""Attacks on the preview: each is refused, and the preview lives on and answers its owner at once."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from notes_site.serve.live_reload import MAX_TABS
from tests.harness import Site
from tests.serving import PATIENCE, Serving, message, until

pytestmark = pytest.mark.slow

AT_ONCE = 2.0  # seconds: far below any timeout of the server, far above what an answer takes


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One preview for all attacks: each test shows that the one before did no harm."""
    folder = tmp_path_factory.mktemp("attacked")
    (folder / "secret.txt").write_text("SECRET")
    site = Site(folder / "site")
    site.note("cloud/one.md", "Text of one.\n\n[data](data.csv)\n", title="One", time="30 min")
    site.write("content/cloud/data.csv", "a,b\n" * 100_000)
    site.write("content/cloud/unused.csv", "SECRET")
    with Serving(site.root) as serving:
        yield serving
        assert serving.said.count("error") == 0


@pytest.fixture(autouse=True)
def _lives(preview: Serving) -> Iterator[None]:
    yield
    answers(preview)


def answers(preview: Serving) -> None:
    started = time.monotonic()
    reply = preview.raw(b"GET /cloud/one.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert b"Text of one." in reply
    assert time.monotonic() - started < AT_ONCE


def status(reply: bytes) -> int:
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", reply)
    assert found, reply[:200]
    assert b"access-control" not in reply.lower()
    return int(found[1])


def asked(preview: Serving, head: str, timeout: float = PATIENCE) -> int:
    return status(preview.raw(f"{head}\r\nConnection: close\r\n\r\n".encode("latin-1"), timeout))


# --- who may ask


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "127.0.0.1:8000",
        "[::1]",
        "[::1]:8000",
        "notes.localhost",
        "a.b.localhost:80",
    ],
)
def test_hosts_that_are_this_machine(preview: Serving, host: str) -> None:
    assert asked(preview, f"GET / HTTP/1.1\r\nHost: {host}") == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.com", "evil.com:8000", "evil.localhost.com", "localhost.evil.com", "127.0.0.1.evil.com", "evillocalhost",
        "localhost.", "127.0.0.2", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "", ":8000", "localhost:x", "localhost/x",
        "evil.com#localhost", "evil.com@localhost", "localhost@evil.com", "localhost\\.evil.com", "[localhost]",
        "localhost evil.com", "localhost, evil.com", "2130706433", "0x7f.1", "\xe4.localhost.com", "[::1", "::1",
    ],
)  # fmt: skip
def test_other_hosts_are_refused(preview: Serving, host: str) -> None:
    assert asked(preview, f"GET / HTTP/1.1\r\nHost: {host}") == 400


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.0",
        "GET / HTTP/1.1",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.com",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost",
        "GET / HTTP/1.1\r\nHost: evil.com\r\nX-Forwarded-Host: localhost",
        "GET / HTTP/1.1\r\nHost: evil.com\r\nForwarded: host=localhost",
        "GET http://localhost/ HTTP/1.1\r\nHost: evil.com",
        "GET /\r\nHost: localhost",
        "GET / HTTP/1.1\r\nHost : localhost",
        "GET / HTTP/1.1\r\n Host: localhost",
        "\x16\x03\x01\x02",
    ],
)
def test_requests_without_one_good_host_are_refused(preview: Serving, head: str) -> None:
    assert 400 <= asked(preview, head) < 500


@pytest.mark.parametrize(
    "target", ["http://evil.com/", "http://localhost/", "https://localhost/cloud/one.html", "evil.com:80", "*"]
)
def test_absolute_targets_are_refused(preview: Serving, target: str) -> None:
    assert asked(preview, f"GET {target} HTTP/1.1\r\nHost: localhost") == 404


def test_what_proxies_say_is_not_heard(preview: Serving) -> None:
    said = "X-Forwarded-Host: evil.com\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https"
    assert asked(preview, f"GET / HTTP/1.1\r\nHost: localhost\r\n{said}") == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "CONNECT", "get"])
def test_other_methods_are_refused(preview: Serving, method: str) -> None:
    for target in ("/", "/cloud/one.html", "*", "/.notes-site/reload"):
        assert asked(preview, f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.com") == 405
    body = "Content-Length: 100000000\r\n\r\n" + "x" * 200_000
    reply = preview.raw(f"{method} / HTTP/1.1\r\nHost: localhost\r\n{body}".encode(), AT_ONCE)
    assert reply == b"" or status(reply) in (400, 405)


def test_no_page_elsewhere_may_read_or_run_ours(preview: Serving) -> None:
    for path in ("", "cloud/one.html", "cloud/data.csv", "notes.json", "nowhere", ".notes-site/preview.js", "%00"):
        answer = preview.get(path, {"Origin": "http://evil.com"})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"


# --- addresses

UP = [
    "..",
    "%2e%2e",
    "%2E.",
    ".%2e",
    "%252e%252e",
    "..;",
    "..%00",
    "%c0%ae%c0%ae",
    "%uff0e%uff0e",
    "%ef%bc%8e%ef%bc%8e",
    "...",
]
SLASH = ["/", "%2f", "%252f", "\\", "%5c", "%255c", "//", "%c0%af", "/./", "%ef%bc%8f"]


@pytest.mark.parametrize("slash", SLASH)
@pytest.mark.parametrize("up", UP)
def test_no_way_out_of_the_site(preview: Serving, up: str, slash: str) -> None:
    step = f"{up}{slash}"
    for path in (
        f"/{step * 2}secret.txt",
        f"/cloud/{step * 3}secret.txt",
        f"/{step * 12}etc/passwd",
        f"/{step}notes-site.toml",
    ):
        reply = preview.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert 400 <= status(reply) < 500, path
        assert b"SECRET" not in reply
        assert b"root:" not in reply


@pytest.mark.parametrize(
    "path",
    [
        "//etc/passwd", "/%2fetc%2fpasswd", "///", "//", "/.", "/..", "/./index.html",
        "/cloud/../cloud/one.html", "/%00", "/index.html%00",
        "/cloud/one.html%00.csv", "/%ff", "/%c3", "/%ed%a0%80", "/%f8%80%80%80%af", "/%", "/%zz", "/%E2%80",
        "/;", "/index.html;",
        "/cloud/one.md", "/content/cloud/one.md", "/notes-site.toml", "/.notes-site/cache.db", "/.notes-site/",
        "/.notes-site/reload",
        "/.notes-site/client.js", "/.notes-site/build.json", "/templates/base.html", "/cloud/unused.csv",
        "/.git/config", "/C:/",
        "/file:///etc/passwd", "/con", "/cloud/data.csv::$DATA", "/CLOUD/ONE.HTML", "/cloud/one.html ",
        "/cloud/one.html%20", "/?/index.html.x",
    ],
)  # fmt: skip
def test_odd_addresses(preview: Serving, path: str) -> None:
    expected = {200} if path.startswith("/?") else {400, 404}
    assert asked(preview, f"GET {path} HTTP/1.1\r\nHost: localhost") in expected


def test_giant_requests(preview: Serving) -> None:
    for head in (
        f"GET /{'a' * 65_536} HTTP/1.1\r\nHost: localhost",
        f"GET /{'../' * 20_000} HTTP/1.1\r\nHost: localhost",
        f"GET /?{'a' * 65_536} HTTP/1.1\r\nHost: localhost",
        f"GET / HTTP/1.1\r\nHost: {'a' * 65_536}.localhost",
        f"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {'a' * 65_536}",
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + "\r\n".join(f"X-{number}: 1" for number in range(10_000)),
        "G" * 1_000_000,
    ):
        reply = preview.raw(f"{head}\r\nConnection: close\r\n\r\n".encode())
        assert reply == b"" or status(reply) < 500  # the end may come before all is sent
        answers(preview)
    assert asked(preview, f"GET /{'a' * 8_000} HTTP/1.1\r\nHost: localhost") == 404
    many = "\r\n".join(f"Range: bytes={n}-{n}" for n in range(1000))
    assert asked(preview, f"GET /cloud/data.csv HTTP/1.1\r\nHost: localhost\r\n{many}") in (200, 206, 400, 416)
    ranges = ",".join(f"{n}-" for n in range(5000))
    assert asked(preview, f"GET /cloud/data.csv HTTP/1.1\r\nHost: localhost\r\nRange: bytes={ranges}") in (
        200,
        206,
        400,
        416,
    )


# --- clients that take their time


@contextmanager
def connections(preview: Serving, count: int, first: bytes) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            opened.append(stack.enter_context(socket.create_connection(("127.0.0.1", preview.port), PATIENCE)))
            opened[-1].sendall(first)
        yield opened


@pytest.mark.parametrize("first", [b"G", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", b""])
def test_slow_clients_keep_nobody_waiting(preview: Serving, first: bytes) -> None:
    with connections(preview, 100, first):
        for _ in range(3):
            answers(preview)


def test_clients_that_ask_and_do_not_read(preview: Serving) -> None:
    request = b"GET /cloud/data.csv HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20
    with connections(preview, 100, request):
        answers(preview)


def test_a_bad_body_is_refused_and_no_error_of_ours(preview: Serving) -> None:
    with socket.create_connection(("127.0.0.1", preview.port), PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")
        while connection.recv(65536):
            pass
    answers(preview)
    assert "error" not in preview.said


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(site: Site) -> None:
    site.note("cloud/one.md", "Text of one.\n", title="One")
    film = site.write("static/film.bin", bytes(60_000_000))
    with Serving(site.root) as preview, socket.create_connection(("127.0.0.1", preview.port), PATIENCE) as connection:
        connection.sendall(b"GET /film.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = len(connection.recv(65536))
        os.truncate(film, 20_000_000)
        while part := connection.recv(1 << 20):  # until the connection ends, or patience does
            got += len(part)
        assert got < 60_000_000
        answers(preview)


def test_a_flood_of_connections_is_refused_until_they_end(preview: Serving) -> None:
    with connections(preview, 300, b"G"):
        until(lambda: asked(preview, "GET / HTTP/1.1\r\nHost: localhost") == 503, "refused")
    until(lambda: asked(preview, "GET / HTTP/1.1\r\nHost: localhost") == 200, "room again")


# --- the reload channel


def refused(preview: Serving, origin: str | None, token: str | None = None, path: str = "", **more: Any) -> bool:
    token = preview.script().token if token is None else token
    address = f"ws://127.0.0.1:{preview.port}/.notes-site/reload{path}?token={token}"
    try:
        with connect(address, origin=Origin(origin) if origin is not None else None, proxy=None, **more):
            return False
    except InvalidStatus as exc:
        return exc.response.status_code == 403


def test_the_reload_channel_is_for_our_pages_only(preview: Serving) -> None:
    own = preview.origin
    assert not refused(preview, own)
    for origin in (
        None, "null", "", "http://evil.com", own.replace("http:", "https:"),
        f"http://127.0.0.1:{preview.port + 1}", "http://127.0.0.1",
        f"http://localhost:{preview.port}", f"{own}.evil.com", f"http://evil.com@127.0.0.1:{preview.port}",
        "file://", f"ws://127.0.0.1:{preview.port}", "http://[", f"{own}/",
    ):  # fmt: skip
        assert refused(preview, origin), origin
    for token in ("", "wrong", preview.script().token + "x", preview.script().token[:-1], "%C3%BC", "%ff", "%00"):
        assert refused(preview, own, token), token
    assert refused(preview, own, path="/")
    assert refused(preview, "http://evil.com", additional_headers={"X-Forwarded-Host": "evil.com"})


def test_the_reload_channel_checks_the_host(preview: Serving) -> None:
    token = preview.script().token
    head = (
        f"GET /.notes-site/reload?token={token} HTTP/1.1\r\nHost: evil.com\r\nOrigin: http://evil.com\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert status(preview.raw(head.encode())) == 403


def test_the_token_is_another_one_each_time(preview: Serving, tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.note("cloud/one.md", "Text of one.\n", title="One")
    with Serving(site.root) as other:
        assert len(preview.script().token) >= 24
        assert other.script().token != preview.script().token


@pytest.mark.parametrize(
    "hello",
    [
        "no json", "", "[]", "{}", "null", "1", '"text"', "[" * 10_000, '{"path": 1}', '{"key": "x", "style": ""}',
        b'{"path": "/", "key": "x", "style": ""}', b"\x00\xff",
        json.dumps({"path": "/", "key": "x" * 20_000, "style": ""}),
    ],
)  # fmt: skip
def test_a_wrong_hello_ends_the_channel(preview: Serving, hello: str | bytes) -> None:
    with preview.reload_socket(hello=False) as channel:
        channel.send(hello)
        with pytest.raises(ConnectionClosed):
            channel.recv(PATIENCE)


@pytest.mark.parametrize("path", [None, [], {}, "", "/../../etc/passwd", "/%ff%00", "\ud800", "x" * 5000])
def test_an_odd_path_is_a_page_that_is_not_there(preview: Serving, path: object) -> None:
    with preview.reload_socket(hello=False) as channel:
        channel.send(json.dumps({"path": path, "key": {}, "style": {}}))
        assert message(channel, "reload")


def test_who_says_nothing_is_given_up(preview: Serving) -> None:
    with preview.reload_socket(hello=False) as channel, pytest.raises(ConnectionClosed):
        channel.recv(PATIENCE)


def test_twenty_tabs_and_a_cap(preview: Serving) -> None:
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(preview.reload_socket())
        for _ in range(MAX_TABS - 20):
            stack.enter_context(preview.reload_socket(hello=False))
        assert refused(preview, preview.origin)
        answers(preview)
    until(lambda: not refused(preview, preview.origin), "room again")


def test_a_tab_that_does_not_read_keeps_nobody_waiting(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    links = "".join(f"[{n}](gone-{n}-{'x' * 80}.md)\n" for n in range(20))
    note = site.note("cloud/one.md", links, title="One")
    with (
        Serving(site.root) as preview,
        preview.reload_socket("cloud/one.html", max_queue=1),
        preview.reload_socket("cloud/one.html") as heard,
    ):
        for number in range(20):
            note.write_text(f"---\ntitle: One\n---\nText {number}.\n{links.replace('gone', f'gone-{number}')}")
            while f"gone-{number}-" not in message(heard, "problems")[0]:
                pass


# --- anything


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda method, target, version, headers, end: b"%b %b %b\r\n" % (method, target, version)
            + b"\r\n".join(headers)
            + end,
            st.sampled_from([b"GET", b"HEAD", b"POST", b"get", b""]),
            st.sampled_from([b"/", b"/cloud/one.html", b"*"]) | st.binary(max_size=40).map(b"/%b".__mod__),
            st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b""]),
            st.lists(
                st.sampled_from(
                    [
                        b"Host: localhost", b"Host: evil", b"Content-Length: 5", b"Content-Length: -1",
                        b"Transfer-Encoding: chunked",
                        b"Connection: Upgrade", b"Upgrade: websocket", b"Upgrade: h2c",
                        b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: x",
                        b"Range: bytes=0-1", b"Range: bytes=9-1,-", b"If-None-Match: *", b"If-Range: x",
                        b"Expect: 100-continue", b"\xff: \xff",
                    ]
                )
                | st.binary(max_size=30),
                max_size=6,
            ),
            st.sampled_from([b"\r\n\r\n", b"\r\n\r\nhello", b"\r\n\r\n0\r\n\r\n", b"\n\n", b""]),
        ),
    )
)  # fmt: skip
def test_any_bytes(preview: Serving, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", preview.port), PATIENCE) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        reply = b""
        try:
            while part := connection.recv(65536):
                reply += part
        except ConnectionError:
            pass
    if reply and not reply.startswith(b"HTTP/1.1 101"):
        assert status(reply) in (100, 200, 206, 304, 400, 403, 404, 405, 416, 426)
    answers(preview)
