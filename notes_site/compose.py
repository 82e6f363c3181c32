"""From a project to a whole site in memory: loaded, assembled, checked and planned, nothing rendered yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from notes_site.cache import Cache, CacheDamaged
from notes_site.checks import check_site
from notes_site.diagnostics import Diagnostic, below, error, note, suggestion
from notes_site.digest import combine
from notes_site.loader import Loaded, Progress, load, silent, texts
from notes_site.locate import NOWHERE, locate
from notes_site.model import Config
from notes_site.pages import ENGINE, Assets, Plan, plan
from notes_site.paths import is_note
from notes_site.project import Project
from notes_site.site import Site, assemble
from notes_site.templates import Compiled, Source, Templates
from notes_site.text import decode


class Composed(NamedTuple):
    """A whole site in memory, nothing of it rendered yet."""

    loaded: Loaded
    site: Site
    plan: Plan
    templates: Templates
    templates_key: str
    diagnostics: tuple[Diagnostic, ...]


def compose(
    project: Project, cache: Cache, *, drafts: bool = False, jobs: int | None = None, progress: Progress = silent
) -> Composed:
    """Return the site with its plan: everything short of rendering."""
    return compose_loaded(project, cache, load(project, cache, jobs=jobs, progress=progress), drafts=drafts)


def compose_loaded(project: Project, cache: Cache, loaded: Loaded, *, drafts: bool = False) -> Composed:
    """Return the site of what is loaded already."""
    site = assemble(loaded.config, loaded.notes, drafts=drafts)
    templates, template_problems = _templates(loaded, cache)
    unclear = _with_errors(loaded)
    assets, asset_problems = _assets(loaded, project, unclear)
    planned = plan(site, assets, loaded.records)
    found = (
        *loaded.diagnostics,
        *(below(loaded.config.content, check_site(site, unclear)) if loaded.sound else ()),
        *_config_problems(loaded, project),
        *template_problems,
        *asset_problems,
        *planned.problems,
    )
    return Composed(loaded, site, planned, templates, _templates_key(loaded), found)


def _with_errors(loaded: Loaded) -> frozenset[str]:
    """The files of the content folder that could not be read, or not in full."""
    folder = f"{loaded.config.content}/"
    wrong = (d.path for d in loaded.diagnostics if d.severity == "error")
    return frozenset(path.removeprefix(folder) for path in wrong if path.startswith(folder))


def _config_problems(loaded: Loaded, project: Project) -> Iterator[Diagnostic]:
    if loaded.sound and not Path(loaded.roots["content"]).is_dir():
        message = f"there is no folder `{loaded.config.content}`, in which the notes should lie"
        yield error(project.config.name, "no-content", message, hint='make it, or name yours: `content = "notes"`')
    if loaded.sound and not loaded.config.base_url:
        message = "no `base_url`: no sitemap, feed or canonical links are made"
        yield note(project.config.name, "no-base-url", message, hint='add `base_url = "https://example.org/notes"`')


def _templates(loaded: Loaded, cache: Cache) -> tuple[Templates, list[Diagnostic]]:
    problems = []
    layers = []
    for layer in ("templates", "theme-templates"):
        sources = {}
        for path, data in texts(loaded, layer):
            shown = f"{loaded.shown.get(layer, layer)}/{path}"
            decoded, problem = decode(shown, data)
            if problem:
                problems.append(problem)
            else:
                sources[path] = Source(shown, decoded)
        layers.append(sources)

    def body(key: str) -> str:
        found = loaded.new_bodies.get(key) or cache.body(key)
        if found is None:
            raise CacheDamaged
        return found

    compiled = Compiled(loaded.memo.get(_templates_key(loaded)))
    return Templates([layer for layer in layers if layer], body, compiled), problems


def _templates_key(loaded: Loaded) -> str:
    """The key under which compiled templates are remembered."""
    layers = (loaded.inputs.digests.get(layer, {}) for layer in ("templates", "theme-templates"))
    return combine("templates", loaded.program, *(part for layer in layers for item in layer.items() for part in item))


def _assets(loaded: Loaded, project: Project, unclear: frozenset[str]) -> tuple[Assets, list[Diagnostic]]:
    digests = loaded.inputs.digests
    static = {**digests.get("theme-static", {}), **digests.get("static", {})}
    own, problem = _static_text(loaded, "style.css")
    engine, bad_engine = _static_text(loaded, ENGINE)
    light, bad_light = _code_style(loaded, project, "light")
    dark, bad_dark = _code_style(loaded, project, "dark")
    files = {path: value for path, value in digests["content"].items() if not is_note(path)}
    unread = unclear.difference(note.path for note in loaded.notes)
    assets = Assets(files, static, own + _code_css(loaded, light, dark), engine, unread)
    return assets, [found for found in (problem, bad_engine, bad_light, bad_dark) if found]


def _static_text(loaded: Loaded, name: str) -> tuple[str, Diagnostic | None]:
    """A static file's text, the site's own or the theme's."""
    for layer in ("static", "theme-static"):
        if name in loaded.inputs.digests.get(layer, {}):
            data = Path(loaded.roots[layer], name).read_bytes()
            return decode(f"{loaded.shown.get(layer, layer)}/{name}", data)
    return "", None


def _code_style(loaded: Loaded, project: Project, which: str) -> tuple[str, Diagnostic | None]:
    """The style of code on light or dark pages; for a name that means none the default one, and the error."""
    name, default = (str(getattr(config, f"code_{which}")) for config in (loaded.config, Config()))
    if name == default:
        return name, None
    from notes_site.highlight import styles

    if name in styles():
        return name, None
    place = locate(decode("", project.config.read_bytes()).text).get(("code", which), NOWHERE).value
    message = f"code.{which}: there is no Pygments style `{name}`"
    hint = suggestion(name, styles()) or "see https://pygments.org/styles/"
    return default, error(project.config.name, "unknown-style", message, hint=hint, **place._asdict())


def _code_css(loaded: Loaded, light: str, dark: str) -> str:
    """The code theme's rules. They cost some 50 ms to make, so they are remembered."""
    key = combine("code-css", light, dark, loaded.program)
    kept = loaded.memo.get(key)
    if kept is None or not kept.isascii():
        from notes_site.highlight import code_css

        kept = code_css(light, dark).encode()
        loaded.memo.put(key, kept)
    return kept.decode()
