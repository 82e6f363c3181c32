"""Where a site goes, the names that it may have there, and the address at which it is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import quote, unquote

from notes_site.base.errors import AmbiguousTarget, InvalidTarget
from notes_site.base.paths import collision_key, flaw, nfc

_KEY_BYTES = 1024  # of an object key (Amazon S3 User Guide, "Naming Amazon S3 objects")
_DASH_REGIONS = frozenset({
    "us-east-1", "us-west-1", "us-west-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-west-1",
    "sa-east-1", "us-gov-west-1",
})  # fmt: skip  # AWS General Reference, "Amazon S3 website endpoints": the others have a dot


class Target(NamedTuple):
    """Where to deploy to: a bucket and a prefix that is empty or ends with a slash, or a folder."""

    bucket: str
    prefix: str
    folder: str

    @property
    def shown(self) -> str:
        """The target as it is written."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/") if self.bucket else self.folder

    def address(self, region: str, endpoint_url: str = "") -> str:
        """Return where the site in a bucket can be read, as far as that can be known."""
        prefix = quote(self.prefix, safe="/")
        if endpoint_url:
            return f"{endpoint_url.rstrip('/')}/{self.bucket}/{prefix}index.html"
        dot = "-" if region in _DASH_REGIONS else "."
        end = ".cn" if region.startswith("cn-") else ""
        return f"http://{self.bucket}.s3-website{dot}{region}.amazonaws.com{end}/{prefix}"


def parse_target(text: str, is_folder: Callable[[str], bool] = lambda name: False) -> Target:
    """Return what `s3://bucket[/prefix]`, `file:///folder` or a folder's path means. `is_folder`: whether there is a
    folder of this name, so that a path that begins with it means one.

    Raises:
        InvalidTarget: it is none of them; `AmbiguousTarget`, when it may be two of them.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", text)
    if not scheme:
        return _parse_folder(text, is_folder)
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


def _parse_folder(text: str, is_folder: Callable[[str], bool]) -> Target:
    if re.match(r"(s3|file):", text, re.IGNORECASE):
        raise InvalidTarget(f"`{text}` lacks its slashes; write s3://bucket, s3://bucket/prefix or file:///folder")
    if not text.strip():
        raise InvalidTarget("the target is empty; write s3://bucket, s3://bucket/prefix or a folder")
    first = re.split(r"[/\\]", text)[0]
    drive = re.match(r"[A-Za-z]:", text)
    if ":" in first and not drive:
        raise InvalidTarget(f"`{text}` is no place to deploy to; write s3://bucket or, for a folder, ./{text}")
    if first.startswith("~"):
        raise InvalidTarget(f"there is no home folder `{first}`; for a folder of that name write ./{text}")
    if first.strip(".") and not drive and not is_folder(first):
        raise AmbiguousTarget(f"`{text}` may be a bucket or a folder: write s3://{text} or ./{text}")
    return Target("", "", text)


def bad_keys(prefix: str, paths: Iterable[str]) -> list[str]:
    """Return what is wrong with these names as keys below a prefix, in words; nothing when all is well."""
    problems, seen = [], dict[str, str]()
    for path in paths:
        if wrong := flaw(path):
            problems.append(f"`{path}` {wrong}")
        elif (size := len((prefix + path).encode())) > _KEY_BYTES:
            problems.append(f"`{path}` makes a key of {size} bytes; {_KEY_BYTES} are allowed")
        first = seen.setdefault(collision_key(path), path)
        if first != path:
            problems.append(f"`{first}` and `{path}` are one file on some systems")
    return problems
