"""From what is here and what is there to ordered actions. Pure.

The order keeps the promise: whatever a page needs is there before the page, and goes only after every page that
needs it has gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple
from urllib.parse import quote

from notes_site.base.paths import OutputKind
from notes_site.deploy.manifest import Manifest, ManifestEntry
from notes_site.deploy.store import Headers, Listed, digest_of_headers

_MOST_PATHS = 100  # more changed paths than this are invalidated by one wildcard


class SiteFile(NamedTuple):
    """A file to publish: digest and size of its bytes, its headers. The name of a `fingerprinted` file changes with
    its bytes.
    """

    sha256: str
    size: int
    headers: Headers
    kind: OutputKind
    fingerprinted: bool


class Step(NamedTuple):
    """Actions of one kind that may run side by side. No step begins before the one before it has succeeded."""

    name: str
    action: Literal["put", "delete", "invalidate"]
    keys: tuple[str, ...]


class DeployPlan(NamedTuple):
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
    up_to_date: bool


def plan_deploy(
    local: Mapping[str, SiteFile],
    manifest: Manifest,
    listing: Mapping[str, Listed],
    *,
    prefix: str = "",
    adopt: bool = False,
    invalidate: bool = False,
) -> DeployPlan:
    """Return what makes the target equal to the local files.

    `adopt` takes over objects that are not ours, `invalidate` says that a CDN holds copies.
    """
    differing = {key for key, file in local.items() if not _is_there(file, manifest.files.get(key), listing.get(key))}
    new = tuple(key for key in local if key in differing and key not in listing)
    changed = tuple(key for key in local if key in differing and key in listing)
    done = manifest.state == "complete"
    generation = manifest.generation + (bool(differing) or not done or _fewer(local, manifest))
    kept, removed = _others(local, manifest, listing, generation)
    paths = invalidation_paths(prefix, (*changed, *removed)) if invalidate else ()
    pending = _few_paths(prefix, (*manifest.pending, *paths))
    steps = _steps(local, new, changed, removed, manifest, pending if invalidate else ())
    used = {key: _entry(file, manifest.files.get(key), key in differing, generation) for key, file in local.items()}
    before = Manifest("", manifest.generation, "in-progress", {**manifest.files, **used}, pending, manifest.gone)
    gone = {key: entry for key, entry in manifest.files.items() if key not in used and key not in kept}
    if generation == manifest.generation:
        gone = {**manifest.gone, **gone}
    return DeployPlan(
        new,
        changed,
        removed,
        tuple(key for key in local if key not in differing),
        () if adopt else tuple(key for key in changed if key not in manifest.files),
        steps,
        len(manifest.files),
        before,
        Manifest("", generation, "complete", {**kept, **used}, () if invalidate else pending, gone),
        up_to_date=done and not steps,
    )


def _others(
    local: Mapping[str, SiteFile], manifest: Manifest, listing: Mapping[str, Listed], generation: int
) -> tuple[dict[str, ManifestEntry], tuple[str, ...]]:
    """Of our objects that are no longer here: those that stay for a generation, and those that go.

    Open pages of the previous generation may still ask for what has a fingerprint. What a deploy that did not end has
    written belongs to no later generation.
    """
    kept, removed = {}, []
    for key, entry in manifest.files.items():
        if key in local or key not in listing:
            continue
        if entry.fingerprinted and entry.used >= generation - 1:
            kept[key] = entry._replace(used=generation - 1)
        else:
            removed.append(key)
    return kept, tuple(removed)


def _is_there(file: SiteFile, known: ManifestEntry | None, listed: Listed | None) -> bool:
    """Whether the object is as we would write it: by what we wrote last, and by its not having changed since."""
    if known is None or listed is None or not known.etag:
        return False
    return (file.sha256, digest_of_headers(file.headers)) == known[0:3:2] and known.etag == listed.etag


def _fewer(local: Mapping[str, SiteFile], manifest: Manifest) -> bool:
    """Whether the last generation has files that are no longer here."""
    return any(entry.used == manifest.generation and key not in local for key, entry in manifest.files.items())


def _entry(file: SiteFile, known: ManifestEntry | None, differs: bool, generation: int) -> ManifestEntry:
    if differs or known is None:
        headers = digest_of_headers(file.headers)
        return ManifestEntry(file.sha256, file.size, headers, "", generation, file.fingerprinted, file.kind)
    return known._replace(used=generation, fingerprinted=file.fingerprinted, kind=file.kind)


def _steps(
    local: Mapping[str, SiteFile],
    new: tuple[str, ...],
    changed: tuple[str, ...],
    removed: tuple[str, ...],
    manifest: Manifest,
    pending: tuple[str, ...],
) -> tuple[Step, ...]:
    def of(keys: tuple[str, ...], *kinds: str) -> tuple[str, ...]:
        return tuple(sorted(key for key in keys if local[key].kind in kinds))

    def gone_in(turn: int) -> tuple[str, ...]:
        return tuple(sorted(key for key in removed if _turn(manifest.files[key]) == turn))

    # A pointer that is new comes with the assets: pages that name it are next. One that changed waits for its pages.
    steps = (
        Step("assets", "put", (*of((*new, *changed), "asset"), *of(new, "pointer"))),
        Step("new pages", "put", of(new, "page", "list")),
        Step("changed pages", "put", of(changed, "page")),
        Step("lists of pages", "put", of(changed, "list")),
        Step("home page", "put", of((*new, *changed), "home")),
        Step("feed and sitemap", "put", of(changed, "pointer")),
        Step("invalidation", "invalidate", pending),
        Step("lists that are gone", "delete", gone_in(0)),
        Step("pages that are gone", "delete", gone_in(1)),
        Step("assets out of use", "delete", gone_in(2)),
    )
    return tuple(step for step in steps if step.keys)


def _turn(entry: ManifestEntry) -> int:
    """Return when a file that is no longer here goes: what names pages first, what pages need last."""
    return 2 if entry.fingerprinted else {"home": 0, "list": 0, "pointer": 0, "asset": 2}.get(entry.kind, 1)


def invalidation_paths(prefix: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the paths to invalidate in a CDN: percent-encoded, folders with their indexes."""
    paths = set[str]()
    for key in keys:
        path = "/" + quote(prefix + key, safe="/")
        paths.add(path)
        if key == "index.html" or key.endswith("/index.html"):
            paths.add(path.removesuffix("index.html"))
    return _few_paths(prefix, paths)


def _few_paths(prefix: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct paths in order; for more than `_MOST_PATHS` of them the one wildcard that means all."""
    distinct = tuple(sorted({*paths}))
    wildcard = f"/{quote(prefix, safe='/')}*"
    return (wildcard,) if wildcard in distinct or len(distinct) > _MOST_PATHS else distinct
