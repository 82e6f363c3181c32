"""The laws of a deploy, over a store in memory and over folders: whatever is deployed, however it is interrupted."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.digest import digest
from notes_site.base.errors import DeployError, PreconditionFailed
from notes_site.deploy import local, lock, run
from notes_site.deploy.folder import FolderStore
from notes_site.deploy.lock import LOCK, Lock, hold_lock
from notes_site.deploy.manifest import MANIFEST
from notes_site.deploy.options import DeployOptions, parse_limit
from notes_site.deploy.plan import invalidation_paths
from notes_site.deploy.store import ABSENT, UNCACHED, Data, Headers, Listed, Object, Store, put_once
from notes_site.deploy.target import Target
from tests.deploying import Deployer, check_visit, course, named, state_of, what_it_is, write_output

pytestmark = pytest.mark.slow


class Killed(BaseException):
    """The process would be gone now."""


class MemoryStore:
    """Objects in a dict; `before` is called with the number of each request that writes."""

    batch = 3
    address = "memory"
    output = Path(os.devnull)  # of the deploy, which remembers its nonce there

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.before: Callable[[int], None] = lambda number: None
        self.writes = 0
        self.check: Callable[[], None] = lambda: None

    def get(self, key: str) -> Object | None:
        return Object(self.objects[key], digest(self.objects[key]), 0.0) if key in self.objects else None

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
        assert isinstance(data, bytes)
        self.check()
        there = digest(self.objects[key]) if key in self.objects else ABSENT
        if expected and expected != there:
            raise PreconditionFailed(key)
        self._write()
        self.objects[key] = data
        return digest(data)

    def list(self, wanted: Collection[str]) -> dict[str, Listed]:
        return {key: Listed(len(data), digest(data)) for key, data in self.objects.items()}

    def delete(self, keys: Sequence[str]) -> dict[str, str]:
        assert len(keys) <= self.batch
        self.check()
        self._write()
        for key in keys:
            self.objects.pop(key, None)
        return {}

    @contextlib.contextmanager
    def hold(self, deploy: str) -> Iterator[Callable[[], None]]:
        with hold_lock(self, deploy, self.output, "memory") as lock:
            self.check = lock.keep
            yield lock.keep

    def stop(self) -> None:
        self.writes = -(10**9)

    def _write(self) -> None:
        self.writes += 1
        self.before(self.writes)


def deploy(store: Store, project: Path, **options: Any) -> run.Outcome:
    output = project / "public"
    site = local.read_site(output, local.complete_record(output))
    invalidate = options.pop("invalidate", None)
    chosen = DeployOptions(
        output, Target("memory", "", ""), **{"jobs": 1, "max_delete": parse_limit("100%"), **options}
    )
    if isinstance(store, MemoryStore):
        store.output = output
    return run.Deployment(site.files, store, chosen, invalidate=invalidate).run()


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("courses")
    return {n: write_output(folder / str(n), course(n)) for n in (1, 2, 3)}


def killed_at(number: int) -> Callable[[int], None]:
    def before(count: int) -> None:
        if count == number:
            raise Killed

    return before


def look(store: MemoryStore, versions: list[dict[str, bytes]]) -> Callable[[int], None]:
    def before(_: int) -> None:
        check_visit(store.objects.get, list(store.objects), versions)

    return before


def test_a_visitor_sees_whole_pages_with_all_that_they_need_at_any_moment(projects: dict[int, Path]) -> None:
    store = MemoryStore({})
    for old, new in itertools.pairwise([1, 1, 2, 3, 1]):
        store.before = look(store, [course(old), course(new)])
        deploy(store, projects[new])
        published = {key: data for key, data in store.objects.items() if key in course(new)}
        assert published == course(new)


def clean(projects: dict[int, Path], versions: Sequence[int]) -> dict[str, bytes]:
    store = MemoryStore({})
    for version in versions:
        deploy(store, projects[version])
    return store.objects


def test_killed_at_any_write_a_rerun_ends_in_the_clean_state(projects: dict[int, Path]) -> None:
    before, expected = clean(projects, [1]), state_of(clean(projects, [1, 2]))
    for number in itertools.count(1):
        store = MemoryStore(dict(before))
        store.before = killed_at(number)
        try:
            deploy(store, projects[2])
        except Killed:
            check_visit(store.objects.get, list(store.objects), [course(1), course(2)])
            store.before = look(store, [course(1), course(2)])
            store.writes = 0
            store.objects.pop(LOCK, None)  # whose lock it is, is told apart in test_deploy_lock
            deploy(store, projects[2])
            assert state_of(store.objects) == expected
        else:
            assert state_of(store.objects) == expected
            assert number > 10
            break


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.integers(1, 30)), max_size=5), st.sampled_from([1, 2, 3]))
def test_any_row_of_interrupted_deploys_ends_with_the_last_site(
    projects: dict[int, Path], moves: list[tuple[int, int]], last: int
) -> None:
    foreign = {"theirs.html": b"x", "cloud/theirs.png": b"y", "p/index.html": b"z"}
    store = MemoryStore(dict(foreign))
    for version, number in moves:
        store.writes, store.before = 0, killed_at(number)
        try:
            deploy(store, projects[version])
        except Killed:
            store.objects.pop(LOCK, None)
        seen = [course(n) for n in (1, 2, 3)]
        check_visit(store.objects.get, [key for key in store.objects if key not in foreign], seen)
    store.writes, store.before = 0, lambda number: None
    deploy(store, projects[last])
    assert {key: store.objects.get(key) for key in course(last)} == course(last)
    assert {key: store.objects.get(key) for key in foreign} == foreign
    others = store.objects.keys() - course(last).keys() - foreign.keys() - {MANIFEST}
    assert all(key.endswith((".css", ".svg")) for key in others), "only assets outlive their pages"
    store.writes = 0
    assert deploy(store, projects[last]).state == "unchanged"
    assert store.writes == 0


def test_assets_outlive_one_generation(projects: dict[int, Path]) -> None:
    store = MemoryStore({})
    for version in (1, 2, 3):
        deploy(store, projects[version])
        hold_lock = {n for n in (1, 2, 3) if all(k in store.objects for k in course(n) if is_fingerprinted_here(k, n))}
        assert hold_lock == {version, version - 1} - {0}


def is_fingerprinted_here(key: str, version: int) -> bool:
    return what_it_is(key, course(version)[key], ())[1]


def test_a_page_that_is_deleted_or_changed_by_others_is_put_back(projects: dict[int, Path]) -> None:
    store = MemoryStore({})
    deploy(store, projects[1])
    del store.objects["cloud/a.html"]
    store.objects["cloud/gone.html"] = b"defaced"
    result = deploy(store, projects[1])
    assert (result.plan.new, result.plan.changed) == (("cloud/a.html",), ("cloud/gone.html",))
    assert {key: store.objects[key] for key in course(1)} == course(1)


@pytest.mark.parametrize("key", sorted(course(1)))
def test_a_foreign_object_in_the_way_stops_before_anything_is_written(key: str, projects: dict[int, Path]) -> None:
    store = MemoryStore({key: b"theirs"})
    with pytest.raises(DeployError, match=r"in the way.*--adopt"):
        deploy(store, projects[1])
    assert store.objects == {key: b"theirs"}
    deploy(store, projects[1], adopt=True)
    assert {k: store.objects[k] for k in course(1)} == course(1)


def test_what_others_put_there_meanwhile_is_not_touched(projects: dict[int, Path]) -> None:
    store = MemoryStore({})

    def appear(number: int) -> None:
        store.objects.setdefault("cloud/a.html", b"theirs")

    store.before = appear
    with pytest.raises(DeployError, match=r"cloud/a\.html was put there by somebody else"):
        deploy(store, projects[1])
    assert store.objects["cloud/a.html"] == b"theirs"
    with pytest.raises(DeployError, match=r"in the way.*cloud/a\.html"):
        deploy(store, projects[1])
    assert store.objects["cloud/a.html"] == b"theirs", "nor when it is run again"


def test_a_process_that_wakes_does_not_write_over_its_successor(projects: dict[int, Path]) -> None:
    store = MemoryStore({})
    deploy(store, projects[1])

    def succeed(number: int) -> None:
        if number == 4:  # the lock is held, the manifest is written
            store.objects["cloud/a.html"] = b"of the successor"

    store.writes, store.before = 0, succeed
    with pytest.raises(DeployError, match=r"cloud/a\.html was changed by somebody else"):
        deploy(store, projects[2])
    assert store.objects["cloud/a.html"] == b"of the successor"


def late_packet(projects: dict[int, Path], others: bytes = b"") -> MemoryStore:
    """A deploy was killed, and another one has ended; then the killed one's write of a page arrives."""
    store = MemoryStore({})
    deploy(store, projects[1])
    store.writes, store.before = 0, killed_at(5)  # after lock, manifest and two assets
    with pytest.raises(Killed):
        deploy(store, projects[2])
    assert "cloud/new.html" not in store.objects
    store.objects.pop(LOCK, None)
    store.before = lambda number: None
    deploy(store, projects[1])
    store.objects["cloud/new.html"] = others or course(2)["cloud/new.html"]
    return store


