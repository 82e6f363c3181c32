"""What the tests of `deploy` stand on: real servers, a proxy between that fails on demand, deploys in processes that
can be killed, and a reader of what came out. All traffic stays on 127.0.0.1.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urljoin

from notes_site.base.config import Config
from notes_site.base.digest import digest
from notes_site.base.paths import OutputKind
from notes_site.build.sources import current
from notes_site.config.project import Project
from notes_site.deploy.manifest import MANIFEST, Manifest, decode_manifest
from notes_site.storage.record import BuildRecord, OutputFile, write_record
from tests.harness import REPO

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
PATIENCE = 120  # seconds that a server may take to start, or a process to end


def free_port() -> int:
    """Return a port that nobody listens on, below those that the system gives to connections meanwhile."""
    while True:
        with socket.socket() as held, contextlib.suppress(OSError):
            port = random.SystemRandom().randrange(10_000, 32_768)
            held.bind(("127.0.0.1", port))
            return port


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {PATIENCE} s for {what}")
        time.sleep(0.02)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return bool(connection.getresponse().status)
    except OSError:
        return False
    finally:
        connection.close()


# ---- servers


class Server:
    """A running server that speaks the S3 protocol, and a client that goes to it directly."""

    def __init__(self, name: str, port: int) -> None:
        import botocore.session
        from botocore.config import Config

        self.name, self.port = name, port
        self.url = f"http://127.0.0.1:{port}"
        self.client: Any = botocore.session.Session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )

    @property
    def conditional(self) -> bool:
        return self.name != "rclone"

    def bucket(self) -> Bucket:
        name = f"notes-{uuid.uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=name)
        return Bucket(self, name)


class Bucket:
    """One bucket of a server, or what lies below a prefix of it."""

    def __init__(self, server: Server, name: str, prefix: str = "") -> None:
        self.server, self.name, self.prefix = server, name, prefix

    def at(self, prefix: str) -> Bucket:
        return Bucket(self.server, self.name, prefix)

    @property
    def target(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def put(self, key: str, data: bytes) -> None:
        self.server.client.put_object(Bucket=self.name, Key=self.prefix + key, Body=data)

    def get(self, key: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.server.client.get_object(Bucket=self.name, Key=self.prefix + key)
        return answer

    def keys(self) -> list[str]:
        pages = self.server.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=self.prefix)
        return [o["Key"].removeprefix(self.prefix) for page in pages for o in page.get("Contents", ())]

    def objects(self) -> dict[str, bytes]:
        return {key: self.get(key)["Body"].read() for key in self.keys()}

    def copy_to(self, prefix: str) -> Bucket:
        """Copy everything, headers and all, as it stands."""
        for key in self.keys():
            source = {"Bucket": self.name, "Key": self.prefix + key}
            self.server.client.copy_object(Bucket=self.name, Key=prefix + key, CopySource=source)
        return self.at(prefix)


@contextlib.contextmanager
def process(command: list[str], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in the background; it ends with the block."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    try:
        yield running
    finally:
        running.kill()
        running.wait(PATIENCE)


@contextlib.contextmanager
def moto() -> Iterator[Server]:
    port = free_port()
    code = "from moto.server import main; main()"
    with process([sys.executable, "-c", code, "-H", "127.0.0.1", "-p", str(port)]) as running:
        until(lambda: answers(port) or running.poll(), "moto")
        assert running.poll() is None
        yield Server("moto", port)


@contextlib.contextmanager
def rclone() -> Iterator[Server]:
    """A server that ignores conditional writes."""
    program = Path(sys.executable).with_name("rclone")
    port, keys = free_port(), ",".join(KEYS.values())
    with tempfile.TemporaryDirectory() as folder:
        address = ["--addr", f"127.0.0.1:{port}", "--config", os.devnull]
        with process([str(program), "serve", "s3", folder, *address, "--auth-key", keys]):
            until(lambda: answers(port), "rclone")
            yield Server("rclone", port)


CEPH = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
_CEPH_CONFIG = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 2147483648
mon allow pool size one = true
mon data avail crit = 0
paxos propose interval = 0.05
paxos min wait = 0.01
mon data = {folder}/mon
osd data = {folder}/osd
run dir = {folder}
keyring = {folder}/keyring
admin socket = {folder}/$name.$pid.asok
pid file = {folder}/$name.pid
crash dir = {folder}
log file = /dev/null
rgw data = {folder}
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw enable static website = true
rgw enable apis = s3, s3website, admin
rgw dns s3website name = website.test
"""


