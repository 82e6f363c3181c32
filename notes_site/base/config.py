"""The settings of a site: each is declared once, in `Config`. Checks, schema and docs follow (`config.checks`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple, get_type_hints

import msgspec

from notes_site.base import paths
from notes_site.base.model import HtmlMode, Record

SettingType = Literal[
    "title", "text", "language", "base_url", "url", "levels", "kinds", "folder", "html", "boolean", "style",
    "count", "fingerprints", "edit_url", "date", "colour", "file", "texts", "target", "name",
]  # fmt: skip
"""What a setting takes; `config.checks` has the check of each."""


class Setting(NamedTuple):
    """What is said about a setting, beside its type and default in `Config`.

    `example` is TOML. `key` is its place in notes-site.toml (`course.title` stands in the table `[course]`), where that
    is not the name of its `attribute`.
    """

    type: SettingType
    doc: str
    example: str
    key: str = ""
    attribute: str = ""


class Config(Record, frozen=True):
    """`notes-site.toml` with every default filled in. Folders are relative to the file's own folder."""

    title: Annotated[str, Setting("title", "The site's title.", '"Distributed Systems Practice"')] = "Learning notes"
    description: Annotated[
        str,
        Setting(
            "text",
            "One sentence about the site, for search engines and the feed.",
            '"What I learned about distributed systems"',
        ),
    ] = ""
    author: Annotated[str, Setting("text", "Who wrote the notes.", '"Ada Lovelace"')] = ""
    language: Annotated[str, Setting("language", "The language of the notes, as a BCP 47 tag.", '"pt-BR"')] = "en"
    base_url: Annotated[
        str,
        Setting(
            "base_url",
            "Where the site is published, without query or fragment. Sitemap, feed and canonical links need it.",
            '"https://example.org/notes"',
        ),
    ] = ""
    course_title: Annotated[
        str, Setting("text", "The course that the notes belong to.", '"GW CS 6421"', key="course.title")
    ] = ""
    course_link: Annotated[
        str, Setting("url", "The course's own page.", '"https://gwdistsys18.github.io/"', key="course.link")
    ] = ""
    levels: Annotated[
        tuple[str, ...], Setting("levels", "The levels of an area, in their order.", '["Basics", "Beyond"]')
    ] = ("Beginner", "Intermediate", "Advanced")
    kinds: Annotated[
        dict[str, tuple[str, ...]],
        Setting(
            "kinds",
            "A table: kinds of resources, each with the title prefixes that mean it (`Video: ...`). They join the "
            "default ones; one of the same name replaces a default one.",
            '{ podcast = ["Podcast", "Episode"] }',
        ),
    ] = msgspec.field(default_factory=dict)
    content: Annotated[str, Setting("folder", "The folder of the notes.", '"notes"')] = "content"
    templates: Annotated[
        str,
        Setting("folder", "The folder of your own templates, which replace those of the theme.", '"theme/templates"'),
    ] = "templates"
    static: Annotated[
        str, Setting("folder", "The folder of files that are published as they are.", '"theme/static"')
    ] = "static"
    output: Annotated[str, Setting("folder", "The folder into which the site is built.", '"build/site"')] = "public"
    html: Annotated[
        HtmlMode,
        Setting(
            "html",
            'Raw HTML in notes: kept (`"raw"` or `true`), sanitised (`"safe"`) or shown as text (`"escaped"` or '
            "`false`).",
            '"safe"',
        ),
    ] = "raw"
    typographer: Annotated[bool, Setting("boolean", "Curly quotes and proper dashes for straight ones.", "true")] = (
        False
    )
    code_light: Annotated[
        str, Setting("style", "The Pygments style of code on light pages.", '"friendly"', key="code.light")
    ] = "default"
    code_dark: Annotated[
        str, Setting("style", "The Pygments style of code on dark pages.", '"monokai"', key="code.dark")
    ] = "github-dark"
    feed_items: Annotated[int, Setting("count", "How many notes the feed holds; 0 for no feed.", "50")] = 20
    leaks_allow: Annotated[
        tuple[str, ...],
        Setting(
            "fingerprints",
            "What looks like a secret and is none: the 12 digits by which the warning `leak` calls it.",
            '["1f6a0c9d2b7e"]',
            key="leaks.allow",
        ),
    ] = ()
    footer: Annotated[str, Setting("text", "A sentence at the foot of every page.", '"Text under CC BY 4.0."')] = ""
    repository: Annotated[
        str,
        Setting("url", "Where the sources are, linked at the foot of every page.", '"https://github.com/you/notes"'),
    ] = ""
    edit_url: Annotated[
        str,
        Setting(
            "edit_url",
            "Where a note can be edited; `{path}` stands for its path in the folder of the notes.",
            '"https://github.com/you/notes/edit/main/content/{path}"',
        ),
    ] = ""
    today: Annotated[
        str,
        Setting(
            "date",
            "The date to which the age of notes is counted; `--today` goes before it. Without both: that of "
            "`SOURCE_DATE_EPOCH`, else the latest date in the notes, but none that lies ten years behind all others; "
            "never the clock.",
            '"2018-12-14"',
        ),
    ] = ""
    accent: Annotated[
        str,
        Setting(
            "colour",
            "The colour of links and marks, darkened for light pages and lightened for dark ones until it can be read.",
            '"#8a1c5b"',
            key="theme.accent",
        ),
    ] = ""
    logo: Annotated[
        str, Setting("file", "An image in the folder `static`, shown beside the title.", '"logo.svg"', key="theme.logo")
    ] = ""
    csp: Annotated[
        bool,
        Setting(
            "boolean",
            "Whether every page carries a Content-Security-Policy that forbids all that is foreign; see "
            "`docs/theme.md`.",
            "true",
            key="theme.csp",
        ),
    ] = False
    texts: Annotated[
        dict[str, str],
        Setting(
            "texts",
            "A table: words of the theme, by the names that `docs/texts.md` lists.",
            '{ menu = "Menü", overview = "Übersicht" }',
        ),
    ] = msgspec.field(default_factory=dict)
    deploy_target: Annotated[
        str,
        Setting(
            "target",
            "Where `notes-site deploy` puts the site: `s3://bucket`, `s3://bucket/prefix` or a folder.",
            '"s3://example-notes"',
            key="deploy.target",
        ),
    ] = ""
    deploy_profile: Annotated[
        str, Setting("text", "The profile of your AWS credentials.", '"course"', key="deploy.profile")
    ] = ""
    deploy_region: Annotated[
        str, Setting("name", "The region of the bucket.", '"eu-central-1"', key="deploy.region")
    ] = ""
    deploy_endpoint_url: Annotated[
        str,
        Setting(
            "url",
            "A server other than Amazon's that speaks the S3 protocol.",
            '"https://s3.example.org"',
            key="deploy.endpoint_url",
        ),
    ] = ""
    deploy_distribution: Annotated[
        str,
        Setting(
            "name",
            "The CloudFront distribution whose copies of changed pages are invalidated.",
            '"E2QWRUHAPOMQZL"',
            key="deploy.distribution",
        ),
    ] = ""


def _settings() -> Iterator[Setting]:
    for name, hint in get_type_hints(Config, include_extras=True).items():
        for setting in getattr(hint, "__metadata__", ()):
            yield setting._replace(attribute=name, key=setting.key or name)


SETTINGS: tuple[Setting, ...] = tuple(_settings())


def level_names(config: Config) -> dict[str, str]:
    """Return the levels' shown names by canonical name, in their order."""
    return {canonical_level(name): name for name in config.levels}


def canonical_level(text: str) -> str:
    """Return a level as notes are compared by: `Beginner Level` is `beginner`."""
    return paths.slug(text).removesuffix("-level")