@pytest.mark.parametrize("version", [1, 2, 3])
def test_what_a_late_packet_brings_back_is_ours(version: int, projects: dict[int, Path]) -> None:
    store = late_packet(projects)
    deploy(store, projects[version])
    assert store.objects.get("cloud/new.html") == course(version).get("cloud/new.html")
    assert deploy(store, projects[version]).state == "unchanged"


def test_what_a_late_packet_brings_back_after_its_deletion_is_ours(projects: dict[int, Path]) -> None:
    store = MemoryStore({})
    for version in (1, 2):
        deploy(store, projects[version])
    for _ in range(2):
        store.objects["cloud/gone.html"] = course(1)["cloud/gone.html"]
        assert deploy(store, projects[2]).plan.removed == ("cloud/gone.html",)
        assert "cloud/gone.html" not in store.objects
    assert deploy(store, projects[2]).state == "unchanged"


def test_what_others_put_where_something_is_gone_is_theirs(projects: dict[int, Path]) -> None:
    theirs = b"x" * len(course(2)["cloud/new.html"])
    store = late_packet(projects, theirs)
    assert deploy(store, projects[1]).state == "unchanged"
    with pytest.raises(DeployError, match=r"in the way.*cloud/new\.html"):
        deploy(store, projects[2])
    assert store.objects["cloud/new.html"] == theirs


