"""One SQLite file of what need not be computed again. Disposable: a cache that cannot be used is an empty cache.

It lies in the project's folder, so somebody else may have written it. Each row carries a seal made with the user's key
(see `usercache`): one that is damaged, exchanged or not of this user's making is as good as not there.

Tables: `runs` (the last run for each set of flags), `inputs` (digest by path and stamp), `memo` (results by key),
`code` (highlighted code of each note), `bodies` (rendered HTML by digest), `terms` and `sections` (records of the
search by digest), `outputs` (what each published file was made from).
"""

from __future__ import annotations

import sqlite3
import stat as modes
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from notes_site.base.digest import digest
from notes_site.storage.user_cache import key as users_key
from notes_site.storage.user_cache import sealer

_SMALL = ("runs", "inputs", "outputs")
_TABLES = (*_SMALL, "memo", "code", "bodies", "terms", "sections")
_SCHEMA = {
    f"CREATE TABLE {name} (key BLOB PRIMARY KEY, value BLOB, seal BLOB){' WITHOUT ROWID' if name in _SMALL else ''}"
    for name in _TABLES
}
_AT_ONCE = 500  # values in a query
_NO_DAMAGE = {  # another process has it, or there is no room
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
}  # fmt: skip

_ERRORS = (sqlite3.Error, UnicodeDecodeError)  # the second where a message quotes damaged bytes

Row = tuple[str, ...]


