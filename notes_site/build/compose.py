"""From a project to a whole site in memory: loaded, assembled, checked and planned, nothing rendered yet."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from notes_site.base import characters, dates
from notes_site.base.config import Config
from notes_site.base.decoding import decode
from notes_site.base.diagnostics import Diagnostic, below, error, note, suggestion
from notes_site.base.digest import combine
from notes_site.base.paths import ENGINE, SCRIPT, is_inlined
from notes_site.base.progress import Progress, silent
from notes_site.build import attachments
from notes_site.build.load import Loaded, load
from notes_site.config.places import NOWHERE, locate
from notes_site.config.project import Project, read_config, theme
from notes_site.pages import stylesheet
from notes_site.pages.outputs import Copy
from notes_site.pages.plan import Assets, SitePlan, plan_site
from notes_site.pages.templates import CompiledTemplates, Templates, TemplateSource
from notes_site.site.assemble import Site, assemble
from notes_site.site.checks import check_site
from notes_site.storage import user_cache
from notes_site.storage.cache import Cache, SearchRecords
from notes_site.storage.copying import Cleaned

_COMPILED = "templates"
"""The kind of what `usercache` keeps of templates: code, which no project may bring along."""


class Composed(NamedTuple):
    """A whole site in memory, nothing of it rendered yet."""

    loaded: Loaded
    site: Site
    plan: SitePlan
    templates: Templates
    templates_key: str
    diagnostics: tuple[Diagnostic, ...]

    def keep_compiled(self) -> None:
        """Keep what compiling templates gave, where any was compiled since they were loaded."""
        if self.templates.compiled.changed:
            user_cache.save(_COMPILED, self.templates_key, self.templates.compiled.dump())
            self.templates.compiled.changed = False


def compose(
    project: Project,
    cache: Cache,
    *,
    drafts: bool = False,
    today: str = "",
    jobs: int | None = None,
    progress: Progress = silent,
) -> Composed:
    """Return the site with its plan: everything short of rendering."""
    loaded = load(project, cache, jobs=jobs, progress=progress)
    return compose_loaded(project, cache, loaded, drafts=drafts, today=today)


def compose_loaded(
    project: Project, cache: Cache, loaded: Loaded, *, drafts: bool = False, today: str = ""
) -> Composed:
    """Return the site of what is loaded already. `today`: the date to which ages are counted, '' for the config's,
    else that of `SOURCE_DATE_EPOCH`.
    """
    day = today or loaded.config.today or _epoch_day()
    site = assemble(msgspec.structs.replace(loaded.config, today=day), loaded.notes, drafts=drafts)
    templates, template_problems = _templates(loaded, cache)
    unclear = _with_errors(loaded)
    published = {layer: attachments.cleaned(loaded, cache, layer) for layer in ("content", "static")}
    assets, asset_problems = _assets(loaded, project, cache, unclear, published)
    planned = plan_site(site, assets, SearchRecords(cache))
    copied = {output.origin for output in planned.outputs.values() if isinstance(output, Copy)}
    found = (
        *loaded.diagnostics,
        *(below(loaded.config.content, check_site(site, unclear)) if loaded.sound else ()),
        *_config_problems(loaded, project),
        *template_problems,
        *asset_problems,
        *planned.problems,
        *attachments.positions(loaded, published, copied),
    )
    return Composed(loaded, site, planned, templates, _templates_key(loaded), found)


def _epoch_day() -> str:
    """The date in UTC that `SOURCE_DATE_EPOCH` names (reproducible-builds.org), '' where it says none."""
    try:
        return dates.iso(datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "")), UTC).date())
    except (ValueError, OverflowError, OSError):
        return ""


def _with_errors(loaded: Loaded) -> frozenset[str]:
    """The files of the content folder that could not be read, or not in full."""
    folder = f"{loaded.config.content}/"
    wrong = (d.path for d in loaded.diagnostics if d.severity == "error")
    return frozenset(path.removeprefix(folder) for path in wrong if path.startswith(folder))


def _config_problems(loaded: Loaded, project: Project) -> Iterator[Diagnostic]:
    if loaded.sound and not Path(loaded.roots["content"]).is_dir():
        message = f"there is no folder `{loaded.config.content}`, in which the notes should lie"
        hint = suggestion(loaded.config.content, _folders(project.root)) or "make it, or let `content` name yours"
        yield error(project.config.name, "no-content", message, hint=hint, **_place(project, "content"))
    if loaded.sound and not loaded.config.base_url:
        message = "no `base_url`: no sitemap, feed or canonical links are made"
        yield note(project.config.name, "no-base-url", message, hint='add `base_url = "https://example.org/notes"`')


def _folders(root: Path) -> list[str]:
    """The folders in which notes could lie."""
    return sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _place(project: Project, *key: str) -> dict[str, int]:
    """Where the value of a setting stands in the config, which need not have it."""
    return locate(decode("", read_config(project).data).text).get(key, NOWHERE).value._asdict()


def _templates(loaded: Loaded, cache: Cache) -> tuple[Templates, list[Diagnostic]]:
    problems: list[Diagnostic] = []
    layers = []
    for layer in ("templates", "theme-templates"):
        sources = {}
        for path in loaded.inputs.digests.get(layer, {}):
            shown = f"{loaded.shown.get(layer, layer)}/{path}"
            decoded, problem = decode(shown, loaded.inputs.read(layer, path))
            if problem:
                problems.append(problem)
            else:
                problems += characters.problems(shown, decoded)
                sources[path] = TemplateSource(shown, characters.without(decoded))
        layers.append(sources)

    def body(key: str) -> str:
        return cache.need("html", [key])[0].decode()

    compiled = CompiledTemplates(user_cache.load(_COMPILED, _templates_key(loaded)))
    return Templates(
        [layer for layer in layers if layer], body, compiled, sandboxed=_has_own_templates(loaded)
    ), problems


def _has_own_templates(loaded: Loaded) -> bool:
    """Tell whether any template is not the theme's, under which name ever its folder is."""
    theirs = os.path.realpath(theme() / "templates")
    layers = ("templates", "theme-templates")
    return any(loaded.inputs.digests.get(n) and os.path.realpath(loaded.roots[n]) != theirs for n in layers)


