"""The one table of settings: what notes-site.toml may say, how values are checked, what the docs say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from notes_site import colours, paths
from notes_site.diagnostics import suggestion
from notes_site.model import HtmlMode
from notes_site.texts import Texts


class BadSetting(ValueError):
    """A value that its setting cannot take: message, `hint`, and the key within it that is to blame."""

    def __init__(self, message: str, hint: str, inner: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.hint, self.inner = hint, inner


class Setting(NamedTuple):
    """A setting: key in the file, field of `Config`, check (returns what the field holds), and its docs."""

    key: str
    field: str
    check: Callable[[Any], Any]
    doc: str
    example: str
    schema: dict[str, Any]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadSetting(f"{_what(value)} stands where a text should", 'write a text in quotes: "..."')
    if bad := next((c for c in value if not c.isprintable() and c not in "\n\t\u00a0\u00ad\u200b\u200c\u200d"), ""):
        raise BadSetting(f"the character U+{ord(bad):04X} cannot stand in a page", "remove it")
    return " ".join(value.split())


def _title(value: Any) -> str:
    text = _text(value)
    if not text:
        raise BadSetting("the title is empty", "name the site, or remove the line")
    return text


def _base_url(value: Any) -> str:
    text = _web_link(value)
    if "?" in text or "#" in text:
        raise BadSetting(f"`{text}` has a query or fragment", f"write `{re.split('[?#]', text)[0].rstrip('/')}`")
    return text.rstrip("/")


def _web_link(value: Any) -> str:
    text = _text(value)
    if re.match(r"https?://[^/?#]*@", text):
        raise BadSetting("it holds a user name or password, which would be published", "remove all before the `@`")
    if text and not _WEB_LINK.fullmatch(text):
        hint = (
            f'write "https://{text}"'
            if re.fullmatch(r"[\w.-]+\.\w+(/\S*)?", text)
            else 'write "https://example.org/..."'
        )
        raise BadSetting(f"`{text}` is no http(s) address", hint)
    return text


_WEB_LINK = re.compile(r"https?://(?:\[[0-9a-f:.]+\]|[^\s/?#:@\\\[\]]+)(?::[0-9]+)?(?:[/?#][^\s\\]*)?", re.IGNORECASE)


def _language(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", text):
        raise BadSetting(f"`{text}` is no language tag", 'write one like "en", "de" or "pt-BR"')
    return text


def _levels(value: Any) -> tuple[str, ...]:
    levels = _texts(value)
    seen: dict[str, str] = {}
    for level in levels:
        name = paths.slug(level)
        if not name:
            raise BadSetting(f"the level `{level}` has no letter or digit", "name it in letters and digits")
        if name in seen:
            raise BadSetting(f"the levels `{seen[name]}` and `{level}` are one", "keep one of them")
        seen[name] = level
    if not levels:
        raise BadSetting("there is no level", 'write at least one: ["Basics"]')
    return levels


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadSetting(f"{_what(value)} stands where a list of texts should", 'write ["...", "..."]')
    return tuple(_text(item) for item in value)


def _kind_prefixes(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise BadSetting(f"{_what(value)} stands where a table should", 'write `[kinds]`, below it `video = ["Video"]`')
    return {name: _prefixes(name, prefixes) for name, prefixes in value.items()}


def _prefixes(name: str, value: Any) -> tuple[str, ...]:
    if not name or paths.slug(name) != name:
        raise BadSetting(f"`{name}` is no name of a kind", f"write `{paths.slug(name) or 'video'}`", (name,))
    try:
        prefixes = _texts(value)
    except BadSetting as bad:
        raise BadSetting(str(bad), bad.hint, (name,)) from None
    if "" in prefixes:
        raise BadSetting("an empty prefix", "remove it", (name,))
    return prefixes


def _folder(value: Any) -> str:
    text = _text(value)
    if "\\" in text or re.match(r"[A-Za-z]:|[/~]", text):
        raise BadSetting(f"`{text}` is no folder below this file's own", "write a relative path with `/`, like `notes`")
    folder = posixpath.normpath(text) if text else "."
    if folder == "." or folder.split("/")[0] in ("..", ".git", ".notes-site"):
        raise BadSetting(f"`{text}` is not a folder of its own within the project", "write a name, like `notes`")
    return folder


def _html(value: Any) -> HtmlMode:
    modes: dict[Any, HtmlMode] = {"raw": "raw", "safe": "safe", "escaped": "escaped"}
    if isinstance(value, bool):
        return "raw" if value else "escaped"
    if not isinstance(value, str) or value not in modes:
        raise BadSetting(f"{_what(value)} is no way to treat HTML", 'write "raw", "safe" (sanitised) or "escaped"')
    return modes[value]


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSetting(f"{_what(value)} stands where true or false should", "write `true` or `false`, without quotes")
    return value


def _style(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[A-Za-z][\w-]*", text):
        raise BadSetting(f"`{text}` is no name of a Pygments style", 'write one like "default" or "github-dark"')
    return text


def _fingerprints(value: Any) -> tuple[str, ...]:
    marks = _texts(value)
    for mark in marks:
        if not re.fullmatch(r"[0-9a-f]{12}", mark):
            hint = "copy the 12 digits that the warning names; never write the secret itself here"
            raise BadSetting("this is no fingerprint of a leak", hint)
    return marks


def _accent(value: Any) -> str:
    text = _text(value)
    try:
        colours.parse(text or "#000")
    except ValueError:
        raise BadSetting(f"`{text}` is no colour", 'write one like "#1a56b0"') from None
    return text


def _file(value: Any) -> str:
    text = _text(value)
    if "\\" in text or text.startswith("/") or ".." in text.split("/"):
        raise BadSetting(f"`{text}` is no file in the folder `static`", 'write its path there, like "logo.svg"')
    return text


def _edit_url(value: Any) -> str:
    text = _web_link(value)
    if text and "{path}" not in text:
        raise BadSetting(f"`{text}` does not say where the note's path belongs", f'write "{text.rstrip("/")}/{{path}}"')
    return text


def _day(value: Any) -> str:
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else _text(value)
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadSetting(f"`{text}` is no date", "write year, month and day, like 2018-12-14") from None


def _words(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadSetting(f"{_what(value)} stands where a table should", 'write `[texts]`, below it `menu = "Menü"`')
    return {name: _word(name, text) for name, text in value.items()}


def _word(name: str, value: Any) -> str:
    if name not in Texts.__struct_fields__:
        hint = suggestion(name, Texts.__struct_fields__) or "docs/texts.md lists them"
        raise BadSetting(f"the theme has no text `{name}`", hint, (name,))
    try:
        text = _text(value)
        text.format_map(dict.fromkeys(re.findall(r"\{(\w+)\}", getattr(Texts(), name)), ""))
    except BadSetting as bad:
        raise BadSetting(str(bad), bad.hint, (name,)) from None
    except (KeyError, ValueError, IndexError):
        raise BadSetting(
            "its braces are not those of the text that it replaces", f"that is `{getattr(Texts(), name)}`", (name,)
        ) from None
    return text


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1000:
        raise BadSetting(f"{_what(value)} is no number from 0 to 1000", "write a number, without quotes")
    return value


def _what(value: Any) -> str:
    """Return how a value of the wrong type is called in a message."""
    if isinstance(value, (bool, int, float, str)):
        return f"`{str(value).lower() if isinstance(value, bool) else value}`"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    return "a date or time"


def _target(value: Any) -> str:
    text = _text(value)
    if text and re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) and not re.match(r"(?:s3://[^/]|file:///)", text):
        raise BadSetting(f"`{text}` is no place to deploy to", 'write "s3://bucket", "s3://bucket/prefix" or a folder')
    return text


def _bare(value: Any) -> str:
    text = _text(value)
    if " " in text:
        raise BadSetting(f"`{text}` is no name", "write it without spaces")
    return text


_STRING: dict[str, Any] = {"type": "string"}
_STRINGS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_URL: dict[str, Any] = {"type": "string", "pattern": "^(https?://.*)?$"}
_PATH: dict[str, Any] = {"type": "string", "minLength": 1}

# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting(
        "title", "title", _title, "The site's title.",
        '"Distributed Systems Practice"', _STRING,
    ),
    Setting(
        "description", "description", _text, "One sentence about the site, for search engines and the feed.",
        '"What I learned about distributed systems"', _STRING,
    ),
    Setting(
        "author", "author", _text, "Who wrote the notes.",
        '"Ada Lovelace"', _STRING,
    ),
    Setting(
        "language", "language", _language, "The language of the notes, as a BCP 47 tag.",
        '"pt-BR"', {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
    ),
    Setting(
        "base_url", "base_url", _base_url,
        "Where the site is published, without query or fragment. Sitemap, feed and canonical links need it.",
        '"https://example.org/notes"', _URL,
    ),
    Setting(
        "course.title", "course_title", _text, "The course that the notes belong to.",
        '"GW CS 6421"', _STRING,
    ),
    Setting(
        "course.link", "course_link", _web_link, "The course's own page.",
        '"https://gwdistsys18.github.io/"', _URL,
    ),
    Setting(
        "levels", "levels", _levels, "The levels of an area, in their order.",
        '["Basics", "Beyond"]', {**_STRINGS, "minItems": 1, "uniqueItems": True},
    ),
    Setting(
        "kinds", "kinds", _kind_prefixes,
        "A table: kinds of resources, each with the title prefixes that mean it (`Video: ...`). They join the "
        "default ones; one of the same name replaces a default one.",
        '{ podcast = ["Podcast", "Episode"] }', {"type": "object", "additionalProperties": _STRINGS},
    ),
    Setting(
        "content", "content", _folder, "The folder of the notes.",
        '"notes"', _PATH,
    ),
    Setting(
        "templates", "templates", _folder, "The folder of your own templates, which replace those of the theme.",
        '"theme/templates"', _PATH,
    ),
    Setting(
        "static", "static", _folder, "The folder of files that are published as they are.",
        '"theme/static"', _PATH,
    ),
    Setting(
        "output", "output", _folder, "The folder into which the site is built.",
        '"build/site"', _PATH,
    ),
    Setting(
        "html", "html", _html,
        'Raw HTML in notes: kept (`"raw"` or `true`), sanitised (`"safe"`) or shown as text (`"escaped"` or '
        "`false`).",
        '"safe"', {"enum": ["raw", "safe", "escaped", True, False]},
    ),
    Setting(
        "typographer", "typographer", _boolean, "Curly quotes and proper dashes for straight ones.",
        "true", {"type": "boolean"},
    ),
    Setting(
        "code.light", "code_light", _style, "The Pygments style of code on light pages.",
        '"friendly"', _STRING,
    ),
    Setting(
        "code.dark", "code_dark", _style, "The Pygments style of code on dark pages.",
        '"monokai"', _STRING,
    ),
    Setting(
        "feed_items", "feed_items", _count, "How many notes the feed holds; 0 for no feed.",
        "50", {"type": "integer", "minimum": 0, "maximum": 1000},
    ),
    Setting(
        "leaks.allow", "leaks_allow", _fingerprints,
        "What looks like a secret and is none: the 12 digits by which the warning `leak` calls it.",
        '["1f6a0c9d2b7e"]', {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f]{12}$"}},
    ),
    Setting(
        "footer", "footer", _text, "A sentence at the foot of every page.",
        '"Text under CC BY 4.0."', _STRING,
    ),
    Setting(
        "repository", "repository", _web_link, "Where the sources are, linked at the foot of every page.",
        '"https://github.com/you/notes"', _URL,
    ),
    Setting(
        "edit_url", "edit_url", _edit_url,
        "Where a note can be edited; `{path}` stands for its path in the folder of the notes.",
        '"https://github.com/you/notes/edit/main/content/{path}"', _URL,
    ),
    Setting(
        "today", "today", _day,
        "The date to which the age of notes is counted. Without it: `--today`, else `SOURCE_DATE_EPOCH`, else the "
        "latest date in the notes; never the clock.",
        '"2018-12-14"', {"type": "string", "format": "date"},
    ),
    Setting(
        "theme.accent", "accent", _accent,
        "The colour of links and marks, darkened for light pages and lightened for dark ones until it can be read.",
        '"#8a1c5b"', {"type": "string", "pattern": "^(#([0-9A-Fa-f]{3}){1,2})?$"},
    ),
    Setting(
        "theme.logo", "logo", _file, "An image in the folder `static`, shown beside the title.",
        '"logo.svg"', _STRING,
    ),
    Setting(
        "theme.csp", "csp", _boolean,
        "Whether every page carries a Content-Security-Policy that forbids all that is foreign; see `docs/theme.md`.",
        "true", {"type": "boolean"},
    ),
    Setting(
        "texts", "texts", _words, "A table: words of the theme, by the names that `docs/texts.md` lists.",
        '{ menu = "Menü", overview = "Übersicht" }', {"type": "object", "additionalProperties": {"type": "string"}},
    ),
    Setting(
        "deploy.target", "deploy_target", _target,
        "Where `notes-site deploy` puts the site: `s3://bucket`, `s3://bucket/prefix` or a folder.",
        '"s3://example-notes"', _STRING,
    ),
    Setting(
        "deploy.profile", "deploy_profile", _text, "The profile of your AWS credentials.",
        '"course"', _STRING,
    ),
    Setting(
        "deploy.region", "deploy_region", _bare, "The region of the bucket.",
        '"eu-central-1"', _STRING,
    ),
    Setting(
        "deploy.endpoint_url", "deploy_endpoint_url", _web_link,
        "A server other than Amazon's that speaks the S3 protocol.",
        '"https://s3.example.org"', _URL,
    ),
    Setting(
        "deploy.distribution", "deploy_distribution", _bare,
        "The CloudFront distribution whose copies of changed pages are invalidated.",
        '"E2QWRUHAPOMQZL"', _STRING,
    ),
)
# fmt: on

BY_KEY = {setting.key: setting for setting in SETTINGS}
TABLES = {setting.key.partition(".")[0] for setting in SETTINGS if "." in setting.key}
