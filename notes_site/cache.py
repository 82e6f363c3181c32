"""One SQLite file of what need not be computed again. Disposable: a cache that cannot be used is an empty cache.

Tables: `runs` (the last run for each set of flags), `inputs` (digest by path and stamp), `memo` (results by key),
`code` (highlighted code of each note), `bodies` (rendered HTML by digest), `search` (records of the search by digest),
`outputs` (what each published file was made from).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_SCHEMA = 3
_TABLES = """
CREATE TABLE runs (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE inputs (path TEXT PRIMARY KEY, stat TEXT, digest TEXT) WITHOUT ROWID;
CREATE TABLE memo (key TEXT PRIMARY KEY, value BLOB);
CREATE TABLE code (path TEXT PRIMARY KEY, program TEXT, blocks BLOB);
CREATE TABLE bodies (digest TEXT PRIMARY KEY, html TEXT);
CREATE TABLE search (digest TEXT PRIMARY KEY, terms TEXT, sections TEXT);
CREATE TABLE outputs (root TEXT, path TEXT, key TEXT, parts TEXT, digest TEXT, stat TEXT, PRIMARY KEY (root, path))
    WITHOUT ROWID;
"""

Row = tuple[str, ...]
_AT_ONCE = 500  # values in a query


class CacheDamaged(Exception):
    """The cache lacks what it promised; building without it mends that."""


class Cache:
    """The open cache. Nothing is kept until `commit`."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; where that cannot be, work in memory."""
        self._path = path
        self._db = _open(path)
        self._broken = False

    def close(self) -> None:
        """Close the file; what was not committed is gone, and so is a file found damaged."""
        self._db.close()
        if self._broken:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget everything."""
        with suppress(sqlite3.Error):
            for name in _names(self._db):
                self._db.execute(f"DELETE FROM {name}")

    def commit(self) -> None:
        """Keep what was written. A full disk or another process only costs the next build some time."""
        with suppress(sqlite3.Error):
            self._db.commit()

    def run(self, key: str) -> str | None:
        """Return the record of the last run with these flags."""
        rows = self._rows("SELECT value FROM runs WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def save_run(self, key: str, value: str) -> None:
        """Remember a run."""
        self._write("INSERT OR REPLACE INTO runs VALUES (?, ?)", [(key, value)])

    def inputs(self) -> dict[str, tuple[str, str]]:
        """Return stamp and digest of every known input."""
        return {path: (stat, digest) for path, stat, digest in self._rows("SELECT path, stat, digest FROM inputs")}

    def save_inputs(self, changed: Mapping[str, tuple[str, str]], gone: Iterable[str]) -> None:
        """Remember inputs that changed, forget those that are gone."""
        rows = [(path, *value) for path, value in changed.items()]
        self._write("INSERT OR REPLACE INTO inputs VALUES (?, ?, ?)", rows)
        self._write("DELETE FROM inputs WHERE path = ?", [(path,) for path in gone])

    def memo(self) -> dict[str, bytes]:
        """Return every remembered result by its key."""
        return dict(self._rows("SELECT key, value FROM memo"))

    def save_memo(self, new: Mapping[str, bytes], gone: Iterable[str]) -> None:
        """Remember results, forget others."""
        self._write("INSERT OR REPLACE INTO memo VALUES (?, ?)", [*new.items()])
        self._write("DELETE FROM memo WHERE key = ?", [(key,) for key in gone])

    def code(self, path: str, program: str) -> bytes:
        """Return the highlighted code of a note as this program made it, nothing where there is none."""
        rows = self._rows("SELECT blocks FROM code WHERE path = ? AND program = ?", (path, program))
        return rows[0][0] if rows else b""

    def save_code(self, program: str, new: Mapping[str, bytes]) -> None:
        """Remember the highlighted code of notes by their paths."""
        self._write("INSERT OR REPLACE INTO code VALUES (?, ?, ?)", [(path, program, new[path]) for path in new])

    def keep_code(self, used: Iterable[str]) -> None:
        """Forget the code of all other notes."""
        known = {row[0] for row in self._rows("SELECT path FROM code")}
        self._write("DELETE FROM code WHERE path = ?", [(path,) for path in known.difference(used)])

    def body(self, digest: str) -> str | None:
        """Return one rendered body."""
        rows = self._rows("SELECT html FROM bodies WHERE digest = ?", (digest,))
        return rows[0][0] if rows else None

    def save_bodies(self, new: Mapping[str, str]) -> None:
        """Remember rendered bodies."""
        self._write("INSERT OR IGNORE INTO bodies VALUES (?, ?)", [*new.items()])

    def keep_bodies(self, used: Iterable[str]) -> None:
        """Forget all other bodies."""
        known = {row[0] for row in self._rows("SELECT digest FROM bodies")}
        self._write("DELETE FROM bodies WHERE digest = ?", [(digest,) for digest in known.difference(used)])

    def terms(self, digests: Sequence[str]) -> dict[str, str]:
        """Return the terms of search records, and chunks of them, by digest: those that are known."""
        found: dict[str, str] = {}
        for start in range(0, len(digests), _AT_ONCE):
            part = tuple(digests[start : start + _AT_ONCE])
            marks = ",".join("?" * len(part))
            found.update(self._rows(f"SELECT digest, terms FROM search WHERE digest IN ({marks})", part))
        return found

    def sections(self, digest: str) -> str | None:
        """Return the sections of one search record."""
        rows = self._rows("SELECT sections FROM search WHERE digest = ?", (digest,))
        return rows[0][0] if rows else None

    def save_search(self, new: Mapping[str, tuple[str, str]]) -> None:
        """Remember terms and sections of search records."""
        self._write("INSERT OR IGNORE INTO search VALUES (?, ?, ?)", [(key, *value) for key, value in new.items()])

    def keep_search(self, used: Iterable[str]) -> None:
        """Forget all other search records."""
        known = {row[0] for row in self._rows("SELECT digest FROM search")}
        self._write("DELETE FROM search WHERE digest = ?", [(digest,) for digest in known.difference(used)])

    def outputs(self, root: str) -> dict[str, Row]:
        """Return (key, parts, digest, stat) of each output under a root by its path."""
        rows = self._rows("SELECT path, key, parts, digest, stat FROM outputs WHERE root = ?", (root,))
        return {row[0]: row[1:] for row in rows}

    def save_outputs(self, root: str, changed: Mapping[str, Row], gone: Iterable[str]) -> None:
        """Remember what outputs were made from, forget those that are gone."""
        rows = [(root, path, *row) for path, row in changed.items()]
        self._write("INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._write("DELETE FROM outputs WHERE root = ? AND path = ?", [(root, path) for path in gone])

    def _rows(self, query: str, values: Row = ()) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.OperationalError:  # locked by another process, or no room
            return []
        except sqlite3.Error:
            self._broken = True
            return []

    def _write(self, query: str, rows: Sequence[Sequence[str | bytes]]) -> None:
        with suppress(sqlite3.Error):
            self._db.executemany(query, rows)


def _open(path: Path) -> sqlite3.Connection:
    for attempt in ("as it is", "made anew"):
        with suppress(sqlite3.Error, OSError):
            if attempt == "made anew":
                path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            ignore = path.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
            return _ready(sqlite3.connect(path, timeout=2))
    return _ready(sqlite3.connect(":memory:"))


def _ready(db: sqlite3.Connection) -> sqlite3.Connection:
    try:
        db.execute("PRAGMA synchronous = OFF")  # lost with the power is as good as deleted
        if db.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA:
            db.executescript("".join(f"DROP TABLE IF EXISTS {name};" for name in _names(db)) + _TABLES)
            db.execute(f"PRAGMA user_version = {_SCHEMA}")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _names(db: sqlite3.Connection) -> list[str]:
    return [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
