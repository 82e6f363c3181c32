"""From what is here and what is there to ordered actions. Pure.

The order keeps the promise: whatever a page needs is there before the page, and goes only after every page that
needs it has gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from notes_site.deploy.headers import digest_of_headers
from notes_site.deploy.keys import invalidated, joined
from notes_site.deploy.model import Entry, Listed, LocalFile, Manifest


class Step(NamedTuple):
    """Actions of one kind that may run side by side. No step begins before the one before it has succeeded."""

    name: str
    action: Literal["put", "delete", "invalidate"]
    keys: tuple[str, ...]


class Plan(NamedTuple):
    """All that a deploy is going to do. `new`, `changed`, `removed` and `unchanged` are keys; `foreign` those of
    objects that are not ours, where files of ours must go. `before` and `after` are what the manifest has to say
    before the first and after the last step; the ETags of what is written are still missing from it.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    foreign: tuple[str, ...]
    steps: tuple[Step, ...]
    owned: int
    before: Manifest
    after: Manifest

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self.steps and self.before.state == "complete"


def plan(
    local: Mapping[str, LocalFile],
    manifest: Manifest,
    listing: Mapping[str, Listed],
    *,
    prefix: str = "",
    adopt: bool = False,
    invalidate: bool = False,
) -> Plan:
    """Return what makes the target equal to the local files.

    `adopt` takes over objects that are not ours, `invalidate` says that a CDN holds copies.
    """
    differing = [key for key, file in local.items() if not _is_there(file, manifest.files.get(key), listing.get(key))]
    new = [key for key in differing if key not in listing]
    changed = [key for key in differing if key in listing]
    fresh = bool(differing) or manifest.state != "complete" or _fewer(local, manifest)
    generation = manifest.generation + fresh
    gone = [key for key, entry in manifest.files.items() if key not in local and not _is_kept(entry, generation)]
    removed = [key for key in gone if key in listing]
    owed = manifest.owed
    if invalidate and (paths := invalidated(prefix, [*changed, *removed])):
        owed = joined(prefix, (*owed, *paths))
    steps = _steps(local, new, changed, removed, manifest, owed if invalidate else ())
    used = {key: _entry(file, manifest.files.get(key), key in differing, generation) for key, file in local.items()}
    files = {**manifest.files, **used}
    at_work = bool(steps) or manifest.state != "complete"
    return Plan(
        tuple(new),
        tuple(changed),
        tuple(removed),
        tuple(key for key in local if key not in {*differing}),
        () if adopt else tuple(key for key in changed if key not in manifest.files),
        steps,
        len(manifest.files),
        Manifest("", manifest.generation, "in-progress" if at_work else "complete", files, owed),
        Manifest(
            "",
            generation,
            "complete",
            {k: e for k, e in files.items() if k not in set(gone)},
            () if invalidate else owed,
        ),
    )


def _is_there(file: LocalFile, known: Entry | None, listed: Listed | None) -> bool:
    """Whether the object is as we would write it: by what we wrote last, and by its not having changed since."""
    if known is None or listed is None or not known.sha256:
        return False
    return (file.sha256, digest_of_headers(file.headers)) == known[0:3:2] and known.etag == listed.etag


def _fewer(local: Mapping[str, LocalFile], manifest: Manifest) -> bool:
    """Whether the last generation has files that are no longer here."""
    return any(entry.used == manifest.generation and key not in local for key, entry in manifest.files.items())


def _is_kept(entry: Entry, generation: int) -> bool:
    """Whether a file that is no longer here stays: open pages of the previous generation may still ask for it."""
    return entry.fingerprinted and entry.used >= generation - 1


def _entry(file: LocalFile, known: Entry | None, differs: bool, generation: int) -> Entry:
    if differs or known is None:
        return Entry("", 0, "", "", generation, file.fingerprinted)
    return known._replace(used=generation, fingerprinted=file.fingerprinted)


def _steps(
    local: Mapping[str, LocalFile],
    new: list[str],
    changed: list[str],
    removed: list[str],
    manifest: Manifest,
    owed: tuple[str, ...],
) -> tuple[Step, ...]:
    def of(keys: list[str], *kinds: str) -> tuple[str, ...]:
        return tuple(sorted(key for key in keys if local[key].kind in kinds))

    def gone(chosen: Callable[[Entry], bool]) -> tuple[str, ...]:
        return tuple(sorted(key for key in removed if chosen(manifest.files[key])))

    # A pointer that is new comes with the assets: pages that name it are next. One that changed waits for its pages.
    steps = (
        Step("assets", "put", (*of([*new, *changed], "asset"), *of(new, "pointer"))),
        Step("new pages", "put", of(new, "page", "list")),
        Step("changed pages", "put", of(changed, "page")),
        Step("lists of pages", "put", of(changed, "list")),
        Step("home page", "put", of([*new, *changed], "home")),
        Step("feed and sitemap", "put", of(changed, "pointer")),
        Step("invalidation", "invalidate", owed),
        Step("pages that are gone", "delete", gone(lambda entry: not entry.fingerprinted)),
        Step("assets out of use", "delete", gone(lambda entry: entry.fingerprinted)),
    )
    return tuple(step for step in steps if step.keys)


def most_deletions(limit: str, owned: int) -> int:
    """Return how many objects a limit like `20` or `50%` lets a deploy delete.

    Raises:
        ValueError: it is no such limit.
    """
    number = int(limit.removesuffix("%"))
    if number < 0:
        raise ValueError(limit)
    return owned * number // 100 if limit.endswith("%") else number
