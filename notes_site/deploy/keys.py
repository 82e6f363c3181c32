"""Where a site goes, and the names that it may have there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import quote, unquote

from notes_site.base.errors import AmbiguousTarget, InvalidTarget
from notes_site.base.paths import collision_key, flaw, nfc

KEY_BYTES = 1024  # of an object key (Amazon S3 User Guide, "Naming Amazon S3 objects")
NO_JEKYLL = ".nojekyll"  # without it GitHub drops what begins with `_` from a branch that it publishes
MOST_PATHS = 100  # more changed paths than this are invalidated by one wildcard


class Target(NamedTuple):
    """Where to deploy to: a bucket and a prefix that is empty or ends with a slash, or a folder."""

    bucket: str
    prefix: str
    folder: str

    @property
    def shown(self) -> str:
        """The target as it is written."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/") if self.bucket else self.folder


def parse_target(text: str, is_folder: Callable[[str], bool] = lambda name: False) -> Target:
    """Return what `s3://bucket[/prefix]`, `file:///folder` or a folder's path means. `is_folder`: whether there is a
    folder of this name, so that a path that begins with it means one.

    Raises:
        InvalidTarget: it is none of them; `AmbiguousTarget`, when it may be two of them.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", text)
    if not scheme:
        if re.match(r"(s3|file):", text, re.IGNORECASE):
            raise InvalidTarget(f"`{text}` lacks its slashes; write s3://bucket, s3://bucket/prefix or file:///folder")
        if not text.strip():
            raise InvalidTarget("the target is empty; write s3://bucket, s3://bucket/prefix or a folder")
        first = re.split(r"[/\\]", text)[0]
        if ":" in first and not re.match(r"[A-Za-z]:", text):
            raise InvalidTarget(f"`{text}` is no place to deploy to; write s3://bucket or, for a folder, ./{text}")
        if first.startswith("~"):
            raise InvalidTarget(f"there is no home folder `{first}`; for a folder of that name write ./{text}")
        if first.strip(".") and not re.match(r"[A-Za-z]:", text) and not is_folder(first):
            raise AmbiguousTarget(f"`{text}` may be a bucket or a folder: write s3://{text} or ./{text}")
        return Target("", "", text)
    if scheme[1].lower() == "file":
        path = unquote(text[len(scheme[0]) :].removeprefix("localhost"))
        if not path.startswith("/"):
            raise InvalidTarget(f"`{text}` names no folder; write file:///path/to/folder")
        return Target("", "", re.sub(r"^/([A-Za-z]:)", r"\1", path))
    if scheme[1].lower() != "s3":
        raise InvalidTarget(
            f"`{scheme[0]}` is no place to deploy to; write s3://bucket, s3://bucket/prefix or a folder"
        )
    bucket, _, prefix = text[len(scheme[0]) :].partition("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise InvalidTarget(f"`{bucket}` is no name of a bucket: 3 to 63 small letters, digits, dots and hyphens")
    prefix = nfc(prefix.strip("/"))
    if wrong := prefix and flaw(prefix):
        raise InvalidTarget(f"the prefix `{prefix}` {wrong}")
    return Target(bucket, f"{prefix}/" if prefix else "", "")


def bad_keys(prefix: str, paths: Iterable[str]) -> list[str]:
    """Return what is wrong with these names as keys below a prefix, in words; nothing when all is well."""
    problems, seen = [], dict[str, str]()
    for path in paths:
        if wrong := flaw(path):
            problems.append(f"`{path}` {wrong}")
        elif (size := len((prefix + path).encode())) > KEY_BYTES:
            problems.append(f"`{path}` makes a key of {size} bytes; {KEY_BYTES} are allowed")
        first = seen.setdefault(collision_key(path), path)
        if first != path:
            problems.append(f"`{first}` and `{path}` are one file on some systems")
    return problems


def invalidated(prefix: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the paths to invalidate in a CDN: percent-encoded, folders with their indexes."""
    paths = set[str]()
    for key in keys:
        path = "/" + quote(prefix + key, safe="/")
        paths.add(path)
        if key == "index.html" or key.endswith("/index.html"):
            paths.add(path.removesuffix("index.html"))
    return joined(prefix, paths)


def joined(prefix: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct paths in order; for more than `MOST_PATHS` of them the one wildcard that means all."""
    distinct = tuple(sorted({*paths}))
    wildcard = f"/{quote(prefix, safe='/')}*"
    return (wildcard,) if wildcard in distinct or len(distinct) > MOST_PATHS else distinct
