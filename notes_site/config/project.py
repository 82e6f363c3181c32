"""Where a project's files are: its config, its folders, the theme. Loads nothing heavy."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from notes_site.base.diagnostics import Diagnostic
from notes_site.base.errors import Problem, ProjectNotFound, UnsafeOutput
from notes_site.storage.files import STATE, Stat, read_regular, settled_with, stat_if_there
from notes_site.storage.scan import why_unread

CONFIG_NAME = "notes-site.toml"


class Project(NamedTuple):
    """A project: the folder of its config, and the config's path, which need not exist."""

    root: Path
    config: Path

    @property
    def state(self) -> Path:
        """The cache's file."""
        return self.root / STATE / "cache.db"


def epoch_day() -> str:
    """Return the ISO date of `SOURCE_DATE_EPOCH`, '' where it is not set.

    Raises:
        Problem: it is no time.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds:
        return ""
    from notes_site.base import dates  # its grammar takes a millisecond to compile

    try:
        return dates.of_epoch(seconds)
    except Problem as problem:
        raise Problem(f"SOURCE_DATE_EPOCH: {problem}", "unset it, or set it to a time") from None


def find(start: Path, config: Path | None = None) -> Project:
    """Return the project of a folder: the nearest config upwards, or the one that is named.

    A folder with `content/` in it is a project without a config.

    Raises:
        ProjectNotFound: there is none.
    """
    if config is not None:
        if not os.path.lexists(config):
            raise ProjectNotFound(f"there is no config file {config}")
        real = config.resolve() if config.exists() else config.absolute()
        return Project(real.parent, real)
    start = start.resolve()
    for folder in (start, *start.parents):
        if os.path.lexists(folder / CONFIG_NAME):  # whatever it is: reading it says what is wrong
            return Project(folder, folder / CONFIG_NAME)
    if (start / "content").is_dir():
        return Project(start, start / CONFIG_NAME)
    raise ProjectNotFound(f"no {CONFIG_NAME} here or above, and no content folder; `notes-site init DIR` makes a site")


class ConfigFile(NamedTuple):
    """The bytes of a config, its stamp (None where there is no file), and why it could not be read."""

    data: bytes
    stamp: Stat | None
    problems: tuple[Diagnostic, ...]


def read_config(project: Project) -> ConfigFile:
    """Return what stands in the config. One that is not there is empty; a pipe, a folder, a link to nothing, and what
    nobody may read is an error.
    """
    if not os.path.lexists(project.config):
        return ConfigFile(b"", None, ())
    try:
        return ConfigFile(*settled_with(project.config, read_regular), ())
    except OSError as exc:
        problem = why_unread(project.config, project.config.name, exc)
        return ConfigFile(b"", stat_if_there(project.config), (problem,))


def path_from(here: str | Path, root: Path, path: str) -> str:
    """Return, with forward slashes, how somebody in the folder `here` names a path that is relative to `root`."""
    target = os.path.normpath(root / path)
    try:
        return os.path.relpath(target, here).replace(os.sep, "/")
    except ValueError:  # another drive
        return target.replace(os.sep, "/")


def seen_from(here: str | Path, root: Path, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the problems of the project in `root` as somebody in the folder `here` would open their files.

    Problems name files by their path in the project, wherever it lies: so they are remembered, and so programs
    read them. What is printed for people goes through here.
    """
    return tuple(d._replace(path=path_from(here, root, d.path)) for d in diagnostics)


def theme() -> Path:
    """Return the folder of the default theme: beside this package in a wheel, above it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_theme"
    return inside if inside.is_dir() else package.parent


def layers(project: Project, content: str, templates: str, static: str) -> dict[str, str]:
    """Return every folder whose files can influence the site, by layer; the site's own come before the theme's.

    Two layers with one real path are one.
    """
    named = {
        "content": project.root / content,
        "templates": project.root / templates,
        "static": project.root / static,
        "theme-templates": theme() / "templates",
        "theme-static": theme() / "static",
        "program": Path(__file__).resolve().parents[1],
    }
    chosen: dict[str, str] = {}
    for name, folder in named.items():
        real = os.path.realpath(folder)
        if real not in map(os.path.realpath, chosen.values()):
            chosen[name] = str(folder)
    return chosen


def check_output(output: Path, project: Project, sources: Mapping[str, str]) -> None:
    """Refuse to write a site where it could destroy something.

    Raises:
        UnsafeOutput: the root, the home folder, a folder that holds the project or its content or lies in its sources,
            a git checkout's root, or a folder with files and without our marker.
    """
    real = check_place(
        output, project, {n: sources.get(n, project.root / n) for n in ("content", "templates", "static")}
    )
    if (real / ".git").exists():
        raise UnsafeOutput(f"{real} is the root of a git checkout; choose a folder in it")
    marked = (real / STATE / "build.json").is_file()
    if real.is_dir() and not marked and any(entry.name != STATE for entry in real.iterdir()):
        raise UnsafeOutput(f"{real} has files that notes-site did not write; empty it, or choose another with --output")


def check_place(
    folder: Path, project: Project, kept: Mapping[str, str | Path], hint: str = "choose another with --output"
) -> Path:
    """Return the real path of a folder to which a site may be written. `kept`: folders by name that must be left alone.

    Raises:
        UnsafeOutput: the root, the home folder, a file, a folder that holds the config or one of these or lies in one.
    """
    real = Path(os.path.realpath(folder))
    if real == Path(real.anchor) or real == Path.home():
        raise UnsafeOutput(f"{real} is no folder for a site")
    for name, place in kept.items():
        source = Path(os.path.realpath(place))
        if source == real or source in real.parents:
            raise UnsafeOutput(f"{real} lies in the site's own {name} folder; {hint}")
        if real in source.parents:
            raise UnsafeOutput(f"{real} holds the site's {name} folder; {hint}")
    config = Path(os.path.realpath(project.config))
    if real in config.parents:
        raise UnsafeOutput(f"{real} holds {config.name}; {hint}")
    if real.exists() and not real.is_dir():
        raise UnsafeOutput(f"{real} is a file")
    return real
