"""The runner: plan, check, lock, carry out step by step, unlock. The same over every store."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from notes_site.base.errors import DeployError, PreconditionFailed
from notes_site.deploy import local
from notes_site.deploy import manifest as manifests
from notes_site.deploy.local_state import remembered
from notes_site.deploy.lock import Lock
from notes_site.deploy.model import LOCK, MANIFEST, Listed, LocalFile, Manifest
from notes_site.deploy.plan import Plan, Step, most_deletions, plan
from notes_site.deploy.store import ABSENT, UNCACHED, Store, put_once

LARGE = 64 * 1024 * 1024  # bytes: larger files are sent in parts
Progress = Callable[[str, int, int], None]
Invalidate = Callable[[tuple[str, ...], str], None]
"""Called with the paths and with a reference: the same reference means the same request."""


class Options(NamedTuple):
    """How to deploy. `invalidate` pays what a CDN is owed; `confirm` is asked before anything is written; `if_absent`
    are keys at which whatever is there will do.
    """

    jobs: int = 16
    adopt: bool = False
    lock: bool = True
    dry_run: bool = False
    max_delete: str = "50%"
    prefix: str = ""
    if_absent: frozenset[str] = frozenset()
    invalidate: Invalidate | None = None
    confirm: Callable[[Plan], bool] = lambda plan: True
    progress: Progress = lambda what, done, of: None


class Result(NamedTuple):
    """What a deploy did: `deployed`, `unchanged`, `dry-run` or `declined`."""

    state: str
    deploy: str
    plan: Plan


class _Remote(NamedTuple):
    plan: Plan
    listing: Mapping[str, Listed]
    guard: str  # ETag of the manifest, ABSENT without one
    unfinished: bool  # the deploy before has not ended, or not yet
    locked: bool


def deploy(output: Path, files: Mapping[str, LocalFile], target: str, store: Store, options: Options) -> Result:
    """Make the target equal to the files of a built site.

    Raises:
        DeployError: nothing has been written, or a rerun will mend what has.
    """
    name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + "-" + secrets.token_hex(4)
    remote = _look(files, store, options)
    _check(remote.plan, options)
    if options.dry_run:
        return Result("dry-run", name, remote.plan)
    if remote.plan.idle:
        if remote.locked and options.lock:
            with suppress(DeployError), _held(output, target, store, name, options):
                pass  # a lock that a killed deploy has left is cleared away; that of a living one is no trouble
        return Result("unchanged", name, remote.plan)
    if not options.confirm(remote.plan):
        return Result("declined", name, remote.plan)
    with _held(output, target, store, name, options) as keep:
        if remote.unfinished:  # until the lock was ours, it may have written more than was listed
            remote = _look(files, store, options)
            _check(remote.plan, options)
        _Work(output, files, store, options, name, keep).run(remote)
    return Result("deployed", name, remote.plan)


def _look(files: Mapping[str, LocalFile], store: Store, options: Options) -> _Remote:
    listing = store.list({*files, MANIFEST})
    # Asking for an object that is not there would want the right to list the whole bucket, not just the prefix.
    there = store.get(MANIFEST) if MANIFEST in listing else None
    if MANIFEST in listing and (there is None or there.etag != listing[MANIFEST].etag):
        raise DeployError("the site was deployed from elsewhere a moment ago: run this again")
    known = _ours(manifests.decode(there.data) if there else Manifest(), listing, store)
    theirs = {key for key in options.if_absent if key in listing and key not in known.files}
    files = {key: file for key, file in files.items() if key not in theirs}
    made = plan(
        files, known, listing, prefix=options.prefix, adopt=options.adopt, invalidate=options.invalidate is not None
    )
    return _Remote(made, listing, there.etag if there else ABSENT, known.state != "complete", LOCK in listing)


def _ours(manifest: Manifest, listing: Mapping[str, Listed], store: Store) -> Manifest:
    """Return the manifest with two kinds of files that are ours without its saying so.

    What was gone may have come back by a late packet of a killed deploy: it has the bytes that we know. And a file
    system may take two names for one: what is there under another name than it must have is written again.
    """
    respelled = {there.spelled: key for key, there in listing.items() if there.spelled}
    files = {
        respelled.get(key, key): entry._replace(etag="") if key in respelled else entry
        for key, entry in manifest.files.items()
    }
    for key, entry in manifest.gone.items():
        if key in listing and listing[key].size == entry.size:
            there = store.get(key)
            if there is not None and sha256(there.data).hexdigest() == entry.sha256:
                files.setdefault(key, entry)
    return manifest._replace(files=files)


def _check(made: Plan, options: Options) -> None:
    if made.foreign:
        shown = ", ".join(made.foreign[:5]) + (f" and {len(made.foreign) - 5} more" if len(made.foreign) > 5 else "")
        raise DeployError(
            f"these are in the way, and notes-site did not put them there: {shown}; move them away, or take them over "
            "with --adopt. Nothing was written"
        )
    most = most_deletions(options.max_delete, made.owned)
    if len(made.removed) > most:
        raise DeployError(
            f"{len(made.removed)} of {made.owned} files would be deleted, more than --max-delete {options.max_delete} "
            f"allows: is this the right site? If so, give --max-delete {len(made.removed)}. Nothing was written"
        )


@contextmanager
def _held(output: Path, target: str, store: Store, name: str, options: Options) -> Iterator[Callable[[], None]]:
    """Hold the lock; gives the function that keeps it."""
    if not options.lock:
        yield lambda: None
        store.close()
        return
    nonce = secrets.token_hex(16)
    with remembered(output, target, nonce) as former:
        lock = Lock(store, name, nonce)
        try:
            lock.acquire(dead=former)
            store.fence(lock.keep)
            yield lock.keep
            store.close()
        finally:
            with suppress(DeployError):  # what went wrong before is what must be told
                lock.release()


class _Work:
    """Carries out one plan under the lock."""

    def __init__(
        self,
        output: Path,
        files: Mapping[str, LocalFile],
        store: Store,
        options: Options,
        name: str,
        keep: Callable[[], None],
    ) -> None:
        self._output, self._files, self._store, self._options = output, files, store, options
        self._name, self._keep = name, keep
        self._etags: dict[str, str] = {}
        self._done, self._of = 0, 0
        self._guards: Mapping[str, str] = {}  # what must still be there when a key is written
        self._taken = set[str]()  # keys under which somebody else has put something meanwhile

    def run(self, remote: _Remote) -> None:
        """Write the manifest, carry out every step, write the manifest."""
        made = remote.plan
        if self._options.lock:  # so a process that was stopped for long does not write over its successor's files
            listed = {key: remote.listing[key].etag for key in made.changed}
            self._guards = {**dict.fromkeys(made.new, ABSENT), **listed}
        self._of = sum(len(step.keys) for step in made.steps)
        guard = self._save(made.before, remote.guard, first=True)
        for step in made.steps:
            if step.action == "put":
                try:
                    self._put_all(step)
                except DeployError:
                    if self._taken:  # what is not ours must not look like ours to the next run
                        ours = {key: entry for key, entry in made.before.files.items() if key not in self._taken}
                        self._save(made.before._replace(files=ours), guard, first=False)
                    raise
            elif step.action == "delete":
                self._delete_all(step)
            elif self._options.invalidate:
                self._tell(step.name)
                self._options.invalidate(step.keys, self._name)
        written = {
            key: entry._replace(etag=self._etags.get(key, entry.etag)) for key, entry in made.after.files.items()
        }
        self._save(made.after._replace(files=written), guard, first=False)

    def _save(self, manifest: Manifest, guard: str, *, first: bool) -> str:
        """Write the manifest unless somebody else has since it was read. Returns its ETag."""
        data = manifests.encode(manifest._replace(deploy=self._name))
        try:
            if self._options.lock:
                return put_once(self._store, MANIFEST, data, UNCACHED, guard)
            there = self._store.get(MANIFEST)  # the best that can be done without conditional writes
            if (there.etag if there else ABSENT) != guard:
                raise PreconditionFailed(MANIFEST)
            return self._store.put(MANIFEST, data, UNCACHED)
        except PreconditionFailed:
            reason = "was deployed from elsewhere a moment ago" if first else "is being deployed from elsewhere"
            raise DeployError(f"the site {reason}: run this again") from None

    def _put_all(self, step: Step) -> None:
        """Write all files of a step side by side. The first failure stops the others."""
        stopped = threading.Event()

        def put(key: str) -> None:
            if not stopped.is_set():
                self._etags[key] = self._put(key)

        with ThreadPoolExecutor(min(self._options.jobs, len(step.keys))) as pool:
            pending: set[Future[None]] = {pool.submit(put, key) for key in step.keys}
            try:
                while pending:
                    done, pending = wait(pending, timeout=0.2, return_when=FIRST_EXCEPTION)
                    for future in done:
                        future.result()
                    self._tell(step.name, len(done))
                    self._keep()  # a large file may be under way for longer than the lock lives
            except BaseException:
                stopped.set()
                self._store.stop()
                pool.shutdown(cancel_futures=True)
                raise

    def _put(self, key: str) -> str:
        file, guard = self._files[key], self._guards.get(key, "")
        parts = local.read_again(self._output, key, file)
        data = parts if file.size > LARGE else b"".join(parts)
        try:
            return put_once(self._store, key, data, file.headers, guard, file.sha256)
        except PreconditionFailed:
            if guard == ABSENT:
                self._taken.add(key)
            done = "put there" if guard == ABSENT else "changed"
            raise DeployError(f"{key} was {done} by somebody else a moment ago: run this again") from None

    def _delete_all(self, step: Step) -> None:
        for start in range(0, len(step.keys), self._store.batch):
            keys = step.keys[start : start + self._store.batch]
            if failed := self._store.delete(keys):
                key, reason = next(iter(failed.items()))
                raise DeployError(f"{len(failed)} objects could not be deleted, the first is {key}: {reason}")
            self._tell(step.name, len(keys))

    def _tell(self, what: str, more: int = 0) -> None:
        self._done += more
        self._options.progress(what, self._done, self._of)
