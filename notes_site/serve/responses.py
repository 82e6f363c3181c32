"""What a request gets: the bytes or the file of an output, its type, and what tells two looks of a page apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from notes_site.base.digest import combine, digest, digest_of
from notes_site.base.mediatypes import media_type
from notes_site.build.making import Maker, Origin
from notes_site.pages.outputs import Output


class Face(NamedTuple):
    """What a page looks like, without rendering it: `key` covers all but the stylesheet, whose digest is `style`."""

    key: str
    style: str


class Answer(NamedTuple):
    """An output as it is published: `data`, or the `file` to be sent as it stands, if it still is what it was (see
    `Preview.opened`). `fault` says why a page could not be made.
    """

    path: str
    data: bytes | None
    file: Origin | None
    media_type: str
    face: Face
    fault: str = ""


def faced(maker: Maker, output: Output) -> tuple[Face, Callable[[], bytes]]:
    """Return what an output looks like, and the function that makes its bytes."""
    parts, render = maker.parts(output)
    style = ""
    if "site" in parts:
        site = maker.composed.plan.views.site
        style = digest(site.style.encode())
        parts["site"] = digest_of(msgspec.structs.replace(site, style="", policy=""))
    return Face(combine(*(text for part in parts.items() for text in part)), style), render


def fault(path: str, shown: str) -> Answer:
    """Return the answer in the place of a page that cannot be made."""
    page = _FAULT.encode()
    return Answer(path, page, None, media_type("fault.html"), Face(digest_of(shown), ""), shown)


_FAULT = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>This page cannot be made</title>
<style>
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
pre { padding: 1rem 0; border-block: 1px solid; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.875rem; }
</style>
<body>
<h1>This page cannot be made</h1>
</body>
</html>
"""
