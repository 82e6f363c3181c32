"""The runner: plan, check, lock, carry out step by step, unlock. The same over every store."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext, suppress
from hashlib import sha256
from typing import Literal, NamedTuple

from notes_site.base.errors import DeployError, PreconditionFailed
from notes_site.base.progress import Progress, silent
from notes_site.deploy.local import NO_JEKYLL, read_again
from notes_site.deploy.manifest import MANIFEST, Manifest, decode_manifest, encode_manifest
from notes_site.deploy.options import DeployOptions
from notes_site.deploy.plan import DeployPlan, SiteFile, Step, plan_deploy
from notes_site.deploy.show import some
from notes_site.deploy.store import ABSENT, UNCACHED, Invalidate, Listed, Store, put_once

LARGE = 64 * 1024 * 1024  # bytes: larger files are sent in parts
_LOCKS = {".notes-site/lock.json", ".notes-site/lock"}  # of the two kinds of stores; left over when a deploy was killed
Confirm = Callable[[DeployPlan], bool]


class Outcome(NamedTuple):
    """How a deploy ended, its id, and what it had to do."""

    state: Literal["deployed", "unchanged", "dry-run", "declined"]
    deploy: str
    plan: DeployPlan


class _Remote(NamedTuple):
    """What the target was like: `guard` is the ETag of the manifest, ABSENT without one; `unfinished`, whether the
    deploy before has not ended, or not yet.
    """

    plan: DeployPlan
    listing: Mapping[str, Listed]
    guard: str
    unfinished: bool


class Deployment:
    """One deploy of the files of a built site to a store.

    `invalidate` tells a CDN what has changed; `confirm` is asked before anything is written.
    """

    def __init__(
        self,
        files: Mapping[str, SiteFile],
        store: Store,
        options: DeployOptions,
        *,
        invalidate: Invalidate | None = None,
        confirm: Confirm = lambda plan: True,
        progress: Progress = silent,
    ) -> None:
        self._files, self._store, self._options = files, store, options
        self._invalidate, self._confirm, self._progress = invalidate, confirm, progress
        self._id = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + "-" + secrets.token_hex(4)
        self._keep: Callable[[], None] = lambda: None  # renews the lock when it is time
        self._etags: dict[str, str] = {}
        self._done, self._of = 0, 0
        self._expected: Mapping[str, str] = {}  # what must still be there when a key is written
        self._taken = set[str]()  # keys under which somebody else has put something meanwhile

    def run(self) -> Outcome:
        """Make the target equal to the files.

        Raises:
            DeployError: nothing has been written, or a rerun will complete what has.
        """
        hold = nullcontext(lambda: None) if self._options.no_lock else self._store.hold(self._id)
        remote = self._look()
        if self._options.dry_run:
            return Outcome("dry-run", self._id, remote.plan)
        if remote.plan.up_to_date:
            if _LOCKS & remote.listing.keys():
                with suppress(DeployError), hold:
                    pass  # a lock that a killed deploy has left is cleared away; that of a living one is no trouble
            return Outcome("unchanged", self._id, remote.plan)
        if not self._confirm(remote.plan):
            return Outcome("declined", self._id, remote.plan)
        with hold as self._keep:
            if remote.unfinished:  # until the lock was ours, it may have written more than was listed
                remote = self._look()
            self._carry_out(remote)
        return Outcome("deployed", self._id, remote.plan)

    def _look(self) -> _Remote:
        """Look at the target, and plan."""
        listing = self._store.list({*self._files, MANIFEST})
        # Asking for an object that is not there would want the right to list the whole bucket, not just the prefix.
        there = self._store.get(MANIFEST) if MANIFEST in listing else None
        if MANIFEST in listing and (there is None or there.etag != listing[MANIFEST].etag):
            raise DeployError("the site was deployed from elsewhere a moment ago: run this again")
        known = self._ours(decode_manifest(there.data) if there else Manifest(), listing)
        files = dict(self._files)
        if NO_JEKYLL in listing and NO_JEKYLL not in known.files:
            files.pop(NO_JEKYLL, None)  # whatever is there will do
        made = plan_deploy(
            files, known, listing, prefix=self._options.target.prefix, adopt=self._options.adopt,
            invalidate=self._invalidate is not None,
        )  # fmt: skip
        _check(made, self._options)
        return _Remote(made, listing, there.etag if there else ABSENT, known.state != "complete")

    def _ours(self, manifest: Manifest, listing: Mapping[str, Listed]) -> Manifest:
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
                there = self._store.get(key)
                if there is not None and sha256(there.data).hexdigest() == entry.sha256:
                    files.setdefault(key, entry)
        return manifest._replace(files=files)

    def _carry_out(self, remote: _Remote) -> None:
        """Write the manifest, carry out every step, write the manifest."""
        made = remote.plan
        if not self._options.no_lock:  # so a process that was stopped for long spares its successor's files
            listed = {key: remote.listing[key].etag for key in made.changed}
            self._expected = {**dict.fromkeys(made.new, ABSENT), **listed}
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
            elif self._invalidate:
                self._tell(step.name)
                self._invalidate(step.keys, self._id)
        written = {
            key: entry._replace(etag=self._etags.get(key, entry.etag)) for key, entry in made.after.files.items()
        }
        self._save(made.after._replace(files=written), guard, first=False)

    def _save(self, manifest: Manifest, guard: str, *, first: bool) -> str:
        """Write the manifest unless somebody else has since it was read. Returns its ETag."""
        data = encode_manifest(manifest._replace(deploy=self._id))
        try:
            if not self._options.no_lock:
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
        file, expected = self._files[key], self._expected.get(key, "")
        parts = read_again(self._options.output, key, file)
        data = parts if file.size > LARGE else b"".join(parts)
        try:
            return put_once(self._store, key, data, file.headers, expected, file.sha256)
        except PreconditionFailed:
            if expected == ABSENT:
                self._taken.add(key)
            done = "put there" if expected == ABSENT else "changed"
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
        self._progress(what, self._done, self._of)


def _check(made: DeployPlan, options: DeployOptions) -> None:
    if made.foreign:
        raise DeployError(
            f"these are in the way, and notes-site did not put them there: {some(made.foreign, 5)}; move them away, or "
            "take them over with --adopt. Nothing was written"
        )
    if len(made.removed) > options.max_delete.of(made.owned):
        raise DeployError(
            f"{len(made.removed)} of {made.owned} files would be deleted, more than --max-delete {options.max_delete} "
            f"allows: is this the right site? If so, give --max-delete {len(made.removed)}. Nothing was written"
        )
