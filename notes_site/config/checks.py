"""Checks of settings: what a value of notes-site.toml may be, and what its attribute of `Config` then holds.

Each takes the value as TOML has it and raises `Problem` for one that its setting cannot take. `CHECKS` has the check of
each `SettingType`, with its JSON Schema.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from notes_site.base import colours, dates, language, paths
from notes_site.base.config import SettingType
from notes_site.base.diagnostics import suggestion
from notes_site.base.errors import Problem
from notes_site.base.model import HtmlMode
from notes_site.base.wording import Texts


def as_text(value: Any) -> str:
    """Return a text that can stand in a page, blanks folded."""
    if not isinstance(value, str):
        raise Problem(f"{_what(value)} stands where a text should", 'write a text in quotes: "..."')
    if bad := next((c for c in value if not c.isprintable() and c not in "\n\t\u00a0\u00ad\u200b\u200c\u200d"), ""):
        raise Problem(f"the character U+{ord(bad):04X} cannot stand in a page", "remove it")
    return " ".join(value.split())


def as_title(value: Any) -> str:
    """Return a text that is not empty."""
    text = as_text(value)
    if not text:
        raise Problem("the title is empty", "name the site, or remove the line")
    return text


def as_base_url(value: Any) -> str:
    """Return the address of a published site, without query, fragment and last `/`."""
    text = as_url(value)
    if "?" in text or "#" in text:
        raise Problem(f"`{text}` has a query or fragment", f"write `{re.split('[?#]', text)[0].rstrip('/')}`")
    return text.rstrip("/")


def as_url(value: Any) -> str:
    """Return a web address (`http` or `https`) without user name and password."""
    text = as_text(value)
    if paths.has_credentials(text):
        raise Problem("it holds a user name or password, which would be published", "remove all before the `@`")
    if text and not paths.is_http(text):
        bare = re.fullmatch(r"[\w.-]+\.\w+(/\S*)?", text)
        raise Problem(f"`{text}` is no http(s) address", f'write "https://{text if bare else "example.org/..."}"')
    return text


def as_language(value: Any) -> str:
    """Return a language tag (BCP 47)."""
    text = as_text(value)
    if not language.is_language_tag(text):
        raise Problem(f"`{text}` is no language tag", 'write one like "en", "de" or "pt-BR"')
    return text


def as_levels(value: Any) -> tuple[str, ...]:
    """Return the names of levels: at least one, all different."""
    levels = _list(value)
    seen: dict[str, str] = {}
    for level in levels:
        name = paths.slug(level)
        if not name:
            raise Problem(f"the level `{level}` has no letter or digit", "name it in letters and digits")
        if name in seen:
            raise Problem(f"the levels `{seen[name]}` and `{level}` are one", "keep one of them")
        seen[name] = level
    if not levels:
        raise Problem("there is no level", 'write at least one: ["Basics"]')
    return levels


def _list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Problem(f"{_what(value)} stands where a list of texts should", 'write ["...", "..."]')
    return tuple(as_text(item) for item in value)


def as_kinds(value: Any) -> dict[str, tuple[str, ...]]:
    """Return the words that tell a kind, for each kind of a table."""
    if not isinstance(value, dict):
        raise Problem(f"{_what(value)} stands where a table should", 'write `[kinds]`, below it `video = ["Video"]`')
    return {name: _prefixes(name, prefixes) for name, prefixes in value.items()}


def _prefixes(name: str, value: Any) -> tuple[str, ...]:
    if not name or paths.slug(name) != name:
        raise Problem(f"`{name}` is no name of a kind", f"write `{paths.slug(name) or 'video'}`", key=(name,))
    try:
        prefixes = _list(value)
    except Problem as bad:
        raise Problem(str(bad), bad.hint, key=(name,)) from None
    if "" in prefixes:
        raise Problem("an empty prefix", "remove it", key=(name,))
    return prefixes


def as_folder(value: Any) -> str:
    """Return a relative folder below the config's own, with `/`."""
    text = as_text(value)
    if "\\" in text or re.match(r"[A-Za-z]:|[/~]", text):
        raise Problem(f"`{text}` is no folder below this file's own", "write a relative path with `/`, like `notes`")
    folder = posixpath.normpath(text) if text else "."
    if folder == "." or folder.split("/")[0] in ("..", ".git", ".notes-site"):
        raise Problem(f"`{text}` is not a folder of its own within the project", "write a name, like `notes`")
    return folder


def as_html(value: Any) -> HtmlMode:
    """Return what becomes of raw HTML; true and false stand for `raw` and `escaped`."""
    modes: dict[Any, HtmlMode] = {"raw": "raw", "safe": "safe", "escaped": "escaped"}
    if isinstance(value, bool):
        return "raw" if value else "escaped"
    if not isinstance(value, str) or value not in modes:
        raise Problem(f"{_what(value)} is no way to treat HTML", 'write "raw", "safe" (sanitised) or "escaped"')
    return modes[value]


