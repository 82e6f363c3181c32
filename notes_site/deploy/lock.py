"""The one lock of a bucket: an object that is created under a condition, and renewed while the deploy runs.

All ages are by the clock of the server. The lock of a process that has died is taken over at once by the next deploy
of the same folder, which remembers its nonce, and by any other when its time to live has passed.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from notes_site.base.digest import digest
from notes_site.base.errors import ConditionsUnsupported, DeployError, LockHeld, PreconditionFailed
from notes_site.base.jsondata import decode_object
from notes_site.deploy.store import ABSENT, UNCACHED, Object, Store, put_once
from notes_site.storage.files import STATE
from notes_site.storage.lock import lock

LOCK = ".notes-site/lock.json"

TIME_TO_LIVE = 120.0  # seconds
_LONGEST = 10 * TIME_TO_LIVE  # that we grant to a lock, whatever it says
_RENEWALS = 4  # within a life
_NO_ETAG = "0" * 32


@contextmanager
def hold_lock(store: Store, deploy: str, output: Path, target: str) -> Iterator[Lock]:
    """Hold the lock of a target while a built site is deployed to it.

    Raises:
        DeployError: another deploy holds it, or the server ignores conditions.
    """
    nonce = secrets.token_hex(16)
    with _unfinished(output, target, nonce) as former:
        taken = Lock(store, deploy, nonce)
        try:
            taken.acquire(dead=former)
            yield taken
        finally:
            with suppress(DeployError):  # what went wrong before is what must be told
                taken.release()


class Lock:
    """Held from `acquire` to `release`."""

    def __init__(self, store: Store, deploy: str, nonce: str, life: float = TIME_TO_LIVE) -> None:
        self._store, self._deploy, self._nonce, self._life = store, deploy, nonce, life
        self._beat = 0
        self._etag = ""
        self._asked = _now()
        self._mutex = threading.RLock()
        self._renewing = False

    def acquire(self, dead: Collection[str] = ()) -> None:
        """Take the lock. `dead`: the nonces of processes that are known to have ended.

        Raises:
            DeployError: another deploy holds it, or the server ignores conditions.
        """
        for _ in range(5):
            self._asked = _now()
            with suppress(PreconditionFailed):
                self._etag = put_once(self._store, LOCK, self._data(), UNCACHED, ABSENT)
                break
            there = self._store.get(LOCK)
            if there is None:
                continue  # released meanwhile
            self._refuse_if_held(there, dead)
            with suppress(PreconditionFailed):
                self._etag = put_once(self._store, LOCK, self._data(), UNCACHED, there.etag)
                break
        else:
            raise DeployError("other deploys take the lock again and again: try later")
        self._probe()

    def _refuse_if_held(self, there: Object, dead: Collection[str]) -> None:
        try:
            found = decode_object(there.data)
            nonce, deploy, life = str(found["nonce"]), str(found["deploy"]), float(found["life"])
            life = min(_LONGEST, life)  # in this order: also when it is no number at all
        except (ValueError, TypeError, KeyError, OverflowError):
            nonce, deploy, life = "", "of unknown origin", TIME_TO_LIVE
        if nonce in dead or there.age >= life:
            return
        raise DeployError(
            f"the deploy {deploy} holds the lock, renewed {max(there.age, 0):.0f} s ago: wait until it has ended; "
            f"if it was interrupted, the lock is free {life:.0f} s after that"
        )

    def _probe(self) -> None:
        """Find out whether the server heeds conditions, by two writes of the same bytes that it must refuse."""
        for expected in (ABSENT, _NO_ETAG):
            try:
                self._store.put(LOCK, self._data(), UNCACHED, expected=expected)
            except PreconditionFailed:
                continue
            self._store.delete([LOCK])
            raise ConditionsUnsupported

    def _data(self) -> bytes:
        fields = {"deploy": self._deploy, "nonce": self._nonce, "life": self._life, "beat": self._beat}
        return (json.dumps(fields) + "\n").encode()

    def keep(self) -> None:
        """Renew the lock when it is time; other threads wait. Afterwards it is held, for a part of its life at least.

        Raises:
            DeployError: somebody has taken it over.
        """
        with self._mutex:
            if self._renewing or self._age() < self._life / _RENEWALS:
                return  # the former: this is the renewal itself, which has a condition of its own
            asked = _now()
            self._beat += 1
            self._renewing = True
            try:
                self._etag = put_once(self._store, LOCK, self._data(), UNCACHED, self._etag)
            except PreconditionFailed:
                raise DeployError("another deploy has taken the lock over: this one stops; run it again") from None
            finally:
                self._renewing = False
            self._asked = asked
            if self._age() >= self._life:
                raise DeployError("the lock ran out while it was renewed: this deploy stops; run it again")

    def _age(self) -> float:
        """Seconds since the lock was asked for last: the server's clock cannot say more."""
        return max(now - then for now, then in zip(_now(), self._asked, strict=True))

    def release(self) -> None:
        """Give the lock back, unless it has become another's."""
        there = self._store.get(LOCK)
        if there is not None and there.data == self._data():
            self._store.delete([LOCK])


def _now() -> tuple[float, float]:
    return time.monotonic(), time.time()  # the first stands still while a laptop sleeps, the second may be set


@contextmanager
def _unfinished(output: Path, target: str, nonce: str) -> Iterator[frozenset[str]]:
    """Remember a nonce beside the built site until the body has ended well. Gives those of deploys that have not.

    Meanwhile the process holds a lock of the system's. So whoever gets that lock knows that the former processes have
    ended, however they ended, and may take over what they left.

    Raises:
        DeployError: another process is deploying this folder to this target.
    """
    folder = output / STATE / "deploy" / digest(target.encode())[:8]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        yield frozenset()  # a folder that cannot be written to remembers nothing
        return
    try:
        with lock(folder):
            file = folder / "nonces"
            former = file.read_text(encoding="utf-8").split() if file.is_file() else []
            file.write_text("\n".join([*former[-20:], nonce]), encoding="utf-8")
            yield frozenset(former)
            file.unlink()
    except LockHeld as exc:
        raise DeployError(f"another deploy of {output} to {target} is running ({exc})") from None