class Cache:
    """The open cache. Nothing is kept until `commit`."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; where that cannot be, work in memory."""
        self._path = path
        key = users_key()
        self._seals = {name: sealer(key, name) for name in _TABLES}
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
        for name in _TABLES:
            self._write(f"DELETE FROM {name}", [()])
        if self._broken:
            self._db.close()
            self._db = _open(self._path, anew=True)
            self._broken = False

    def commit(self) -> None:
        """Keep what was written. A full disk or another process only costs the next build some time."""
        with suppress(*_ERRORS):
            self._db.commit()

    def run(self, key: str) -> str | None:
        """Return the record of the last run with these flags."""
        return self._text("runs", key)

    def save_run(self, key: str, value: str) -> None:
        """Remember a run."""
        self._put("runs", {key: value.encode()})

    def inputs(self) -> dict[str, tuple[str, str]]:
        """Return stamp and digest of every known input."""
        found = ((path, value.decode().partition(" ")) for path, value in self._all("inputs").items())
        return {path: (stamp, digest) for path, (digest, _, stamp) in found}

    def save_inputs(self, changed: Mapping[str, tuple[str, str]], gone: Iterable[str]) -> None:
        """Remember inputs that changed, forget those that are gone."""
        self._put("inputs", {path: f"{digest} {stamp}".encode() for path, (stamp, digest) in changed.items()})
        self._drop("inputs", gone)

    def memo(self) -> dict[str, bytes]:
        """Return every remembered result by its key."""
        return self._all("memo")

    def save_memo(self, new: Mapping[str, bytes], gone: Iterable[str]) -> None:
        """Remember results, forget others."""
        self._put("memo", new)
        self._drop("memo", gone)

    def code(self, path: str, program: str) -> bytes:
        """Return the highlighted code of a note as this program made it, nothing where there is none."""
        of_program, _, blocks = self._some("code", [path]).get(path, b"").partition(b"\n")
        return blocks if of_program == program.encode() else b""

    def save_code(self, program: str, new: Mapping[str, bytes]) -> None:
        """Remember the highlighted code of notes by their paths."""
        self._put("code", {path: program.encode() + b"\n" + blocks for path, blocks in new.items()})

    def keep_code(self, used: Iterable[str]) -> None:
        """Forget the code of all other notes."""
        self._keep("code", used)

    def body(self, digest: str) -> str | None:
        """Return one rendered body."""
        return self._text("bodies", digest)

    def save_bodies(self, new: Mapping[str, str]) -> None:
        """Remember rendered bodies."""
        self._put("bodies", {digest: html.encode() for digest, html in new.items()})

    def keep_bodies(self, used: Iterable[str]) -> None:
        """Forget all other bodies."""
        self._keep("bodies", used)

    def terms(self, digests: Sequence[str]) -> dict[str, str]:
        """Return the terms of search records, and chunks of them, by digest: those that are known."""
        return {key: value.decode() for key, value in self._some("terms", digests).items()}

    def sections(self, digest: str) -> str | None:
        """Return the sections of one search record."""
        return self._text("sections", digest)

    def save_search(self, new: Mapping[str, tuple[str, str]]) -> None:
        """Remember terms and sections of search records."""
        self._put("terms", {key: terms.encode() for key, (terms, _) in new.items()})
        self._put("sections", {key: sections.encode() for key, (_, sections) in new.items() if sections})

    def keep_search(self, used: Iterable[str]) -> None:
        """Forget all other search records."""
        kept = set(used)
        self._keep("terms", kept)
        self._keep("sections", kept)

    def outputs(self, root: str) -> dict[str, Row]:
        """Return (key, parts, digest, stat) of each output under a root by its path."""
        start = f"{digest(root.encode())}/"
        bounds = start.encode(), start.replace("/", "0").encode()  # the sign behind it
        found = self._sealed("outputs", "WHERE key >= ? AND key < ?", bounds)
        return {path.removeprefix(start): tuple(value.decode().split("\n")) for path, value in found.items()}

    def save_outputs(self, root: str, changed: Mapping[str, Row], gone: Iterable[str]) -> None:
        """Remember what outputs were made from, forget those that are gone."""
        start = f"{digest(root.encode())}/"
        self._put("outputs", {start + path: "\n".join(row).encode() for path, row in changed.items()})
        self._drop("outputs", (start + path for path in gone))

    # --- rows of any table

    def _all(self, table: str) -> dict[str, bytes]:
        return self._sealed(table, "", ())

    def _some(self, table: str, keys: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for start in range(0, len(keys), _AT_ONCE):
            part = tuple(key.encode() for key in keys[start : start + _AT_ONCE])
            found |= self._sealed(table, f"WHERE key IN ({','.join('?' * len(part))})", part)
        return found

    def _text(self, table: str, key: str) -> str | None:
        found = self._some(table, [key]).get(key)
        return None if found is None else found.decode()

    def _sealed(self, table: str, where: str, values: tuple[bytes, ...]) -> dict[str, bytes]:
        """The rows that are as they were written; all others go."""
        seal_of, found, bad = self._seals[table], dict[str, bytes](), []
        try:
            rows = self._db.execute(f"SELECT key, value, seal FROM {table} {where}", values).fetchall()
        except _ERRORS as exc:
            self._failed(exc)
            return {}
        for key, value, seal in rows:
            if type(key) is bytes and type(value) is bytes and seal_of(key, value) == seal:
                found[key.decode()] = value
            else:
                bad.append((key,))
        self._write(f"DELETE FROM {table} WHERE key IS ?", bad)
        return found

    def _put(self, table: str, new: Mapping[str, bytes]) -> None:
        seal_of = self._seals[table]
        rows = [(key, value, seal_of(key, value)) for key, value in ((k.encode(), v) for k, v in new.items())]
        self._write(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", rows)

    def _drop(self, table: str, keys: Iterable[str]) -> None:
        self._write(f"DELETE FROM {table} WHERE key = ?", [(key.encode(),) for key in keys])

    def _keep(self, table: str, used: Iterable[str]) -> None:
        try:
            known = {row[0] for row in self._db.execute(f"SELECT key FROM {table}")}
        except _ERRORS as exc:
            self._failed(exc)
        else:
            gone = known.difference(key.encode() for key in used)
            self._write(f"DELETE FROM {table} WHERE key IS ?", [(key,) for key in gone])

    def _write(self, query: str, rows: Sequence[Sequence[object]]) -> None:
        try:
            self._db.executemany(query, rows)
        except _ERRORS as exc:
            self._failed(exc)

    def _failed(self, exc: Exception) -> None:
        code: int = getattr(exc, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        self._broken = self._broken or code & 0xFF not in _NO_DAMAGE


def _open(path: Path, *, anew: bool = False) -> sqlite3.Connection:
    for again in (anew, True):
        with suppress(*_ERRORS, OSError):
            if path.parent.is_symlink():
                break  # to a folder that is no part of the project
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError), (path.parent / ".gitignore").open("x") as file:
                file.write("*\n")
            _clear_way(path, anew=again)
            return _ready(sqlite3.connect(path, timeout=2))
    return _ready(sqlite3.connect(":memory:"))


def _clear_way(path: Path, *, anew: bool) -> None:
    """Delete what SQLite would follow or believe though we cannot have made it: a link to a file elsewhere, and
    journals, which we keep in memory. (One can name a file that SQLite then deletes.)
    """
    for suffix in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        found = path.lstat()
        if anew or not modes.S_ISREG(found.st_mode) or found.st_nlink > 1:
            path.unlink()


def _ready(db: sqlite3.Connection) -> sqlite3.Connection:
    """The database with our tables and nothing else in it."""
    db.text_factory = bytes  # nothing is decoded before its seal is seen
    try:
        # Lost with the power, or with the process amid a commit, is as good as deleted.
        for setting in ("synchronous = OFF", "journal_mode = MEMORY", "trusted_schema = OFF", "cell_size_check = ON"):
            db.execute(f"PRAGMA {setting}")
        if not _schema(db):
            made = "".join(f"{sql.replace('TABLE', 'TABLE IF NOT EXISTS')};" for sql in _SCHEMA)
            db.executescript(f"BEGIN IMMEDIATE;{made}COMMIT")
        if _schema(db) != {sql.encode() for sql in _SCHEMA}:
            raise sqlite3.DatabaseError("not a cache of this version")
    except _ERRORS:
        db.close()
        raise
    return db


def _schema(db: sqlite3.Connection) -> set[bytes]:
    return {row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
