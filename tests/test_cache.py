"""The cache is never believed: damaged, exchanged, or written by somebody else, it is as good as not there."""

from __future__ import annotations

import random
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from notes_site.base.digest import digest
from notes_site.storage import user_cache
from notes_site.storage.cache import Cache, Namespace
from notes_site.storage.files import STATE
from tests.harness import Site, run

TABLES: tuple[Namespace, ...] = get_args(Namespace)


class Built(NamedTuple):
    """A site that was built, its cache, and what must come out of it: as it is, and after an edit."""

    site: Site
    cache: bytes
    note: Path
    results: dict[str, dict[str, bytes]]

    def holds(self, *, some: int = 0) -> None:
        """With the cache as it is now, every build is right: that after an edit (1), of what it was made from (2)."""
        damaged = self.site.project.state.read_bytes()
        for text, wanted in [*self.results.items()][some - 1 if some else 0 : some or None]:
            self.site.project.state.write_bytes(damaged)
            self.note.write_text(text)
            assert self.site.build().published
            assert self.site.published() == wanted
            again = self.site.build()
            assert (again.written, again.removed) == (0, 0)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = Site(tmp_path_factory.mktemp("cache") / "site")
    note = site.note("cloud/one.md", "Text.\n\n```python\nprint(1)\n```\n[two](two.md)\n", title="One", time="30 min")
    site.note("cloud/two.md", "Other " + "words " * 900 + "\n\n[data](data.csv) [gone](gone.md)\n", title="Two")
    site.note("lab/three.md", "[data](../cloud/data.csv)\n", title="Three", time="5 min")
    site.write("content/cloud/data.csv", "a,b\n")
    site.write("notes-site.toml", 'base_url = "https://example.org/notes"\n')
    results: dict[str, dict[str, bytes]] = {}
    for text in (note.read_text() + "\nEdited.\n", note.read_text()):
        note.write_text(text)
        results[text] = site.clean_build(site.root.parent / f"clean {len(results)}" / "out")
        site.build()
    site.build()
    return Built(site, site.project.state.read_bytes(), note, results)


@pytest.fixture
def built(course: Built) -> Built:
    """The built site with its cache in order."""
    course.site.project.state.unlink(missing_ok=True)
    course.site.project.state.write_bytes(course.cache)
    return course


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def scatter(data: bytearray, chance: random.Random) -> None:
    for _ in range(20):
        data[chance.randrange(len(data))] = chance.randrange(256)


def clear(data: bytearray, chance: random.Random) -> None:
    start, size = chance.randrange(len(data)), chance.choice([16, 512, 4096, 8192])
    data[start : start + size] = bytes(len(data[start : start + size]))


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def lose(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice([1, 7, 4096])]


