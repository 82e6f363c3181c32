"""Commands with which one begins: `init`, `new`, `schema`. What is there already is never touched."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path

import click

from notes_site.base import paths
from notes_site.base.diagnostics import suggestion
from notes_site.base.errors import CannotWrite, Problem
from notes_site.cli import terminal
from notes_site.cli.options import FilePath, project_of, with_config
from notes_site.cli.terminal import fail
from notes_site.config.project import CONFIG_NAME, epoch_day
from notes_site.storage.files import write_whole
from notes_site.storage.scan import scan

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


@click.command()
@click.argument("folder", type=FilePath(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Begin a site in FOLDER.

    \b
    Example:
      notes-site init my-course
    """
    try:
        for path in _write_site(folder):
            click.echo(path)
    except CannotWrite as exc:
        fail(str(exc))
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    click.echo(f"\nNext: {there}notes-site build", err=True)


@click.command()
@click.argument("title")
@click.option("--area", help="The area; its folder takes the note.")
@click.option("--level", help="One of the site's levels.")
@click.option("--link", help="The address of the resource.")
@click.option("--time", metavar="DURATION", help="Time spent, such as 45 min or 1h 10m.")
@click.option("--estimate", metavar="DURATION", help="Time planned.")
@click.option("--kind", help="One of the site's kinds; else guessed from the title.")
@click.option("--tag", "tags", multiple=True, help="A tag; may be given several times.")
@with_config
def new(config: Path | None, /, title: str, tags: tuple[str, ...], **given: str | None) -> None:
    """Write a new note with its front matter; never overwrites one.

    \b
    Example:
      notes-site new "Video: Why Docker?" --area "Docker and Containers" \\
        --level beginner --link https://example.org/video --time "10 min"
    """
    from notes_site.base.config import level_names
    from notes_site.config.load import load_config

    project = project_of(config)
    settings = load_config(project)
    try:
        fields = _fields(level_names(settings), settings.kinds, {**given, "tags": tags})
        click.echo(os.path.relpath(_write_note(project.root / settings.content, title, fields)))
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    except CannotWrite as exc:
        fail(str(exc))
    if "area" not in fields:
        click.echo("it is a plain page, outside all sums: `--area NAME` makes it a note of an area", err=True)


@click.command()
@click.option("--config", "of_config", is_flag=True, help="Print the schema of notes-site.toml instead.")
def schema(of_config: bool) -> None:
    """Print the JSON Schema of a note's front matter, for editors.

    \b
    Example:
      notes-site schema > .vscode/notes.schema.json
    """
    from notes_site.config.reading import json_schema
    from notes_site.content import frontmatter

    terminal.print_json(json_schema() if of_config else frontmatter.json_schema())


def _write_site(folder: Path) -> list[Path]:
    """Write a site to begin with. Returns the new files.

    Raises:
        CannotWrite: the folder is a site already.
    """
    from notes_site.content import frontmatter

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


def _write_note(content: Path, title: str, fields: Mapping[str, object]) -> Path:
    """Write a note with this front matter; its folder is its area's. Returns its path.

    Raises:
        CannotWrite: there is such a note already, or something else that would be written to the same page.
        ValueError: a title or an area that gives no file name.
    """
    from notes_site.content import frontmatter

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
    from notes_site.pages.addresses import OWN_PAGES

    note = target.relative_to(content).as_posix()
    wanted: dict[str, str] = {paths.note_url(note): f"{content.name}/{note}"}
    if area:
        wanted[f"{paths.slug(area)}.html"] = f"the page of the area {area}"
    taken: dict[str, str] = dict.fromkeys(OWN_PAGES, "a page that every site has")
    for path in filter(paths.is_note, scan(content, content.name).files):
        folder, url = paths.slug(paths.first_folder(path)), paths.note_url(path)
        if not area and folder:
            taken.setdefault(f"{folder}.html", f"the page of the area in {content.name}/{paths.first_folder(path)}")
        if not (area and url == f"{folder}.html"):  # the area's own text
            taken[url] = f"{content.name}/{path}"
    clash = next((url for url in wanted if url in taken), None)
    return f"{taken[clash]} and {wanted[clash]} would both be written to {clash}: rename one of them" if clash else ""


def _fields(
    levels: Collection[str], kinds: Collection[str], given: Mapping[str, str | Iterable[str] | None]
) -> dict[str, object]:
    """Return the front matter of a new note, read as `check` will read it, on a site with these levels and kinds.

    Raises:
        ValueError: what front matter cannot say, a level or kind that the site does not have.
    """
    from notes_site.base.config import canonical_level

    fields = {name: value for name, text in given.items() if text and (value := _read(name, text)) not in (None, ())}
    if "level" in fields and canonical_level(str(fields["level"])) not in levels:
        raise ValueError(_unknown("level", str(fields["level"]), levels))
    if "kind" in fields and fields["kind"] not in kinds:
        raise ValueError(_unknown("kind", str(fields["kind"]), kinds))
    if "time" in fields:
        fields["date"] = epoch_day() or date.today().isoformat()
    return fields


def _read(name: str, given: str | Iterable[str]) -> object:
    from notes_site.content import frontmatter

    try:
        return frontmatter.value_of(name, given)
    except Problem as bad:
        raise ValueError(f"{name}: {bad}: {bad.hint}") from None


def _unknown(what: str, value: str, names: Collection[str]) -> str:
    return f"no {what} `{value}`: use {', '.join(names)}. {suggestion(value, names)}".rstrip(" .")


def _folder_of(content: Path, area: str) -> Path | None:
    """Return the folder that an area has already."""
    if not area or not content.is_dir():
        return None
    same = [f for f in sorted(content.iterdir()) if f.is_dir() and paths.slug(f.name) == paths.slug(area)]
    return same[0] if same else None
