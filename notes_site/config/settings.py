"""The one table of settings: what notes-site.toml may say, how values are checked, what the docs say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from notes_site.config import values


class Setting(NamedTuple):
    """A setting: key in the file, field of `Config`, check (returns what the field holds), and its docs."""

    key: str
    field: str
    check: Callable[[Any], Any]
    doc: str
    example: str
    schema: dict[str, Any]


_STRING: dict[str, Any] = {"type": "string"}
_STRINGS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_URL: dict[str, Any] = {"type": "string", "pattern": "^(https?://.*)?$"}
_PATH: dict[str, Any] = {"type": "string", "minLength": 1}

# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting(
        "title", "title", values.as_title, "The site's title.",
        '"Distributed Systems Practice"', _STRING,
    ),
    Setting(
        "description", "description", values.as_text, "One sentence about the site, for search engines and the feed.",
        '"What I learned about distributed systems"', _STRING,
    ),
    Setting(
        "author", "author", values.as_text, "Who wrote the notes.",
        '"Ada Lovelace"', _STRING,
    ),
    Setting(
        "language", "language", values.as_language, "The language of the notes, as a BCP 47 tag.",
        '"pt-BR"', {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
    ),
    Setting(
        "base_url", "base_url", values.as_base_url,
        "Where the site is published, without query or fragment. Sitemap, feed and canonical links need it.",
        '"https://example.org/notes"', _URL,
    ),
    Setting(
        "course.title", "course_title", values.as_text, "The course that the notes belong to.",
        '"GW CS 6421"', _STRING,
    ),
    Setting(
        "course.link", "course_link", values.as_web_link, "The course's own page.",
        '"https://gwdistsys18.github.io/"', _URL,
    ),
    Setting(
        "levels", "levels", values.as_levels, "The levels of an area, in their order.",
        '["Basics", "Beyond"]', {**_STRINGS, "minItems": 1, "uniqueItems": True},
    ),
    Setting(
        "kinds", "kinds", values.as_kind_prefixes,
        "A table: kinds of resources, each with the title prefixes that mean it (`Video: ...`). They join the "
        "default ones; one of the same name replaces a default one.",
        '{ podcast = ["Podcast", "Episode"] }', {"type": "object", "additionalProperties": _STRINGS},
    ),
    Setting(
        "content", "content", values.as_folder, "The folder of the notes.",
        '"notes"', _PATH,
    ),
    Setting(
        "templates", "templates", values.as_folder,
        "The folder of your own templates, which replace those of the theme.",
        '"theme/templates"', _PATH,
    ),
    Setting(
        "static", "static", values.as_folder, "The folder of files that are published as they are.",
        '"theme/static"', _PATH,
    ),
    Setting(
        "output", "output", values.as_folder, "The folder into which the site is built.",
        '"build/site"', _PATH,
    ),
    Setting(
        "html", "html", values.as_html,
        'Raw HTML in notes: kept (`"raw"` or `true`), sanitised (`"safe"`) or shown as text (`"escaped"` or '
        "`false`).",
        '"safe"', {"enum": ["raw", "safe", "escaped", True, False]},
    ),
    Setting(
        "typographer", "typographer", values.as_boolean, "Curly quotes and proper dashes for straight ones.",
        "true", {"type": "boolean"},
    ),
    Setting(
        "code.light", "code_light", values.as_style, "The Pygments style of code on light pages.",
        '"friendly"', _STRING,
    ),
    Setting(
        "code.dark", "code_dark", values.as_style, "The Pygments style of code on dark pages.",
        '"monokai"', _STRING,
    ),
    Setting(
        "feed_items", "feed_items", values.as_count, "How many notes the feed holds; 0 for no feed.",
        "50", {"type": "integer", "minimum": 0, "maximum": 1000},
    ),
    Setting(
        "leaks.allow", "leaks_allow", values.as_fingerprints,
        "What looks like a secret and is none: the 12 digits by which the warning `leak` calls it.",
        '["1f6a0c9d2b7e"]', {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f]{12}$"}},
    ),
    Setting(
        "footer", "footer", values.as_text, "A sentence at the foot of every page.",
        '"Text under CC BY 4.0."', _STRING,
    ),
    Setting(
        "repository", "repository", values.as_web_link, "Where the sources are, linked at the foot of every page.",
        '"https://github.com/you/notes"', _URL,
    ),
    Setting(
        "edit_url", "edit_url", values.as_edit_url,
        "Where a note can be edited; `{path}` stands for its path in the folder of the notes.",
        '"https://github.com/you/notes/edit/main/content/{path}"', _URL,
    ),
    Setting(
        "today", "today", values.as_day,
        "The date to which the age of notes is counted; `--today` goes before it. Without both: that of "
        "`SOURCE_DATE_EPOCH`, else the latest date in the notes, but none that lies ten years behind all others; never "
        "the clock.",
        '"2018-12-14"', {"type": "string", "format": "date"},
    ),
    Setting(
        "theme.accent", "accent", values.as_accent,
        "The colour of links and marks, darkened for light pages and lightened for dark ones until it can be read.",
        '"#8a1c5b"', {"type": "string", "pattern": "^(#([0-9A-Fa-f]{3}){1,2})?$"},
    ),
    Setting(
        "theme.logo", "logo", values.as_file, "An image in the folder `static`, shown beside the title.",
        '"logo.svg"', _STRING,
    ),
    Setting(
        "theme.csp", "csp", values.as_boolean,
        "Whether every page carries a Content-Security-Policy that forbids all that is foreign; see `docs/theme.md`.",
        "true", {"type": "boolean"},
    ),
    Setting(
        "texts", "texts", values.as_words, "A table: words of the theme, by the names that `docs/texts.md` lists.",
        '{ menu = "Menü", overview = "Übersicht" }', {"type": "object", "additionalProperties": {"type": "string"}},
    ),
    Setting(
        "deploy.target", "deploy_target", values.as_target,
        "Where `notes-site deploy` puts the site: `s3://bucket`, `s3://bucket/prefix` or a folder.",
        '"s3://example-notes"', _STRING,
    ),
    Setting(
        "deploy.profile", "deploy_profile", values.as_text, "The profile of your AWS credentials.",
        '"course"', _STRING,
    ),
    Setting(
        "deploy.region", "deploy_region", values.as_bare, "The region of the bucket.",
        '"eu-central-1"', _STRING,
    ),
    Setting(
        "deploy.endpoint_url", "deploy_endpoint_url", values.as_web_link,
        "A server other than Amazon's that speaks the S3 protocol.",
        '"https://s3.example.org"', _URL,
    ),
    Setting(
        "deploy.distribution", "deploy_distribution", values.as_bare,
        "The CloudFront distribution whose copies of changed pages are invalidated.",
        '"E2QWRUHAPOMQZL"', _STRING,
    ),
)
# fmt: on

BY_KEY = {setting.key: setting for setting in SETTINGS}
TABLES = {setting.key.partition(".")[0] for setting in SETTINGS if "." in setting.key}
