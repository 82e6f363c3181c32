"""One SQLite file of what need not be computed again. Disposable: a cache that cannot be used is an empty cache.

It lies in the project's folder, so somebody else may have written it. Each row carries a seal made with the user's key
(see `user_cache`): one that is damaged, exchanged or not of this user's making is as good as not there.
"""

from __future__ import annotations

import sqlite3
import stat as modes
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, get_args

from notes_site.base.errors import DamagedCache
from notes_site.storage.user_cache import key as users_key
from notes_site.storage.user_cache import sealer

Namespace = Literal["runs", "inputs", "outputs", "results", "code", "html", "terms", "sections"]
"""What is kept, each in a table of its own: the last run for each set of flags; stamp and digest of each input; what
each published file was made from; results by the digest of what they were made from; the highlighted code of each note;
rendered HTML, terms and sections of search records, by digest.
"""

_SMALL = ("runs", "inputs", "outputs")
_TABLES: tuple[Namespace, ...] = get_args(Namespace)
_SCHEMA = {
    f"CREATE TABLE {name} (key BLOB PRIMARY KEY, value BLOB, seal BLOB){' WITHOUT ROWID' if name in _SMALL else ''}"
    for name in _TABLES
}
_PARTS_OF_PAGES: tuple[Namespace, ...] = ("html", "terms", "sections")
_AT_ONCE = 500  # values in a query
_NO_DAMAGE = {  # another process has it, or there is no room
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
}  # fmt: skip

_ERRORS = (sqlite3.Error, UnicodeDecodeError)  # the second where a message quotes damaged bytes


class Cache:
    """The open cache: values by namespace and key. What is put is held in memory until `commit`."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; where that cannot be, work in memory."""
        self._path = path
        key = users_key()
        self._seals = {name: sealer(key, name) for name in _TABLES}
        self._db = _open(path)
        self._broken = False
        self._held: dict[Namespace, dict[str, bytes]] = {name: {} for name in _TABLES}
        self._new: dict[Namespace, set[str]] = {name: set() for name in _TABLES}
        self._asked: dict[Namespace, set[str]] = {name: set() for name in _TABLES}

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
            self._held[name], self._new[name] = {}, set()
        if self._broken:
            self._db.close()
            self._db = _open(self._path, anew=True)
            self._broken = False

    def commit(self) -> None:
        """Keep what was put. A full disk or another process only costs the next build some time. Parts of pages stay
        in memory, where no other process can forget them.
        """
        for name, keys in self._new.items():
            self._save(name, keys)
            keys.clear()
            if name not in _PARTS_OF_PAGES:
                self._held[name].clear()
        with suppress(*_ERRORS):
            self._db.commit()

    def get(self, namespace: Namespace, key: str) -> bytes | None:
        """Return what was put under a key."""
        return self.get_many(namespace, [key]).get(key)

    def get_many(self, namespace: Namespace, keys: Sequence[str]) -> dict[str, bytes]:
        """Return the values of those keys that are known."""
        held = self._held[namespace]
        self._asked[namespace].update(keys)
        found = {key: held[key] for key in keys if key in held}
        missing = [key for key in keys if key not in held] if len(found) < len(keys) else []
        for start in range(0, len(missing), _AT_ONCE):
            part = tuple(key.encode() for key in missing[start : start + _AT_ONCE])
            found |= self._sealed(namespace, f"WHERE key IN ({','.join('?' * len(part))})", part)
        return found

    def need(self, namespace: Namespace, keys: Sequence[str]) -> list[bytes]:
        """Return the values of keys that must be known.

        Raises:
            DamagedCache: one is not.
        """
        found = self.get_many(namespace, keys)
        try:
            return [found[key] for key in keys]
        except KeyError as exc:
            raise DamagedCache from exc

    def items(self, namespace: Namespace, prefix: str = "") -> dict[str, bytes]:
        """Return all that was committed under keys that begin with a prefix of ASCII."""
        if not prefix:
            return self._sealed(namespace, "", ())
        bounds = prefix.encode(), (prefix[:-1] + chr(ord(prefix[-1]) + 1)).encode()
        return self._sealed(namespace, "WHERE key >= ? AND key < ?", bounds)

    def put(self, namespace: Namespace, key: str, value: bytes) -> None:
        """Remember a value."""
        self._held[namespace][key] = value
        self._new[namespace].add(key)
        self._asked[namespace].add(key)

    def forget(self, namespace: Namespace, keys: Iterable[str]) -> None:
        """Forget these keys."""
        keys = [*keys]
        for key in keys:
            self._held[namespace].pop(key, None)
            self._new[namespace].discard(key)
        self._write(f"DELETE FROM {namespace} WHERE key = ?", [(key.encode(),) for key in keys])

    def keep(self, namespace: Namespace, used: Iterable[str] | None = None) -> None:
        """Forget all keys but those in use: with None those asked for or put since the cache was opened."""
        try:
            known = {row[0] for row in self._db.execute(f"SELECT key FROM {namespace}")}
        except _ERRORS as exc:
            self._failed(exc)
        else:
            gone = known.difference(key.encode() for key in (self._asked[namespace] if used is None else used))
            self._write(f"DELETE FROM {namespace} WHERE key IS ?", [(key,) for key in gone])

    # --- what is in memory

    def hold(self, namespace: Namespace, keys: Iterable[str]) -> None:
        """Take what is known of these keys into memory, where no other process can forget it."""
        self._held[namespace] |= self.get_many(namespace, [*keys])

    def release(self, namespace: Namespace, used: Collection[str]) -> None:
        """Hold no keys in memory but these."""
        held = self._held[namespace]
        for key in held.keys() - used:
            del held[key]
        self._new[namespace] &= held.keys()

    @property
    def held(self) -> int:
        """How many parts of pages are in memory."""
        return sum(len(self._held[name]) for name in _PARTS_OF_PAGES)

    # --- rows of any table

    def _sealed(self, table: Namespace, where: str, values: tuple[bytes, ...]) -> dict[str, bytes]:
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

    def _save(self, table: Namespace, keys: Iterable[str]) -> None:
        seal_of, held = self._seals[table], self._held[table]
        rows = [(key, value, seal_of(key, value)) for key, value in ((k.encode(), held[k]) for k in keys)]
        self._write(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", rows)

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


class SearchRecords:
    """The search records of a site and chunks of them, by digest: the record store of the search."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def terms(self, digests: Sequence[str]) -> list[str]:
        """Return the terms of records.

        Raises:
            DamagedCache: one is not there.
        """
        return [terms.decode() for terms in self._cache.need("terms", digests)]

    def sections(self, digest: str) -> str:
        """Return the sections of a record.

        Raises:
            DamagedCache: they are not there.
        """
        return self._cache.need("sections", [digest])[0].decode()

    def chunks(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return the chunks that are known."""
        return {key: chunk.decode() for key, chunk in self._cache.get_many("terms", keys).items()}

    def keep_chunk(self, key: str, lines: str) -> None:
        """Remember a chunk."""
        self._cache.put("terms", key, lines.encode())
