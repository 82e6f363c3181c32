"""What a site has beside its notes: templates, style, scripts, colours of code, the logo, and files as published."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from notes_site.base import characters
from notes_site.base.config import Config
from notes_site.base.decoding import decode
from notes_site.base.diagnostics import Diagnostic, error, suggestion, warning
from notes_site.base.digest import combine
from notes_site.base.paths import ENGINE, SCRIPT, Origin, is_inlined, is_note
from notes_site.build.load import Loaded
from notes_site.config.places import NOWHERE, locate
from notes_site.config.project import CONFIG_NAME, Project, read_config, theme
from notes_site.pages import stylesheet
from notes_site.pages.plan import Assets
from notes_site.pages.templates import CompiledTemplates, Templates, TemplateSource
from notes_site.storage import user_cache
from notes_site.storage.cache import Cache
from notes_site.storage.output import Cleaned, look

COMPILED = "templates"
"""The kind of what `user_cache` keeps of templates: code, which no project may bring along."""


def setting_place(project: Project, *key: str) -> dict[str, int]:
    """Return where the value of a setting stands in the config, which need not have it."""
    return locate(decode("", read_config(project).data).text).get(key, NOWHERE).value._asdict()


def load_templates(loaded: Loaded, cache: Cache) -> tuple[Templates, list[Diagnostic]]:
    """Return the templates of the site and its theme, compiled as far as they were, and what is wrong with them."""
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

    compiled = CompiledTemplates(user_cache.load(COMPILED, templates_key(loaded)))
    return Templates(
        [layer for layer in layers if layer], body, compiled, sandboxed=_has_own_templates(loaded)
    ), problems


def _has_own_templates(loaded: Loaded) -> bool:
    """Return whether any template is not the theme's, under which name ever its folder is."""
    theirs = os.path.realpath(theme() / "templates")
    layers = ("templates", "theme-templates")
    return any(loaded.inputs.digests.get(n) and os.path.realpath(loaded.roots[n]) != theirs for n in layers)


def templates_key(loaded: Loaded) -> str:
    """Return the key under which compiled templates are remembered."""
    layers = (loaded.inputs.digests.get(layer, {}) for layer in ("templates", "theme-templates"))
    return combine("templates", loaded.program, *(part for layer in layers for item in layer.items() for part in item))


def make_assets(
    loaded: Loaded,
    project: Project,
    cache: Cache,
    unclear: frozenset[str],
    published: Mapping[str, Mapping[str, Cleaned]],
) -> tuple[Assets, list[Diagnostic]]:
    """Return what lies beside the notes, and what is wrong with it. `unclear`: content paths of files with errors;
    `published`: what is published of files, by layer and path.
    """
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
    """Return the files in `static/` that stand in others by name, and what is wrong with them."""
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
    return error(project.config.name, "no-logo", message, hint=hint, **setting_place(project, "theme", "logo"))


def _code_style(loaded: Loaded, project: Project, which: str) -> tuple[str, Diagnostic | None]:
    """Return the style of code on light or dark pages; for a name that means none the default one, and the error."""
    name, default = (str(getattr(config, f"code_{which}")) for config in (loaded.config, Config()))
    if name == default:
        return name, None
    from notes_site.content.highlight import styles

    if name in styles():
        return name, None
    message = f"code.{which}: there is no Pygments style `{name}`"
    hint = suggestion(name, styles()) or "see https://pygments.org/styles/"
    return default, error(
        project.config.name, "unknown-style", message, hint=hint, **setting_place(project, "code", which)
    )


def _script(loaded: Loaded, cache: Cache, source: str) -> str:
    """A script made small, remembered as well."""
    key = combine("script", source, loaded.program)
    kept = cache.get("results", key)
    if kept is None:
        kept = stylesheet.script(source).encode()
        cache.put("results", key, kept)
    return kept.decode()


def _code_css(loaded: Loaded, cache: Cache, light: str, dark: str) -> str:
    """Return the code theme's rules. They cost some 50 ms to make, so they are remembered."""
    key = combine("code-css", light, dark, loaded.program)
    kept = cache.get("results", key)
    if kept is None or not kept.isascii():
        from notes_site.content.highlight import code_css

        kept = code_css(light, dark).encode()
        cache.put("results", key, kept)
    return kept.decode()


def published_files(loaded: Loaded, cache: Cache, layer: str) -> dict[str, Cleaned]:
    """Return what is published of the files of a layer by path. Each content is looked at once, and remembered."""
    digests = loaded.inputs.digests.get(layer, {})
    files = [path for path in digests if not (is_inlined(path) if layer == "static" else is_note(path))]
    keys = {path: combine("cleaned", digests[path], loaded.program) for path in files}
    kept = cache.get_many("results", [*keys.values()])
    found = {}
    for path, key in keys.items():
        if key in kept:
            found[path] = Cleaned(*kept[key].decode().split(" "))
            continue
        original, found[path] = look(Path(loaded.roots[layer], path))
        if original == digests[path]:
            cache.put("results", key, " ".join(found[path]).encode())
    return found


_LEFT = {
    "damaged": "and cannot be taken apart, so that this stays in it",
    "format": "in a format from which this cannot be taken out",
}


def position_problems(
    loaded: Loaded, published: Mapping[str, Mapping[str, Cleaned]], copied: Container[Origin]
) -> Iterator[Diagnostic]:
    """Yield a warning for each copied file in which a position is left. `published`: by layer and path."""
    for layer, files in published.items():
        for path, (_, left) in files.items():
            shown, mark = f"{loaded.shown[layer]}/{path}", loaded.inputs.digests[layer][path][:12]
            if left and Origin(layer, path) in copied and mark not in loaded.config.leaks_allow:
                message = f"this names the place where it was taken, {_LEFT[left]}"
                hint = f'save it as JPEG, PNG or MP4; if all may know, add "{mark}" to `leaks.allow` in {CONFIG_NAME}'
                yield warning(shown, "leak", message, hint=hint)