def _templates_key(loaded: Loaded) -> str:
    """The key under which compiled templates are remembered."""
    layers = (loaded.inputs.digests.get(layer, {}) for layer in ("templates", "theme-templates"))
    return combine("templates", loaded.program, *(part for layer in layers for item in layer.items() for part in item))


def _assets(
    loaded: Loaded,
    project: Project,
    cache: Cache,
    unclear: frozenset[str],
    published: Mapping[str, Mapping[str, Cleaned]],
) -> tuple[Assets, list[Diagnostic]]:
    digests = loaded.inputs.digests
    static = {**digests.get("theme-static", {}), **digests.get("static", {})}
    inline, problems = _inlined(loaded, static)
    light, bad_light = _code_style(loaded, project, "light")
    dark, bad_dark = _code_style(loaded, project, "dark")
    of_theme: list[str] = []
    of_site: list[str] = []
    for name, text in inline.items():
        if name not in (SCRIPT, ENGINE):
            (of_theme if name in digests.get("theme-static", {}) else of_site).append(text)
    generated = [_code_css(loaded, cache, light, dark), stylesheet.accent(loaded.config.accent)]
    cleaned = {name: file.digest for name, file in published["static"].items()}
    assets = Assets(
        files={path: file.digest for path, file in published["content"].items()},
        static={name: cleaned.get(name, value) for name, value in static.items() if name not in inline},
        style=stylesheet.bundle([*of_theme, *generated, *of_site]),
        script=_script(loaded, cache, inline.get(SCRIPT, "")),
        engine=_script(loaded, cache, inline.get(ENGINE, "")),
        unread=unclear.difference(note.path for note in loaded.notes),
    )
    return assets, [*problems, *filter(None, [bad_light, bad_dark, _logo_problem(loaded, project, assets)])]


def _inlined(loaded: Loaded, static: Mapping[str, str]) -> tuple[dict[str, str], list[Diagnostic]]:
    """The files in `static/` that stand in others rather than beside them, by name, and what is wrong with them."""
    texts: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for name in sorted(filter(is_inlined, static)):
        layer = "static" if name in loaded.inputs.digests.get("static", {}) else "theme-static"
        shown = f"{loaded.shown.get(layer, layer)}/{name}"
        text, problem = decode(shown, loaded.inputs.read(layer, name))
        problems += [problem] if problem else [*characters.problems(shown, text)]
        texts[name] = characters.without(text)
    return texts, problems


def _logo_problem(loaded: Loaded, project: Project, assets: Assets) -> Diagnostic | None:
    name = loaded.config.logo
    if not name or name in assets.static:
        return None
    message = f"theme.logo: there is no file `{name}` in `{loaded.config.static}/`"
    hint = suggestion(name, assets.static) or "put it there, or remove the line"
    return error(project.config.name, "no-logo", message, hint=hint, **_place(project, "theme", "logo"))


def _code_style(loaded: Loaded, project: Project, which: str) -> tuple[str, Diagnostic | None]:
    """The style of code on light or dark pages; for a name that means none the default one, and the error."""
    name, default = (str(getattr(config, f"code_{which}")) for config in (loaded.config, Config()))
    if name == default:
        return name, None
    from notes_site.content.highlight import styles

    if name in styles():
        return name, None
    message = f"code.{which}: there is no Pygments style `{name}`"
    hint = suggestion(name, styles()) or "see https://pygments.org/styles/"
    return default, error(project.config.name, "unknown-style", message, hint=hint, **_place(project, "code", which))


def _script(loaded: Loaded, cache: Cache, source: str) -> str:
    """A script made small, remembered as well."""
    key = combine("script", source, loaded.program)
    kept = cache.get("results", key)
    if kept is None:
        kept = stylesheet.script(source).encode()
        cache.put("results", key, kept)
    return kept.decode()


def _code_css(loaded: Loaded, cache: Cache, light: str, dark: str) -> str:
    """The code theme's rules. They cost some 50 ms to make, so they are remembered."""
    key = combine("code-css", light, dark, loaded.program)
    kept = cache.get("results", key)
    if kept is None or not kept.isascii():
        from notes_site.content.highlight import code_css

        kept = code_css(light, dark).encode()
        cache.put("results", key, kept)
    return kept.decode()