class Folding(MemoryStore):
    """Takes names for one that differ by case alone, and keeps the spelling that came first."""

    def spelled(self, key: str) -> str:
        return next((name for name in self.objects if name.casefold() == key.casefold()), key)

    def get(self, key: str) -> Object | None:
        return super().get(self.spelled(key))

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
        if (there := self.spelled(key)) != key:
            self.objects[key] = self.objects.pop(there)
        return super().put(key, data, headers, sha256, expected)

    def list(self, wanted: Collection[str]) -> dict[str, Listed]:
        found = super().list(wanted)
        for key in [key for key in wanted if key not in found and self.spelled(key) != key]:
            found[key] = found.pop(self.spelled(key))._replace(spelled=self.spelled(key))
        return found

    def delete(self, keys: Sequence[str]) -> dict[str, str]:
        return super().delete([*map(self.spelled, keys)])


@pytest.mark.parametrize("text", [b"<p>one</p>", b"<p>two</p>"])
def test_a_page_may_be_renamed_by_case_alone(text: bytes, tmp_path: Path) -> None:
    before = write_output(tmp_path / "before", {"Cloud/Intro.html": b"<p>one</p>", "index.html": b"<p>"})
    after = write_output(tmp_path / "after", {"cloud/intro.html": text, "index.html": b"<p>"})
    for store in (MemoryStore({}), Folding({})):
        for project in (before, after):
            deploy(store, project)
        assert store.objects.keys() == {"cloud/intro.html", "index.html", MANIFEST}
        assert store.objects["cloud/intro.html"] == text
        assert deploy(store, after).state == "unchanged"
    theirs = Folding({"CLOUD/intro.html": b"theirs"})
    with pytest.raises(DeployError, match=r"in the way.*cloud/intro\.html"):
        deploy(theirs, after)
    assert theirs.objects == {"CLOUD/intro.html": b"theirs"}


class Late(MemoryStore):
    """Somebody else's deploy writes between this one's look and its lock."""

    late: Callable[[], None] = staticmethod(lambda: None)

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
        if key == LOCK:
            self.late()
        return super().put(key, data, headers, sha256, expected)


def test_what_an_unfinished_deploy_still_wrote_is_no_orphan(projects: dict[int, Path]) -> None:
    store = Late({})
    deploy(store, projects[1])
    store.writes, store.before = 0, killed_at(4)
    with pytest.raises(Killed):
        deploy(store, projects[2])
    store.objects.pop(LOCK, None)
    store.before = lambda number: None
    assert "cloud/new.html" not in store.objects
    store.late = lambda: store.objects.update({"cloud/new.html": course(2)["cloud/new.html"]})
    deploy(store, projects[1])
    assert "cloud/new.html" not in store.objects


