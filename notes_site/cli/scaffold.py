"""`notes-site init` and `notes-site new`: files to begin with. What is there already is never touched."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from notes_site.base import dates, paths
from notes_site.base.config import Config, canonical_level, level_names
from notes_site.base.diagnostics import suggestion
from notes_site.base.errors import CannotWrite, Problem
from notes_site.config.project import CONFIG_NAME
from notes_site.content import frontmatter
from notes_site.pages.addresses import OWN_PAGES
from notes_site.storage.files import scan, write_whole

_CONFIG = """\
# The settings of this site; every one is listed in docs/configuration.md of notes-site.
title = {title}
# description = "What this site is about, in a sentence."
# author = "Your name"

# The address at which the site will stand: with it come a sitemap, a feed and canonical links.
# base_url = "https://example.org/notes"

# levels = ["Beginner", "Intermediate", "Advanced"]

# [course]
# title = "The course's name"
# link = "https://example.org/course"
"""

_HOME = """\
# {title}

What I learn, at which level, and how long it takes.
"""

_EXAMPLE = """\
---
title: "Video: A first resource"
level: beginner
link: https://example.org/video
time: 20 min
estimate: 15 min
---

Write here what you learned. Markdown works, with code:

```python
print("hello")
```

> [!TIP]
> A note without text and without a time counts as planned.
"""


def init(folder: Path) -> list[Path]:
    """Write a site to begin with. Returns the new files.

    Raises:
        CannotWrite: the folder is a site already.
    """
    if os.path.lexists(folder / CONFIG_NAME):
        raise CannotWrite(f"{folder / CONFIG_NAME} is there already")
    title = paths.words_of(frontmatter.clean(folder.resolve().name)) or "Learning notes"
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    files = {CONFIG_NAME: _CONFIG.format(title=quoted), ".gitignore": "/public/\n/.notes-site/\n"}
    if not any(path.is_file() for path in (folder / "content").rglob("*")):
        files["content/index.md"] = _HOME.format(title=title)
        files["content/first-area/first-resource.md"] = _EXAMPLE
    missing = [name for name in files if not os.path.lexists(folder / name)]
    for number, name in enumerate(missing):
        try:
            write_whole(folder / name, files[name].encode(), new=True)
        except OSError:
            for written in missing[:number]:  # so that this can be done again
                (folder / written).unlink(missing_ok=True)
            raise
    return [folder / name for name in missing]


def new(content: Path, title: str, fields: Mapping[str, object]) -> Path:
    """Write a note with this front matter; its folder is its area's. Returns its path.

    Raises:
        CannotWrite: there is such a note already, or something else that would be written to the same page.
        ValueError: a title or an area that gives no file name.
    """
    area = str(fields.get("area") or "")
    folder = _folder_of(content, area)
    if folder is not None and paths.words_of(folder.name) == area:
        fields = {name: value for name, value in fields.items() if name != "area"}
    home = folder or content / (paths.file_name("area", area) if area else "")
    target = home / f"{paths.file_name('title', title)}.md"
    if os.path.lexists(target):
        raise CannotWrite(f"{target} is there already")
    page = f"{paths.slug(area)}.html"
    if paths.is_reserved(page) or len(page.encode()) > paths.NAME_BYTES:
        raise ValueError(f"the area {area!r} has a page {page}, which some systems cannot write: rename it")
    if clash := _clash(content, target, area):
        raise CannotWrite(clash)
    write_whole(target, frontmatter.dump({"title": title, **fields}).encode(), new=True)
    return target


def _clash(content: Path, target: Path, area: str) -> str:
    """Return in a sentence what would be written to the same page as a new note or its area; '' for nothing."""
    note = target.relative_to(content).as_posix()
    wanted = {paths.note_url(note): f"{content.name}/{note}"}
    if area:
        wanted[f"{paths.slug(area)}.html"] = f"the page of the area {area}"
    taken = dict.fromkeys(OWN_PAGES, "a page that every site has")
    for path in filter(paths.is_note, scan(content, content.name).files):
        folder, url = paths.slug(paths.first_folder(path)), paths.note_url(path)
        if not area and folder:
            taken.setdefault(f"{folder}.html", f"the page of the area in {content.name}/{paths.first_folder(path)}")
        if not (area and url == f"{folder}.html"):  # the area's own text
            taken[url] = f"{content.name}/{path}"
    clash = next((url for url in wanted if url in taken), None)
    return f"{taken[clash]} and {wanted[clash]} would both be written to {clash}: rename one of them" if clash else ""


def checked(config: Config, given: Mapping[str, str | Iterable[str] | None]) -> dict[str, object]:
    """Return the fields of a new note, read as `check` will read them.

    Raises:
        ValueError: what front matter cannot say, a level or kind that the site does not have.
    """
    fields = {name: value for name, text in given.items() if text and (value := _read(name, text)) not in (None, ())}
    levels = level_names(config)
    if "level" in fields and canonical_level(str(fields["level"])) not in levels:
        raise ValueError(_unknown("level", str(fields["level"]), levels))
    if "kind" in fields and fields["kind"] not in config.kinds:
        raise ValueError(_unknown("kind", str(fields["kind"]), config.kinds))
    if "time" in fields:
        fields["date"] = today()
    return fields


def _read(name: str, given: str | Iterable[str]) -> object:
    try:
        return frontmatter.value_of(name, given)
    except Problem as bad:
        raise ValueError(f"{name}: {bad}: {bad.hint}") from None


def _unknown(what: str, value: str, known: Iterable[str]) -> str:
    names = list(known)
    return f"no {what} `{value}`: use {', '.join(names)}. {suggestion(value, names)}".rstrip(" .")


def _folder_of(content: Path, area: str) -> Path | None:
    """The folder that an area has already."""
    if not area or not content.is_dir():
        return None
    same = [f for f in sorted(content.iterdir()) if f.is_dir() and paths.slug(f.name) == paths.slug(area)]
    return same[0] if same else None


def today() -> str:
    """Return the ISO date of today here, or of SOURCE_DATE_EPOCH in UTC (reproducible-builds.org)."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        return date.today().isoformat()
    try:
        return dates.iso(datetime.fromtimestamp(int(given), UTC).date())
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"SOURCE_DATE_EPOCH: `{given}` is no count of seconds since 1970 up to our time") from None
