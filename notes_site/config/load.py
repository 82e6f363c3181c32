"""The settings of a project, for commands that cannot go on with a default where somebody wrote something else."""

from __future__ import annotations

from notes_site.base.config import Config
from notes_site.base.diagnostics import failed
from notes_site.base.errors import InvalidConfig
from notes_site.config.project import Project, read_config
from notes_site.config.reading import parse_config


def load_config(project: Project) -> Config:
    """Return the project's config; its warnings are the build's to show.

    Raises:
        InvalidConfig: it has errors, so that a default would stand for what somebody wrote.
    """
    data, _, unread = read_config(project)
    config, problems = parse_config(project.config.name, data)
    if failed(problems := (*unread, *problems)):
        raise InvalidConfig(project.config.name, str(project.root), problems)
    return config