def test_a_deploy_that_ends_while_another_looks_is_noticed(projects: dict[int, Path]) -> None:
    class Looking(MemoryStore):
        def list(self, wanted: Collection[str]) -> dict[str, Listed]:
            found = super().list(wanted)
            deploy(other, projects[2])
            return found

    store = Looking({})
    other = MemoryStore(store.objects)
    deploy(other, projects[1])
    with pytest.raises(DeployError, match="from elsewhere a moment ago"):
        deploy(store, projects[3])


def test_a_manifest_that_is_not_ours_stops(projects: dict[int, Path]) -> None:
    entry = ["0", 1, "0", "0", 1, False, "page"]
    start = '{"schema":1,"deploy":"d","generation":1,"state":"complete","owed":[],"files":'
    odd = [json.dumps({"k": [*entry[:n], [], *entry[n + 1 :]]}) for n in range(7)] + [
        '{"k":["0",NaN]}',
        "[]",
        '{"k":1}',
    ]
    texts = ["{}", "not json", '{"schema": 99}', '{"schema":1,"state":"odd"}', "[" * 100_000, '{"schema":1e999}',
             *(f"{start}{files}}}" for files in odd), f"{start}{{}}}}".replace('"generation":1', '"generation":1e999'),
             f"{start}{{}}}}".replace('"generation":1', f'"generation":{"9" * 9999}')]  # fmt: skip
    for data in map(str.encode, texts):
        store = MemoryStore({MANIFEST: data})
        with pytest.raises(DeployError, match=r"manifest.*(move it away|update)"):
            deploy(store, projects[1])
        assert store.objects == {MANIFEST: data}


def test_too_many_deletions_stop_before_anything_is_written(projects: dict[int, Path], tmp_path: Path) -> None:
    store = MemoryStore({})
    deploy(store, projects[1])
    small = write_output(tmp_path, {"index.html": b"<p>only this</p>"})
    before = dict(store.objects)
    with pytest.raises(DeployError, match=r"--max-delete 50% allows"):
        deploy(store, small, max_delete=parse_limit("50%"))
    assert store.objects == before
    deploy(store, small, max_delete=parse_limit("7"))
    assert "cloud.html" not in store.objects
    assert parse_limit("50%").of(9) == 4


def test_a_dry_run_writes_nothing(projects: dict[int, Path]) -> None:
    store = MemoryStore({})
    store.before = killed_at(1)
    result = deploy(store, projects[1], dry_run=True)
    assert result.state == "dry-run"
    assert set(result.plan.new) == set(course(1))


def test_steps_are_in_the_order_of_the_promise(projects: dict[int, Path]) -> None:
    store = MemoryStore({})
    deploy(store, projects[1])
    steps = deploy(store, projects[2], invalidate=lambda paths, reference: None).plan.steps
    assert [step.name for step in steps] == [
        "assets", "new pages", "changed pages", "lists of pages", "home page", "feed and sitemap", "invalidation",
        "pages that are gone",
    ]  # fmt: skip
    assert steps[4].keys == ("index.html",)


def test_what_names_pages_goes_before_them_and_what_they_need_after(tmp_path: Path) -> None:
    many = ["tags.html", "tags/t.html", "cloud/a.html", "files/a.pdf", "feed.xml", named("x", "css", b"x")]
    full = write_output(tmp_path / "full", {"index.html": b"<p>", **dict.fromkeys(many, b"x")}, lists=many[:2])
    empty = write_output(tmp_path / "empty", {"index.html": b"<p>"})
    store = MemoryStore({})
    deploy(store, full)
    assert [(step.name, step.keys) for step in deploy(store, empty).plan.steps] == [
        ("lists that are gone", ("feed.xml", "tags.html", "tags/t.html")),
        ("pages that are gone", ("cloud/a.html",)),
        ("assets out of use", ("files/a.pdf",)),
    ]