def missing_for_radosgw() -> str:
    """Return why Ceph cannot run here, '' when it can."""
    if absent := [name for name in CEPH if not shutil.which(name)]:
        return f"Ceph is not installed: no {', '.join(absent)}"
    return "" if os.geteuid() == 0 else "Ceph's daemons want to be started by root"


@contextlib.contextmanager
def radosgw() -> Iterator[Server]:
    """Ceph's S3 gateway over a cluster of one monitor and one OSD that keeps its objects in memory."""
    port, mon, fsid = free_port(), free_port(), str(uuid.uuid4())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, contextlib.ExitStack() as running:
        config, keyring, monmap = (f"{folder}/{name}" for name in ("ceph.conf", "keyring", "monmap"))
        Path(config).write_text(_CEPH_CONFIG.format(fsid=fsid, mon=mon, folder=folder, port=port))
        for name in ("mon", "osd"):
            Path(folder, name).mkdir()

        def call(*command: str) -> None:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
            assert done.returncode == 0, (command, done.stderr)

        def start(*command: str) -> None:
            running.enter_context(process([*command]))

        for number, name in enumerate(("mon.", "client.admin", "osd.0", "client.rgw")):
            create = () if number else ("--create-keyring",)
            caps = ("--cap", "mon", "allow *", "--cap", "osd", "allow *")
            call("ceph-authtool", *create, keyring, "--gen-key", "-n", name, *caps)
        call("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{mon}]", monmap)
        call("ceph-mon", "-c", config, "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", keyring)
        start("ceph-mon", "-c", config, "-i", "a", "-f")
        call("ceph", "-c", config, "osd", "create")
        call("ceph-osd", "-c", config, "--mkfs", "-i", "0")
        start("ceph-osd", "-c", config, "-i", "0", "-f")
        access, secret = KEYS.values()
        user = ("--uid", "tester", "--display-name", "tester", "--access-key", access, "--secret-key", secret)
        call("radosgw-admin", "-c", config, "user", "create", *user, "--max-buckets", "0")
        start("radosgw", "-c", config, "-n", "client.rgw", "-f")
        until(lambda: answers(port), "radosgw")
        yield Server("radosgw", port)


SERVERS = {"moto": moto, "radosgw": radosgw, "rclone": rclone}


# ---- the proxy


class Request(NamedTuple):
    """A request as it passes: its number from 1, method, path with query."""

    number: int
    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def key(self) -> str:
        """The object's key with the bucket."""
        return unquote(self.path.partition("?")[0]).lstrip("/")

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")


@dataclass(frozen=True)
class After:
    """Something to do when the server has answered; the answer is lost."""

    act: Callable[[], None]


@dataclass(frozen=True)
class Raw:
    """All that comes instead of an answer, to the byte; the server hears nothing."""

    data: bytes


Fault = str | bytes | Raw | tuple[int, str] | Mapping[str, str] | float | Callable[[], None] | After | None
"""`lose` the answer, `reset` before the request arrives, `truncate` the answer, `cut` it in its headers, an error of
the server (status and code), the body of an answer that says 200, headers that the answer gets, seconds of delay, or
something to call before the request arrives, which then does not.
"""


