"""The built site as it lies on the disk: its record, and the files that the record names. Nothing is written."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from html import unescape
from pathlib import Path, PurePath
from typing import NamedTuple

from notes_site.base.codes import counted, refused
from notes_site.base.diagnostics import Diagnostic, visible
from notes_site.base.digest import hasher
from notes_site.base.errors import DeployError
from notes_site.base.progress import Progress, silent
from notes_site.deploy.options import DeployOptions
from notes_site.deploy.plan import SiteFile
from notes_site.deploy.store import headers_of
from notes_site.deploy.target import bad_keys
from notes_site.secrets import kingfisher
from notes_site.secrets.files import LARGEST, as_text, is_media
from notes_site.storage import record
from notes_site.storage.files import STATE
from notes_site.storage.record import BuildRecord

NO_JEKYLL = ".nojekyll"  # without it GitHub drops what begins with `_` from a branch that it publishes
_EMPTY = SiteFile(sha256().hexdigest(), 0, headers_of("", fingerprinted=False), "asset", fingerprinted=False)
PART = 16 * 1024 * 1024  # bytes: a file is never held in memory whole when it is larger
_COLOURS = re.compile(r"</?(?:span|mark|wbr|b|i|em|strong)\b[^>]*>")


class BuiltSite(NamedTuple):
    """A built site: its files by path, and the paths of files in its folder that are not the build's."""

    files: dict[str, SiteFile]
    unknown: tuple[str, ...]


def complete_record(output: Path) -> BuildRecord:
    """Return the record of a folder.

    Raises:
        DeployError: no built site, half a site, one with drafts.
    """
    try:
        found = record.read_record(output)
    except FileNotFoundError:
        raise DeployError(f"{output} holds no built site: run `notes-site build` first") from None
    except (OSError, ValueError):
        raise DeployError(f"the build record of {output} cannot be read: run `notes-site build` again") from None
    if found.state != "complete":
        raise DeployError(f"the last build of {output} was interrupted: run `notes-site build` again")
    if found.drafts:
        raise DeployError(f"{output} was built with --drafts: run `notes-site build` without it")
    return found


def refuse_problems(output: Path, built: BuildRecord, allowed: Collection[str]) -> None:
    """Let only a site pass that readers may see. `allowed`: names of `codes.REFUSED_BY_DEPLOY`.

    Raises:
        DeployError: leaks or broken links that are not allowed.
    """
    if stopping := refused(built.problems, allowed):
        options = " ".join(f"--allow {name}" for name in stopping)
        raise DeployError(
            f"{output} has problems that readers would see ({counted(stopping)}): `notes-site check` shows them; "
            f"fix them, or deploy all the same with {options}"
        )


def read_checked(options: DeployOptions, built: BuildRecord, progress: Progress) -> BuiltSite:
    """Return a built site that may be published.

    Raises:
        DeployError: it may not.
    """
    refuse_problems(options.output, built, options.allow)
    if problems := bad_keys(options.target.prefix, built.files):
        raise DeployError(visible("; ".join(problems[:5])) + ": rename them, and build again")
    site = read_site(options.output, built, changed="changed" in options.allow, progress=progress)
    if "leaks" not in options.allow:
        refuse_secrets(options.output, site.files, options.leaks_allow)
    if options.target.folder:
        site.files.setdefault(NO_JEKYLL, _EMPTY)
    return site


def read_site(output: Path, built: BuildRecord, *, changed: bool = False, progress: Progress = silent) -> BuiltSite:
    """Return the files that the record names, each read once. `changed`: also those that were changed since.

    Raises:
        DeployError: one is missing, is no longer a file of its own, or (unless `changed`) has changed since the build.
    """
    files: dict[str, SiteFile] = {}
    for done, (path, file) in enumerate(sorted(built.files.items()), 1):
        as_built, own, size = hasher(), sha256(), 0
        for part in _parts(output, path):
            as_built.update(part)
            own.update(part)
            size += len(part)
        found = as_built.hexdigest()
        if found != file.digest and not changed:
            raise DeployError(
                f"{output / path} was changed after the build: build again, or deploy it as it is with --allow changed"
            )
        fingerprinted = file.fingerprinted and found == file.digest
        headers = headers_of(path, fingerprinted=fingerprinted)
        files[path] = SiteFile(own.hexdigest(), size, headers, file.kind, fingerprinted)
        if done % 100 == 0:
            progress("reading", done, len(built.files))
    return BuiltSite(files, tuple(sorted(_unknown_files(output, files))))


def read_again(output: Path, path: str, file: SiteFile) -> Iterator[bytes]:
    """Give the bytes of a file of the site in parts of `PART`, of which only the last may be smaller.

    Raises:
        DeployError: they are not those that were read before; after the last part.
    """
    own = sha256()
    for part in _parts(output, path) if file.size else ():
        own.update(part)
        yield part
    if own.hexdigest() != file.sha256:
        raise DeployError(f"{output / path} has changed while it was deployed: build and deploy again")


def _parts(output: Path, path: str) -> Iterator[bytes]:
    """Give the bytes of a file that the build wrote. What a link leads to is not the build's, whatever it holds."""
    target = output / path
    try:
        linked = any((output / folder).is_symlink() for folder in PurePath(path).parents[:-1])
        if linked or not stat.S_ISREG(target.lstat().st_mode):
            raise DeployError(f"{target} is no longer the file that was built: delete it, and build again")
        with target.open("rb") as file:
            while part := file.read(PART):
                yield part
    except OSError as exc:
        raise DeployError(f"{target}: {exc.strerror}; run `notes-site build` again") from None


def _unknown_files(output: Path, files: Mapping[str, SiteFile]) -> list[str]:
    found = []
    for folder, folders, names in os.walk(output):
        folders[:] = [name for name in folders if name not in (STATE, ".git")]
        base = os.path.relpath(folder, output).replace(os.sep, "/")
        found += [name if base == "." else f"{base}/{name}" for name in names]
    return [path for path in found if path not in files]


def refuse_secrets(output: Path, paths: Iterable[str], allow: Collection[str]) -> None:
    """Let only files pass in which the extra, if it is installed, finds no secret. `allow`: fingerprints of what is
    none.

    Raises:
        DeployError: there is one; our own rules have done their work when the site was built.
    """
    if not kingfisher.is_there():
        return
    pages_first = sorted(paths, key=lambda path: not path.endswith(".html"))
    by_secret: dict[str, Diagnostic] = {}
    for d in kingfisher.added((), _texts(output, pages_first), allow):
        by_secret.setdefault(d.hint, d)  # what a page has, the feed and the search have too
    found = [*by_secret.values()]
    if found:
        shown = "; ".join(f"{visible(d.path)}: {d.message}: {d.hint}" for d in found[:3])
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
        raise DeployError(f"{output} holds secrets, which `notes-site check` shows: {shown}{more}")


def _texts(output: Path, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        file = output / path
        if not is_media(path) and file.stat().st_size <= LARGEST:
            text = as_text(file.read_bytes())
            yield path, unescape(_COLOURS.sub("", text)) if path.endswith(".html") else text