def test_what_a_cdn_is_owed_is_paid_by_the_next_deploy(projects: dict[int, Path]) -> None:
    store = MemoryStore({})
    paid: list[tuple[str, ...]] = []

    def fail(paths: tuple[str, ...], reference: str) -> None:
        raise DeployError("no")

    deploy(store, projects[1], invalidate=fail)
    with pytest.raises(DeployError):
        deploy(store, projects[2], invalidate=fail)
    assert "cloud/gone.html" in store.objects, "nothing is deleted before the CDN has been told"
    deploy(store, projects[2])
    assert deploy(store, projects[2]).state == "unchanged"
    deploy(store, projects[2], invalidate=lambda paths, reference: paid.append(paths))
    assert deploy(store, projects[2], invalidate=fail).state == "unchanged"
    changed = ["/", "/index.html", "/cloud.html", "/cloud/a.html", "/cloud/gone.html", "/feed.xml"]
    assert set(changed) <= set(paid[0])


def test_paths_to_invalidate() -> None:
    assert invalidation_paths("", ["a b+ü%#*.html"]) == ("/a%20b%2B%C3%BC%25%23%2A.html",)
    assert invalidation_paths("p/", ["old/index.html"]) == ("/p/old/", "/p/old/index.html")
    assert len(invalidation_paths("", map(str, range(100)))) == 100
    assert invalidation_paths("p q/", map(str, range(101))) == ("/p%20q/*",)


# ---- folders


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def test_a_folder_whose_deploy_is_killed_at_any_write_is_clean_after_another(
    projects: dict[int, Path], tmp_path: Path
) -> None:
    deploy(FolderStore(tmp_path / "clean"), projects[1])
    with contextlib.closing(Deployer()) as deployer:
        assert deployer.run("deploy", str(tmp_path / "clean"), cwd=projects[2]).code == 0
        expected = state_of(dict(files(tmp_path / "clean")))
        for number in itertools.count(1):
            root = tmp_path / str(number)
            deploy(FolderStore(root), projects[1])
            arguments = ("deploy", str(root), "--jobs", "2")
            done = deployer.run(*arguments, cwd=projects[2], env={"KILL_AT_WRITE": str(number)})
            seen = dict(files(root))
            check_visit(seen.get, list(seen), [course(1), course(2)])
            if done.code == 0:
                break
            assert done.code == -9
            again = deployer.run(*arguments, cwd=projects[2])
            assert again.code == 0, again.err
            assert state_of(dict(files(root))) == expected
    assert number > 10


def test_a_folder_is_no_way_out_through_a_link(projects: dict[int, Path], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "cloud").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(DeployError, match="symbolic link"):
        deploy(FolderStore(tmp_path / "site"), projects[1])
    assert not list((tmp_path / "elsewhere").iterdir())


def test_two_deploys_at_once_to_a_folder(projects: dict[int, Path], tmp_path: Path) -> None:
    with contextlib.closing(Deployer()) as second, contextlib.closing(Deployer()) as third:
        deployers = {2: second, 3: third}
        for number in range(4):
            root = tmp_path / str(number)
            deploy(FolderStore(root), projects[1])
            for version, deployer in deployers.items():
                deployer.start("deploy", str(root), cwd=projects[version])
            done = {version: deployer.wait() for version, deployer in deployers.items()}
            seen = dict(files(root))
            assert any(course(version).items() <= seen.items() for version, ended in done.items() if ended.code == 0)
            check_visit(seen.get, list(seen), [course(2) if course(2).items() <= seen.items() else course(3)])
            for ended in done.values():
                assert ended.code == 0 or "holds the lock" in ended.err or "elsewhere" in ended.err, ended.err
            assert not [name for name in seen if "/lock" in name or "staging" in name]