class Proxy:
    """Passes requests on to a server, counts them, and fails as `fault` says for each."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.fault: Callable[[Request], Fault] = lambda request: None
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._connections: dict[object, socket.socket] = {}  # by the client's address
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        while proxy._pass(self.connection, self.rfile):
                            pass
                finally:
                    with proxy._lock:
                        del proxy._connections[self.client_address]

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128

            def process_request(self, request: Any, client_address: Any) -> None:
                with proxy._lock:
                    proxy._connections[client_address] = request
                super().process_request(request, client_address)

        self._listener = Listener(("127.0.0.1", 0), Handler)
        self.port = int(self._listener.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    def begin(self, fault: Callable[[Request], Fault] = lambda request: None) -> None:
        """Count from 1 again, with these faults."""
        self.drain()
        self.requests, self.fault = [], fault

    def drain(self) -> None:
        """Wait until nothing is under way: what a killed process had still sent has reached the server, or never will.
        Connections that are kept for later end too.
        """
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            until(lambda: last.getsockname() in self._connections, "all connections to be accepted")
        with self._lock:
            for connection in self._connections.values():
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
        until(lambda: not self._connections, "connections to end")

    def count(self, *methods: str) -> int:
        return sum(request.method in methods for request in self.requests)

    def _pass(self, client: socket.socket, stream: Any) -> bool:
        """Serve one request; False when the connection has ended."""
        line = stream.readline(65536)
        if not line:
            return False
        method, path, _ = line.decode().split(" ", 2)
        headers = {}
        raw = [line]
        while (more := stream.readline(65536)) not in (b"\r\n", b""):
            name, _, value = more.decode().partition(":")
            headers[name.strip().lower()] = value.strip()
            if name.strip().lower() not in ("expect", "connection"):
                raw.append(more)
        if "expect" in headers:
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(headers.get("content-length", 0))
        body = stream.read(length)
        if len(body) < length:  # killed while it sent: the server would wait for the rest
            return False
        with self._lock:
            request = Request(len(self.requests) + 1, method, path, headers)
            self.requests.append(request)
        return self._answer(client, request, b"".join([*raw, b"Connection: close\r\n\r\n", body]))

    def _answer(self, client: socket.socket, request: Request, data: bytes) -> bool:
        fault = self.fault(request)
        if callable(fault):
            fault()
            fault = "reset"
        if fault == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            return False
        if isinstance(fault, tuple):
            client.sendall(_refusal(*fault))
            return True
        if isinstance(fault, Raw):
            client.sendall(fault.data)
            return False
        if isinstance(fault, bytes):
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(fault) + fault)
            return True
        if isinstance(fault, float):
            time.sleep(fault)
        answer = self._upstream(request, data, fault if isinstance(fault, Mapping) else {})
        if isinstance(fault, After):
            fault.act()
        if fault == "lose" or isinstance(fault, After):
            return False
        if fault == "cut":
            client.sendall(answer[: answer.index(b"\r\n\r\n") // 2])
            return False
        if fault == "truncate":
            client.sendall(answer[: max(len(answer) - 20, len(answer) // 2)])
            return False
        client.sendall(answer)
        return True

    def _upstream(self, request: Request, data: bytes, more: Mapping[str, str]) -> bytes:
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=PATIENCE) as server:
            server.sendall(data)
            response = http.client.HTTPResponse(server, method=request.method)
            response.begin()
            body = response.read()
            kept = [
                (name, value)
                for name, value in response.getheaders()
                if name.lower() not in ("transfer-encoding", "content-length", "connection")
            ]
            length = response.getheader("Content-Length") if request.method == "HEAD" else str(len(body))
            lines = [f"HTTP/1.1 {response.status} {response.reason}"]
            lines += [f"{name}: {value}" for name, value in [*kept, *more.items(), ("Content-Length", length or "0")]]
            return "\r\n".join([*lines, "\r\n"]).encode("latin-1") + body


def _refusal(status: int, code: str) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>as asked</Message></Error>".encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


# ---- deploys in processes of their own


class Done(NamedTuple):
    """A deploy that has ended: exit code (negative: the signal that ended it), output and errors."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.out)
        return loaded