def exchange_pages(data: bytearray, chance: random.Random) -> None:
    first, second = (4096 * chance.randrange(len(data) // 4096) for _ in range(2))
    kept = data[first : first + 4096]
    data[first : first + 4096] = data[second : second + 4096]
    data[second : second + 4096] = kept


@pytest.mark.slow
@pytest.mark.parametrize("damage", [flip, scatter, clear, cut, lose, exchange_pages])
def test_damaged_file_heals(built: Built, damage: Callable[[bytearray, random.Random], None]) -> None:
    for seed in range(14):
        data = bytearray(built.cache)
        damage(data, random.Random(seed))
        built.site.project.state.write_bytes(data)
        built.holds(some=seed % 2 + 1)


ROWS = {
    "a bit of a value": "UPDATE {} SET value = :other WHERE key = :key",
    "a text as value": "UPDATE {} SET value = 'text' WHERE key = :key",
    "no text as text": "UPDATE {} SET value = CAST(x'fffe' AS TEXT) WHERE key = :key",
    "a number as value": "UPDATE {} SET value = 1e999 WHERE key = :key",
    "nothing as value": "UPDATE {} SET value = NULL WHERE key = :key",
    "an empty value": "UPDATE {} SET value = x'' WHERE key = :key",
    "no seal": "UPDATE {} SET seal = NULL WHERE key = :key",
    "another seal": "UPDATE {} SET seal = :seal WHERE key = :key",
    "another row": "UPDATE {} SET (value, seal) = (SELECT value, seal FROM {} WHERE key = :next) WHERE key = :key",
    "another key": "UPDATE OR REPLACE {} SET key = :next WHERE key = :key",
    "a key that is none": "UPDATE {} SET key = x'ff' WHERE key = :key",
    "no row": "DELETE FROM {} WHERE key = :key",
}


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ROWS)
def test_changed_rows_heal(built: Built, table: str, change: str) -> None:
    with closing(sqlite3.connect(built.site.project.state)) as db:
        rows = db.execute(f"SELECT key, value FROM {table} ORDER BY key").fetchall()
        chance = random.Random(table + change)
        for place in {0, len(rows) - 1, chance.randrange(len(rows))}:
            other = bytearray(rows[place][1])
            flip(other, chance)
            values = {"key": rows[place][0], "next": rows[place - 1][0], "other": bytes(other), "seal": b"s" * 16}
            with suppress(sqlite3.IntegrityError):
                db.execute(ROWS[change].format(table, table), values)
        db.commit()
    built.holds()


@pytest.mark.parametrize("table", TABLES)
def test_row_of_another_table_is_not_believed(built: Built, table: str) -> None:
    with closing(sqlite3.connect(built.site.project.state)) as db:
        for other in TABLES:
            if other != table:
                db.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {other}")
        db.commit()
    built.holds()


# --- the cache of somebody else


def test_what_the_cache_of_somebody_else_says_is_not_published(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They ran a program that makes other pages of the same files, and hides a leak."""
    other = Site(tmp_path / "handed over")
    shutil.copytree(built.site.root / "content", other.root / "content", dirs_exist_ok=True)
    other.write("notes-site.toml", 'html = "safe"\n')
    other.write("content/cloud/keys.md", "redis://:c0rrecthorse@cache.acme.io\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "theirs"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "theirs"))
    with monkeypatch.context() as patched:
        patched.setattr("notes_site.base.slots.fill", lambda *_: "<script>alert(1)</script>")
        patched.setattr("notes_site.secrets.detect.check", lambda *_: ())
        other.build()
    assert b"<script>alert(1)" in other.published()["cloud/one.html"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "mine"))
    report = other.build()
    assert "leak" in {d.code for d in report.diagnostics}
    assert other.published() == other.clean_build(tmp_path / "clean" / "out")


@pytest.mark.parametrize("name", ["x", "x; ATTACH DATABASE '{}' AS z; CREATE TABLE z.t(x)"])
def test_tables_of_others_are_never_run(built: Built, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim.db"
    with closing(sqlite3.connect(built.site.project.state)) as db:
        quoted = name.format(victim).replace('"', '""')
        db.execute(f'CREATE TABLE "{quoted}" (x)')
        db.execute("PRAGMA user_version = 99")
        db.execute("CREATE TRIGGER t AFTER INSERT ON html BEGIN UPDATE html SET value = x''; END")
        db.commit()
    built.holds()
    assert not victim.exists()
    with closing(sqlite3.connect(built.site.project.state)) as db:
        assert {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")} == {*TABLES}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A database of the user's that must stay as it is."""
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE places (x)")
        db.execute("INSERT INTO places VALUES (1)")
        db.commit()
    before = path.read_bytes()
    yield path
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} <= {path.name, "folder", "site"}


@pytest.mark.parametrize("how", ["symlink_to", "hardlink_to"])
@pytest.mark.parametrize("is_empty", [False, True])
def test_link_in_place_of_the_cache_is_replaced(
    built: Built, tmp_path: Path, elsewhere: Path, how: str, is_empty: bool
) -> None:
    victim = tmp_path / "folder" if is_empty else elsewhere
    if is_empty:
        victim.write_bytes(b"")
    built.site.project.state.unlink()
    getattr(built.site.project.state, how)(victim)
    for text, wanted in built.results.items():
        built.note.write_text(text)
        built.site.build()
        assert built.site.published() == wanted
    assert not built.site.project.state.is_symlink()
    assert not is_empty or victim.read_bytes() == b""


def test_folder_of_the_cache_that_leads_elsewhere_is_left_alone(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.note("cloud/one.md", "Text.\n", title="One")
    (tmp_path / "folder").mkdir()
    (site.root / STATE).symlink_to(tmp_path / "folder")
    assert site.build().published
    assert list((tmp_path / "folder").iterdir()) == []


def test_link_among_our_files_is_never_written_through(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.note("cloud/one.md", "Text.\n", title="One")
    (site.root / STATE).mkdir()
    (site.root / STATE / ".gitignore").symlink_to(tmp_path / "made")
    assert site.build().published
    assert not (tmp_path / "made").exists()


def test_journal_of_somebody_else_is_not_played(built: Built, elsewhere: Path) -> None:
    """One that is hot can name any file as its super-journal, which SQLite then deletes."""
    state = built.site.project.state
    with closing(sqlite3.connect(state)) as db, closing(sqlite3.connect(elsewhere)):
        db.execute("PRAGMA cache_size = 1")
        db.execute("UPDATE results SET value = x'00'")
        name = bytes(elsewhere)
        journal = state.with_name("cache.db-journal").read_bytes()
        journal += (2**32 - 1).to_bytes(4, "big") + name + len(name).to_bytes(4, "big")
        journal += (sum(name) & 0xFFFFFFFF).to_bytes(4, "big") + bytes.fromhex("d9d505f920a163d7")
        db.rollback()
    state.with_name("cache.db-journal").write_bytes(journal)
    built.holds()
    assert elsewhere.exists()


# --- what is the user's alone


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    return tmp_path / "notes-site"


def test_key_is_kept_and_is_nobody_elses(home: Path) -> None:
    key = user_cache.key()
    assert len(key) == 32
    assert user_cache.key() == key
    assert [stat.S_IMODE(path.stat().st_mode) for path in (home, home / "key")] == [0o700, 0o600]
    (home / "key").unlink()
    assert user_cache.key() != key


def loose(home: Path) -> None:
    (home / "key").chmod(0o666)


def loose_folder(home: Path) -> None:
    home.chmod(0o777)


def linked(home: Path) -> None:
    (home / "key").rename(home / "other")
    (home / "key").symlink_to("other")


def linked_folder(home: Path) -> None:
    home.rename(home.with_name("other"))
    home.symlink_to("other")


def short(home: Path) -> None:
    (home / "key").write_bytes(b"short")


@pytest.mark.parametrize("harm", [loose, loose_folder, linked, linked_folder, short])
def test_what_others_could_have_written_is_not_read(home: Path, harm: Callable[[Path], None]) -> None:
    key = user_cache.key()
    user_cache.save("templates", "name", b"code")
    assert user_cache.load("templates", "name") == b"code"
    harm(home)
    assert user_cache.key() != key
    assert user_cache.load("templates", "name") is None


def test_what_is_damaged_is_not_read(home: Path) -> None:
    user_cache.save("templates", "name", b"code")
    user_cache.save("templates", "other", b"code of another")
    file, other = home / "templates-name", home / "templates-other"
    for data in (b"", file.read_bytes()[:-1], file.read_bytes() + b"x", other.read_bytes()):
        file.write_bytes(data)
        assert user_cache.load("templates", "name") is None


def test_only_some_are_kept(home: Path) -> None:
    for number in range(40):
        user_cache.save("templates", str(number), b"code")
    assert len(list(home.glob("templates-*"))) == 16
    assert user_cache.load("templates", "39") == b"code"
    assert user_cache.load("templates", "0") is None


def test_without_a_home_all_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "file"))
    (tmp_path / "file").write_text("")
    site = Site(tmp_path / "site")
    site.note("cloud/one.md", "Text.\n", title="One")
    assert site.build().written
    before = site.published()
    report = site.build()
    assert (report.written, report.removed) == (0, 0)
    assert site.published() == before


def test_no_code_lies_in_a_project(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.note("cloud/one.md", "```python\nprint(1)\n```\n", title="One")
    site.write("templates/404.html", '{% extends "default/404.html" %}')
    site.build()
    with closing(Cache(site.project.state)) as cache:
        for table in TABLES:
            for value in cache.items(table).values():
                assert not {b"t_1", b"environment", b"co_code"} & {*value.split(b"\0")}
                assert b"l_0_view" not in value  # a name in all that Jinja makes of a template


# --- what an output folder says of itself


@pytest.mark.slow
@pytest.mark.parametrize("path", ["../victim", "../../victim", "cloud/../../victim", "/{}", "{}", "./../victim"])
@pytest.mark.parametrize("command", ["build", "clean", "deploy"])
def test_record_names_nothing_out_of_its_folder(tmp_path: Path, path: str, command: str) -> None:
    site = Site(tmp_path / "site")
    site.note("cloud/one.md", "Text.\n", title="One")
    site.build()
    victims = [tmp_path / "victim", site.root / "victim"]
    for victim in victims:
        victim.write_text("mine")
    record = site.output / STATE / "build.json"
    name = path.format(victims[0])
    record.write_text(record.read_text().replace('"files": {', f'"files": {{"{name}": "{digest(b"mine")}",'))
    target = tmp_path / "deployed"
    done = run(command, *([str(target)] if command == "deploy" else []), cwd=site.root)
    assert [victim.read_text() for victim in victims] == ["mine", "mine"]
    if command == "deploy":
        assert (done.returncode, target.exists()) == (1, False), done
        assert "build record" in done.stderr
    else:
        assert done.returncode == 0, done


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lock", "staging", "staging/record", ""])
def test_link_in_our_folder_of_the_output_is_never_written_through(tmp_path: Path, name: str) -> None:
    site = Site(tmp_path / "site")
    site.note("cloud/one.md", "Text.\n", title="One")
    site.build()
    before = site.published()
    victim = tmp_path / "victim"
    place = site.output / STATE / name
    if name in ("lock", "staging/record"):
        victim.write_text("mine")
        place.unlink(missing_ok=True)
        place.parent.mkdir(exist_ok=True)
    else:
        victim.mkdir()
        (victim / "record").write_text("mine")
        shutil.copy(site.output / STATE / "build.json", victim)
        shutil.rmtree(place, ignore_errors=True)
    place.symlink_to(victim)
    copy = {path: path.read_bytes() for path in [victim, *victim.glob("*")] if path.is_file()}
    nothing_staged = name == "staging/record"
    site.note("cloud/one.md", "Text.\n" if nothing_staged else "Edited.\n", title="One", colour="unknown to us")
    done = site.run("build")
    assert {path: path.read_bytes() for path in [victim, *victim.glob("*")] if path.is_file()} == copy
    if name.startswith("staging"):
        assert done.returncode == 0
        assert site.published() == site.clean_build(tmp_path / "clean" / "out")
    else:
        assert (done.returncode, done.stdout) == (1, "")
        assert "symbolic link" in done.stderr
        place.unlink()
        assert site.page("cloud/one.html").encode() == before["cloud/one.html"]