def test_a_write_leaves_nothing_staged_whether_it_is_refused_or_not(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    etag = store.put("new.html", b"<p>", UNCACHED, expected=ABSENT)
    for expected in (ABSENT, "0" * 32):
        with pytest.raises(PreconditionFailed):
            store.put("new.html", b"other", UNCACHED, expected=expected)
    store.put("new.html", b"newer", UNCACHED, expected=etag)
    assert dict(files(tmp_path)) == {"new.html": b"newer"}


def test_a_deploy_to_a_folder_holds_a_lock_that_ends_with_it(projects: dict[int, Path], tmp_path: Path) -> None:
    root = tmp_path / "site"
    with FolderStore(root).hold("one"), pytest.raises(DeployError, match="another deploy holds the lock"):
        deploy(FolderStore(root), projects[1])
    assert not dict(files(root))
    (root / ".notes-site" / "lock").write_text("process 1")  # of one that was killed
    (root / ".notes-site" / "staging").mkdir()
    (root / ".notes-site" / "staging" / "1").write_text("half")
    for state in ("deployed", "unchanged"):
        assert deploy(FolderStore(root), projects[1]).state == state
        assert {name for name, _ in files(root)} == {*course(1), MANIFEST}
        (root / ".notes-site" / "lock").touch()


def test_what_others_put_into_a_folder_meanwhile_is_not_touched(projects: dict[int, Path], tmp_path: Path) -> None:
    class Late(FolderStore):
        def list(self, wanted: Collection[str]) -> dict[str, Listed]:
            found = super().list(wanted)
            (tmp_path / "cloud").mkdir(exist_ok=True)
            (tmp_path / "cloud" / "a.html").write_bytes(b"theirs")
            return found

    with pytest.raises(DeployError, match=r"cloud/a\.html was put there by somebody else"):
        deploy(Late(tmp_path), projects[1])
    with pytest.raises(DeployError, match=r"in the way.*cloud/a\.html"):
        deploy(FolderStore(tmp_path), projects[1])
    assert (tmp_path / "cloud" / "a.html").read_bytes() == b"theirs"


def test_a_folder_that_takes_two_names_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file system does by itself is pretended: that a file is there under a name that is not its own."""
    root = tmp_path / "site"
    before = write_output(tmp_path / "before", {"Cloud/Intro.html": b"<p>one</p>", "index.html": b"<p>"})
    after = write_output(tmp_path / "after", {"cloud/intro.html": b"<p>two</p>", "index.html": b"<p>"})
    deploy(FolderStore(root), before)
    (root / "cloud").mkdir()
    lexists = os.path.lexists

    def rename(old: Path, new: Path) -> None:
        if old.is_file():  # the folders would be one
            os.replace(old, new)

    monkeypatch.setattr("os.path.lexists", lambda path: lexists(path) or Path(path) == root / "cloud/intro.html")
    monkeypatch.setattr("os.rename", rename)
    result = deploy(FolderStore(root), after)
    assert (result.plan.changed, result.plan.removed) == (("cloud/intro.html",), ())
    assert [name for name, _ in files(root)] == [MANIFEST, "cloud/intro.html", "index.html"]
    assert deploy(FolderStore(root), after).state == "unchanged"


def test_a_large_file_that_changes_meanwhile_is_not_published(
    projects: dict[int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LARGE", 8)
    monkeypatch.setattr(local, "PART", 8)
    project = write_output(tmp_path / "project", {"film.mp4": b"0123456789" * 5, "index.html": b"<p>home</p>"})
    deploy(FolderStore(tmp_path / "site"), project)
    assert (tmp_path / "site" / "film.mp4").read_bytes() == b"0123456789" * 5

    class Late(FolderStore):
        def list(self, wanted: Collection[str]) -> dict[str, Listed]:
            (project / "public" / "film.mp4").write_bytes(b"9876543210" * 5)  # it has been read already
            return super().list(wanted)

    with pytest.raises(DeployError, match="has changed while it was deployed"):
        deploy(Late(tmp_path / "other"), project)
    assert not (tmp_path / "other" / "film.mp4").exists()


def test_a_fresh_clone_of_the_folder_is_unchanged(projects: dict[int, Path], tmp_path: Path) -> None:
    deploy(FolderStore(tmp_path / "one"), projects[1])
    for name, data in files(tmp_path / "one"):
        (tmp_path / "two" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "two" / name).write_bytes(data)
    assert deploy(FolderStore(tmp_path / "two"), projects[1]).state == "unchanged"


def test_a_large_site_goes_to_a_folder_and_back(tmp_path: Path) -> None:
    pages = {f"n/{number:04}.html": b"<p>%d</p>" % number for number in range(1200)}
    style = b"p { color: red }"
    project = write_output(tmp_path / "many", {**pages, named("style", "css", style): style, "index.html": b"<p>"})
    store = FolderStore(tmp_path / "site")
    assert len(deploy(store, project, jobs=4).plan.new) == 1202
    few = write_output(tmp_path / "few", {"index.html": b"<p>"})
    assert len(deploy(store, few).plan.removed) == 1200
    left = [MANIFEST, "index.html", named("style", "css", style)]
    assert sorted(name for name, _ in files(tmp_path / "site")) == left


# ---- the lock


class Clock:
    """The clock of this machine, as the lock sees it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> tuple[float, float]:
        return 1e6, 1e9 + self.seconds  # asleep: only the second goes on


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(lock, "_now", made)
    return made


def acquire(store: MemoryStore) -> Lock:
    taken = Lock(store, "ours", "nonce")
    taken.acquire()
    store.check = taken.keep
    return taken


def test_a_lock_is_renewed_when_it_is_time(clock: Clock) -> None:
    store = MemoryStore({})
    taken = acquire(store)
    for seconds, beats in ((29, 0), (30, 1), (59, 1), (60, 2), (600, 3)):
        clock.seconds = seconds
        taken.keep()
        assert json.loads(store.objects[LOCK])["beat"] == beats
    taken.release()
    assert store.objects == {}


def test_a_lock_that_was_taken_over_is_not_given_back(clock: Clock) -> None:
    store = MemoryStore({})
    taken = acquire(store)
    store.objects[LOCK] = b"theirs"
    clock.seconds = 200
    with pytest.raises(DeployError, match="taken the lock over"):
        taken.keep()
    taken.release()
    assert store.objects == {LOCK: b"theirs"}


def test_a_lock_that_is_taken_over_while_it_is_given_back_stays(clock: Clock) -> None:
    class Paused(MemoryStore):
        def get(self, key: str) -> Object | None:
            found = super().get(key)
            clock.seconds += 200  # the process sleeps between its look and its deletion
            self.objects[key] = b"theirs"
            return found

    store = Paused({})
    with pytest.raises(DeployError, match="taken the lock over"):
        acquire(store).release()
    assert store.objects == {LOCK: b"theirs"}


def test_a_lock_that_runs_out_while_it_is_renewed_is_not_relied_on(clock: Clock) -> None:
    class Slow(MemoryStore):
        takes = 0

        def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
            etag = super().put(key, data, headers, sha256, expected)
            clock.seconds += self.takes  # until the answer comes
            return etag

    store = Slow({})
    taken = acquire(store)
    for store.takes in (35, 119):  # due again at once, then
        clock.seconds += 30
        taken.keep()
    store.takes = 120
    with pytest.raises(DeployError, match="ran out"):
        taken.keep()


class Forgetful(MemoryStore):
    """Loses the answer of every write under a expected, so that a retry finds a conflict."""

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
        super().put(key, data, headers, sha256, expected)
        raise PreconditionFailed(key)


def test_a_lost_answer_is_no_lost_race() -> None:
    assert put_once(Forgetful({}), LOCK, b"ours", UNCACHED, ABSENT) == digest(b"ours")
    with pytest.raises(PreconditionFailed):
        put_once(MemoryStore({LOCK: b"theirs"}), LOCK, b"ours", UNCACHED, ABSENT)


def test_ctrl_c_just_after_the_lock_was_taken_gives_it_back(projects: dict[int, Path]) -> None:
    class Interrupted(MemoryStore):
        def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
            if key in self.objects:
                raise KeyboardInterrupt  # at the probe
            return super().put(key, data, headers, sha256, expected)

    store = Interrupted({})
    with pytest.raises(KeyboardInterrupt):
        deploy(store, projects[1])
    assert store.objects == {}


@pytest.mark.parametrize("data", ["{", "[" * 100_000, '{"life":NaN}', "[]", '{"life":' + "9" * 999 + "}"])
def test_a_lock_that_cannot_be_read_is_held_until_its_time_has_passed(data: str) -> None:
    with pytest.raises(DeployError, match=r"of unknown origin.* free 120 s after that"):
        acquire(MemoryStore({LOCK: data.encode()}))


@pytest.mark.parametrize("life", ["1e999", "1e300", '"nan"', '"inf"', "86400", "NaN"])
def test_no_lock_lasts_for_ever(life: str) -> None:
    class Old(MemoryStore):
        def get(self, key: str) -> Object | None:
            found = super().get(key)
            return found and found._replace(age=1200.0)

    with pytest.raises(DeployError, match=r"free (1200|120) s after that"):
        acquire(MemoryStore({LOCK: f'{{"nonce":"n","deploy":"theirs","life":{life}}}'.encode()}))
    acquire(Old({LOCK: f'{{"nonce":"n","deploy":"theirs","life":{life}}}'.encode()})).release()