def as_boolean(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Problem(f"{_what(value)} stands where true or false should", "write `true` or `false`, without quotes")
    return value


def as_style(value: Any) -> str:
    """Return the name of a Pygments style; whether there is one is found out later."""
    text = as_text(value)
    if not re.fullmatch(r"[A-Za-z][\w-]*", text):
        raise Problem(f"`{text}` is no name of a Pygments style", 'write one like "default" or "github-dark"')
    return text


def as_fingerprints(value: Any) -> tuple[str, ...]:
    """Return fingerprints of leaks, 12 hexadecimal digits each."""
    marks = _list(value)
    for mark in marks:
        if not re.fullmatch(r"[0-9a-f]{12}", mark):
            hint = "copy the 12 digits that the warning names; never write the secret itself here"
            raise Problem("this is no fingerprint of a leak", hint)
    return marks


def as_colour(value: Any) -> str:
    """Return a colour such as `#1a56b0`; '' for none."""
    text = as_text(value)
    try:
        colours.parse(text or "#000")
    except ValueError:
        raise Problem(f"`{text}` is no colour", 'write one like "#1a56b0"') from None
    return text


def as_file(value: Any) -> str:
    """Return the path of a file in the folder `static`."""
    text = as_text(value)
    if "\\" in text or text.startswith("/") or paths.below(text, "") is None:
        raise Problem(f"`{text}` is no file in the folder `static`", 'write its path there, like "logo.svg"')
    return text


def as_edit_url(value: Any) -> str:
    """Return a web address with `{path}` where the note's path belongs."""
    text = as_url(value)
    if text and "{path}" not in text:
        raise Problem(f"`{text}` does not say where the note's path belongs", f'write "{text.rstrip("/")}/{{path}}"')
    return text


def as_date(value: Any) -> str:
    """Return a date as `YYYY-MM-DD`; TOML's own dates too."""
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else as_text(value)
    try:
        return text and dates.parse(text)
    except Problem:
        raise Problem(f"`{text}` is no date of our time", "write year, month and day, like 2018-12-14") from None


def as_texts(value: Any) -> dict[str, str]:
    """Return texts of the theme by their names."""
    if not isinstance(value, dict):
        raise Problem(f"{_what(value)} stands where a table should", 'write `[texts]`, below it `menu = "Menü"`')
    return {name: _word(name, text) for name, text in value.items()}


def _word(name: str, value: Any) -> str:
    if name not in Texts.__struct_fields__:
        hint = suggestion(name, Texts.__struct_fields__) or "docs/texts.md lists them"
        raise Problem(f"the theme has no text `{name}`", hint, key=(name,))
    try:
        text = as_text(value)
        text.format_map(dict.fromkeys(re.findall(r"\{(\w+)\}", getattr(Texts(), name)), ""))
    except Problem as bad:
        raise Problem(str(bad), bad.hint, key=(name,)) from None
    except (KeyError, ValueError, IndexError):
        raise Problem(
            "its braces are not those of the text that it replaces", f"that is `{getattr(Texts(), name)}`", key=(name,)
        ) from None
    return text


def as_count(value: Any) -> int:
    """Return a whole number from 0 to 1000."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1000:
        raise Problem(f"{_what(value)} is no number from 0 to 1000", "write a number, without quotes")
    return value


def _what(value: Any) -> str:
    """Return how a value of the wrong type is called in a message."""
    if isinstance(value, (bool, int, float, str)):
        return f"`{str(value).lower() if isinstance(value, bool) else value}`"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    return "a date or time"


def as_target(value: Any) -> str:
    """Return where to deploy to: `s3://bucket`, `s3://bucket/prefix`, `file:///folder` or a folder."""
    text = as_text(value)
    if text and re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) and not re.match(r"(?:s3://[^/]|file:///)", text):
        raise Problem(f"`{text}` is no place to deploy to", 'write "s3://bucket", "s3://bucket/prefix" or a folder')
    return text


def as_name(value: Any) -> str:
    """Return a name without spaces."""
    text = as_text(value)
    if " " in text:
        raise Problem(f"`{text}` is no name", "write it without spaces")
    return text


class Check(NamedTuple):
    """How a value is checked, and its JSON Schema."""

    check: Callable[[Any], Any]
    schema: dict[str, Any]


_STRING: dict[str, Any] = {"type": "string"}
_STRINGS: dict[str, Any] = {"type": "array", "items": _STRING}
_URL: dict[str, Any] = {"type": "string", "pattern": "^(https?://.*)?$"}

CHECKS: dict[SettingType, Check] = {
    "title": Check(as_title, _STRING),
    "text": Check(as_text, _STRING),
    "language": Check(as_language, {"type": "string", "pattern": f"^{language.TAG}$"}),
    "base_url": Check(as_base_url, _URL),
    "url": Check(as_url, _URL),
    "levels": Check(as_levels, {**_STRINGS, "minItems": 1, "uniqueItems": True}),
    "kinds": Check(as_kinds, {"type": "object", "additionalProperties": _STRINGS}),
    "folder": Check(as_folder, {"type": "string", "minLength": 1}),
    "html": Check(as_html, {"enum": ["raw", "safe", "escaped", True, False]}),
    "boolean": Check(as_boolean, {"type": "boolean"}),
    "style": Check(as_style, _STRING),
    "count": Check(as_count, {"type": "integer", "minimum": 0, "maximum": 1000}),
    "fingerprints": Check(as_fingerprints, {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f]{12}$"}}),
    "edit_url": Check(as_edit_url, _URL),
    "date": Check(as_date, {"type": "string", "format": "date"}),
    "colour": Check(as_colour, {"type": "string", "pattern": "^(#([0-9A-Fa-f]{3}){1,2})?$"}),
    "file": Check(as_file, _STRING),
    "texts": Check(as_texts, {"type": "object", "additionalProperties": _STRING}),
    "target": Check(as_target, _STRING),
    "name": Check(as_name, _STRING),
}