class Deployer:
    """Runs `notes-site` in processes that are forked from one that has loaded everything: real processes, killed for
    real, and started in a few milliseconds.
    """

    def __init__(self, **environment: str) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env |= {**KEYS, "PYTHONPATH": str(REPO), "NO_COLOR": "1", "AWS_EC2_METADATA_DISABLED": "true", **environment}
        env |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=REPO, env=env,
        )  # fmt: skip
        self.pid = 0  # of the deploy that is running

    def start(self, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> None:
        """Begin a deploy; one that a failed test has left behind ends."""
        if self.pid:
            self.kill()
            self.wait()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([arguments, str(cwd), dict(env or {})]) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._process.stdout.readline())

    def kill(self) -> None:
        """Kill the running deploy as nothing can be handled."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> Done:
        """Wait for the deploy's end."""
        assert self._process.stdout
        done = Done(*json.loads(self._process.stdout.readline()))
        self.pid = 0
        return done

    def run(self, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
        """Deploy, and wait."""
        self.start(*arguments, cwd=cwd, env=env)
        return self.wait()

    def close(self) -> None:
        if self.pid:
            self.kill()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()


# ---- sites


def write_output(project: Path, files: Mapping[str, bytes], **record: Any) -> Path:
    """Write a built site as `build` leaves it, and a project round it. Returns the project."""
    output = project / "public"
    shutil.rmtree(output, ignore_errors=True)
    for path, data in files.items():
        target = output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (project / "content").mkdir(parents=True, exist_ok=True)
    (project / "notes-site.toml").touch()
    output.mkdir(exist_ok=True)
    lists = record.pop("lists", [path for path in files if path.endswith(".html") and "/" not in path])
    now = current(Project(project, project / "notes-site.toml"), Config())
    found = {path: OutputFile(digest(data), *what_it_is(path, data, lists)) for path, data in files.items()}
    write_record(
        output, BuildRecord(**{"state": "complete", "files": found, "sources": now.sources if now else (), **record})
    )
    shutil.rmtree(output / ".notes-site" / "staging", ignore_errors=True)
    return project


def what_it_is(path: str, data: bytes, lists: Collection[str]) -> tuple[OutputKind, bool]:
    """Return kind and fingerprint of a file of a site that was made for a test."""
    fingerprinted = path.rpartition("/")[2].split(".")[1:-1] == [digest(data)[:8]]
    if path.endswith(".html"):
        return "home" if path == "index.html" else "list" if path in lists else "page", fingerprinted
    pointers = ("sitemap.xml", "feed.xml", "notes.json", "robots.txt", "llms.txt", "search/entry.js")
    return "pointer" if path in pointers else "asset", fingerprinted


def named(stem: str, suffix: str, data: bytes) -> str:
    """Return a name with the fingerprint of the content."""
    return f"{stem}.{digest(data)[:8]}.{suffix}"


def course(version: int) -> dict[str, bytes]:
    """Return a small site whose pages need each other, their images and their style; every version differs."""
    style, image = f"body {{ order: {version} }}".encode(), f"<svg id='{version}'/>".encode()
    css, svg = named("style", "css", style), named("cloud/figure", "svg", image)
    names = {1: ["a", "gone"], 2: ["a", "new"], 3: ["new", "third"]}[version]

    def page(root: str, title: str, body: str) -> bytes:
        head = f"<link rel=stylesheet href='{root}{css}'><link rel=alternate href='{root}feed.xml'>"
        return f"<!doctype html><title>{title}</title>{head}<p>{version}</p>{body}".encode()

    links = "".join(f"<a href='cloud/{name}.html'>{name}</a>" for name in names)
    pages = {
        f"cloud/{n}.html": page("../", n, f"<img src='figure.{digest(image)[:8]}.svg'><a href='../cloud.html'>up</a>")
        for n in names
    }
    lasting = b"<!doctype html><title>About</title><a href='index.html'>home</a>"  # the same in every version
    return {
        **pages,
        "about.html": lasting,
        "cloud.html": page("", "Cloud", links),
        "index.html": page("", "Home", "<a href='cloud.html'>Cloud</a><a href='about.html'>About</a>" + links),
        css: style,
        svg: image,
        "feed.xml": f"<feed>{version}</feed>".encode(),
    }


_LINK = re.compile(r"""(?:href|src)=["']?([^"'\s>#]*)""")


def needs(path: str, page: bytes) -> tuple[set[str], set[str]]:
    """Return the paths of resources that a page needs, and of pages and files that it links to."""
    resources, links = set[str](), set[str]()
    for found in re.finditer(r"<(\w+)([^>]*)>", page.decode()):
        for target in _LINK.findall(found[2]):
            if not target or re.match(r"[a-z]+:", target):
                continue
            to = unquote(urljoin("/" + quote(path), target)).lstrip("/") or "index.html"
            is_link = found[1] == "a" or "alternate" in found[2] or "canonical" in found[2]
            (links if is_link else resources).add(to + "index.html" if to.endswith("/") else to)
    return resources, links


def check_visit(
    read: Callable[[str], bytes | None], paths: Sequence[str], versions: Sequence[Mapping[str, bytes]]
) -> int:
    """Check what a visitor may see of a site that does not change meanwhile: pages are whole, and of one version or
    another; of those reachable from the home page every resource and link is there, of all others every resource.
    Returns how many pages are there.
    """
    reachable, pending = set[str](), ["index.html"]
    seen = 0
    for path in [path for path in paths if path.endswith(".html")]:
        page = read(path)
        if page is not None:
            seen += 1
            assert any(version.get(path) == page for version in versions), f"{path} is of no version"
            for needed in needs(path, page)[0]:
                assert read(needed) is not None, f"{path} needs {needed}, which is not there"
    while pending:
        path = pending.pop()
        if path in reachable or not path.endswith(".html"):
            continue
        page = read(path)
        if page is None:
            assert path == "index.html", f"{path} is not there"
            return seen  # before the first deploy has ended
        reachable.add(path)
        for linked in needs(path, page)[1]:
            assert read(linked) is not None, f"{path} links to {linked}, which is not there"
            pending.append(linked)
    return seen


def state_of(objects: Mapping[str, bytes]) -> tuple[dict[str, bytes], Manifest]:
    """Return the objects of a target without the manifest, and the manifest without what differs by chance."""
    found = dict(objects)
    manifest = decode_manifest(found.pop(MANIFEST))
    return found, manifest._replace(deploy="")
