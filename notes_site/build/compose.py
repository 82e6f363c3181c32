"""From a project to a whole site in memory: loaded, assembled, checked and planned, nothing rendered yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from notes_site.base.diagnostics import Diagnostic, error, in_folder, note, suggestion
from notes_site.base.progress import Progress, silent
from notes_site.build.assets import (
    COMPILED,
    load_templates,
    make_assets,
    position_problems,
    published_files,
    setting_place,
    templates_key,
)
from notes_site.build.load import Loaded, load
from notes_site.config.project import Project, epoch_day
from notes_site.pages.outputs import Copy
from notes_site.pages.plan import SitePlan, plan_site
from notes_site.pages.templates import Templates
from notes_site.site.assemble import Site, assemble
from notes_site.site.checks import check_site
from notes_site.storage import user_cache
from notes_site.storage.cache import Cache, SearchRecords


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
            user_cache.save(COMPILED, self.templates_key, self.templates.compiled.dump())
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

    Raises:
        Problem: `SOURCE_DATE_EPOCH` is no time.
    """
    day = today or loaded.config.today or epoch_day()
    site = assemble(msgspec.structs.replace(loaded.config, today=day), loaded.notes, drafts=drafts)
    templates, template_problems = load_templates(loaded, cache)
    unclear = _with_errors(loaded)
    published = {layer: published_files(loaded, cache, layer) for layer in ("content", "static")}
    assets, asset_problems = make_assets(loaded, project, cache, unclear, published)
    planned = plan_site(site, assets, SearchRecords(cache))
    copied = {output.origin for output in planned.outputs.values() if isinstance(output, Copy)}
    found = (
        *loaded.diagnostics,
        *(in_folder(loaded.config.content, check_site(site, unclear)) if loaded.sound else ()),
        *_config_problems(loaded, project),
        *template_problems,
        *asset_problems,
        *planned.problems,
        *position_problems(loaded, published, copied),
    )
    return Composed(loaded, site, planned, templates, templates_key(loaded), found)


def _with_errors(loaded: Loaded) -> frozenset[str]:
    """Return the files of the content folder that could not be read, or not in full."""
    folder = f"{loaded.config.content}/"
    wrong = (d.path for d in loaded.diagnostics if d.severity == "error")
    return frozenset(path.removeprefix(folder) for path in wrong if path.startswith(folder))


def _config_problems(loaded: Loaded, project: Project) -> Iterator[Diagnostic]:
    if loaded.sound and not Path(loaded.roots["content"]).is_dir():
        message = f"there is no folder `{loaded.config.content}`, in which the notes should lie"
        hint = suggestion(loaded.config.content, _folders(project.root)) or "make it, or let `content` name yours"
        yield error(project.config.name, "no-content", message, hint=hint, **setting_place(project, "content"))
    if loaded.sound and not loaded.config.base_url:
        message = "no `base_url`: no sitemap, feed or canonical links are made"
        yield note(project.config.name, "no-base-url", message, hint='add `base_url = "https://example.org/notes"`')


def _folders(root: Path) -> list[str]:
    """Return the folders in which notes could lie."""
    return sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
