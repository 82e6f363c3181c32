"""The built site as it lies on the disk: its record, and the files that the record names. Nothing is written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from notes_site.deploy.headers import headers_of
from notes_site.deploy.keys import is_fingerprinted, kind_of
from notes_site.deploy.model import DeployError, LocalFile
from notes_site.digest import hasher
from notes_site.files import STATE, is_inside

BROKEN = frozenset({"broken-link", "broken-image", "broken-anchor"})
PART = 16 * 1024 * 1024  # bytes: a file is never held in memory whole when it is larger
_SCHEMA = 1


class Record(NamedTuple):
    """The build's record: digest of each file by path, pages that show other pages, problems by code."""

    files: Mapping[str, str]
    lists: frozenset[str]
    problems: Mapping[str, int]


class Built(NamedTuple):
    """A built site: its files by path, and the paths of files in its folder that are not the build's."""

    files: dict[str, LocalFile]
    strangers: tuple[str, ...]


def read_record(output: Path, *, force: bool = False) -> Record:
    """Return the record of a folder that is fit to be published; `force` lets leaks and broken links pass.

    Raises:
        DeployError: no built site, half a site, one with drafts, leaks or broken links.
    """
    try:
        record: dict[str, Any] = json.loads((output / STATE / "build.json").read_bytes())
        state, drafts, schema = record["state"], record["drafts"], record["schema"]
        files = {str(path): str(value) for path, value in record["files"].items()}
        if not all(map(is_inside, files)):
            raise ValueError("a path out of the folder")
        found = Record(files, frozenset(record.get("lists", ())), record["diagnostics"])
    except FileNotFoundError:
        raise DeployError(f"{output} holds no built site: run `notes-site build` first") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise DeployError(f"the build record of {output} cannot be read: run `notes-site build` again") from None
    if schema != _SCHEMA:
        raise DeployError(f"{output} was built by another version of notes-site: build it with this one")
    if state != "complete":
        raise DeployError(f"the last build of {output} was interrupted: run `notes-site build` again")
    if drafts:
        raise DeployError(f"{output} was built with --drafts: run `notes-site build` without it")
    if not force:
        _refuse_problems(output, found.problems)
    return found


def _refuse_problems(output: Path, problems: Mapping[str, int]) -> None:
    stopping = {code: n for code, n in problems.items() if code in BROKEN or code.startswith("leak")}
    if stopping:
        listed = ", ".join(f"{code} {n}" for code, n in sorted(stopping.items()))
        raise DeployError(
            f"{output} has problems that readers would see ({listed}): `notes-site check` shows them; mend them, "
            "or deploy all the same with --force"
        )


def read_site(
    output: Path, record: Record, *, force: bool = False, progress: Callable[[str, int, int], None] | None = None
) -> Built:
    """Return the files that the record names, each read once.

    Raises:
        DeployError: one is missing, or (unless `force`) has changed since the build.
    """
    files: dict[str, LocalFile] = {}
    for done, (path, built) in enumerate(sorted(record.files.items()), 1):
        as_built, own, size = hasher(), sha256(), 0
        for part in _parts(output / path):
            as_built.update(part)
            own.update(part)
            size += len(part)
        found = as_built.hexdigest()
        if found != built and not force:
            raise DeployError(
                f"{output / path} was changed after the build: build again, or deploy it as it is with --force"
            )
        fingerprinted = is_fingerprinted(path, found)
        headers = headers_of(path, fingerprinted=fingerprinted)
        kind = kind_of(path, record.lists)
        files[path] = LocalFile(own.hexdigest(), size, headers, kind, fingerprinted)
        if progress and done % 100 == 0:
            progress("reading", done, len(record.files))
    return Built(files, tuple(sorted(_strangers(output, files))))


def read_again(output: Path, path: str, file: LocalFile) -> Iterator[bytes]:
    """Give the bytes of a file of the site in parts of `PART`, of which only the last may be smaller.

    Raises:
        DeployError: they are not those that were read before; after the last part.
    """
    own = sha256()
    for part in _parts(output / path):
        own.update(part)
        yield part
    if own.hexdigest() != file.sha256:
        raise DeployError(f"{output / path} has changed while it was deployed: build and deploy again")


def _parts(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while part := file.read(PART):
                yield part
    except OSError as exc:
        raise DeployError(f"{path}: {exc.strerror}; run `notes-site build` again") from None


def _strangers(output: Path, files: Mapping[str, LocalFile]) -> list[str]:
    found = []
    for folder, folders, names in os.walk(output):
        folders[:] = [name for name in folders if name not in (STATE, ".git")]
        base = os.path.relpath(folder, output).replace(os.sep, "/")
        found += [name if base == "." else f"{base}/{name}" for name in names]
    return [path for path in found if path not in files]
