"""Who may know whom, what a build with nothing to do may load, what a view may hold."""

from __future__ import annotations

import ast
import subprocess
import sys
import types
import typing
from pathlib import Path

import msgspec
import pytest

from notes_site import machines, reports, views
from notes_site.bodies import Slot
from notes_site.model import Record
from tests.harness import REPO, Site

PACKAGE = REPO / "notes_site"

PURE = {
    "bodies", "calendars", "characters", "checks", "colours", "config", "cuts", "dates", "diagnostics", "digest",
    "durations", "feeds", "frontmatter", "highlight", "jsondata", "kinds", "language", "leaks", "linkeddata",
    "links", "locate", "machines", "machineviews", "markdown", "masking", "mediatypes", "metadata", "model",
    "navigation", "notes", "outputs", "pages", "pageviews", "paths", "readme", "reports", "reportviews", "search",
    "settings", "settingvalues", "site", "slugs", "stats", "stylesheet", "templates", "templatewords", "text",
    "texts", "views",
}  # fmt: skip
IMPURE_LIBRARIES = {"os", "pathlib", "time", "socket", "subprocess", "sqlite3", "shutil", "tempfile", "random", "io"}
ALONE = {"diagnostics": set[str](), "digest": set[str](), "model": {"diagnostics"}}
PURE_IN_DEPLOY = {"advice", "headers", "keys", "manifest", "model", "plan", "setup", "show"}
ONLY_IN = {"yaml": "frontmatter", "markdown_it": "markdown", "mdit_py_plugins": "markdown", "pygments": "highlight",
           "jinja2": "templates", "sqlite3": "cache", "xml": "metadata", "starlette": "serve", "uvicorn": "serve",
           "watchdog": "serve", "botocore": "deploy", "kingfisher_sdk": "scanner"}  # fmt: skip


def modules() -> dict[str, Path]:
    return {
        ".".join(p.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): p
        for p in sorted(PACKAGE.rglob("*.py"))
        if p.name != "__main__.py" and "_theme" not in p.parts
    }


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, those inside functions too, by full dotted name."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            known = {f"notes_site.{name}" for name in modules()}
            found.update(inner & known or {node.module})
            if node.module == "notes_site":
                found.update(inner)
    return found


def ours(path: Path) -> set[str]:
    names = {name.removeprefix("notes_site.") for name in imports_of(path) if name.startswith("notes_site.")}
    return names & set(modules())


GRAPH = {name: ours(path) for name, path in modules().items() if name != "__init__"}


def top(name: str) -> str:
    return name.partition(".")[0]


def test_no_circle() -> None:
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for imported in GRAPH[name]:
                visit(imported, (*above, name))
            done.add(name)

    for name in GRAPH:
        visit(name, ())


def test_no_import_is_hidden_from_the_running_program() -> None:
    for path in modules().values():
        assert "TYPE_CHECKING" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("name", [n for n in GRAPH if top(n) in PURE])
def test_pure_modules_know_only_pure_ones(name: str) -> None:
    assert {top(imported) for imported in GRAPH[name]} <= PURE
    libraries = {top(imported) for imported in imports_of(modules()[name])}
    assert not libraries & IMPURE_LIBRARIES


@pytest.mark.parametrize(("name", "allowed"), ALONE.items())
def test_foundations_stand_alone(name: str, allowed: set[str]) -> None:
    assert GRAPH[name] <= allowed


@pytest.mark.parametrize(("library", "owner"), ONLY_IN.items())
def test_one_module_knows_each_library(library: str, owner: str) -> None:
    users = {top(name) for name, path in modules().items() if library in {top(i) for i in imports_of(path)}}
    assert users <= {owner}


def test_nothing_but_the_command_line_knows_the_preview() -> None:
    users = {name for name, known in GRAPH.items() if any(top(other) == "serve" for other in known)}
    assert {name for name in users if top(name) != "serve"} == {"commands.serve"}


def test_the_preview_cannot_write_a_site() -> None:
    for name in GRAPH:
        if top(name) == "serve":
            assert not {"publish", "rendering"} & GRAPH[name]


def test_deploy_never_builds() -> None:
    for name in GRAPH:
        if top(name) == "deploy":
            assert not {"build", "compose", "loader"} & GRAPH[name]


@pytest.mark.parametrize("name", [n for n in GRAPH if top(n) == "importers" and n != "importers.disk"])
def test_imports_touch_the_file_system_in_one_module(name: str) -> None:
    assert {top(imported) for imported in GRAPH[name]} <= {*PURE, "importers"}
    assert "importers.disk" not in GRAPH[name]
    assert not {top(imported) for imported in imports_of(modules()[name])} & IMPURE_LIBRARIES


def test_nothing_but_its_command_knows_the_import() -> None:
    users = {name for name, known in GRAPH.items() if any(top(other) == "importers" for other in known)}
    assert {name for name in users if top(name) != "importers"} == {"commands.import_"}


@pytest.mark.parametrize("name", sorted(PURE_IN_DEPLOY))
def test_planning_a_deploy_is_pure(name: str) -> None:
    known = GRAPH[f"deploy.{name}"]
    assert known <= {f"deploy.{other}" for other in PURE_IN_DEPLOY} | PURE | {"deploy"}
    assert not {top(imported) for imported in imports_of(modules()[f"deploy.{name}"])} & IMPURE_LIBRARIES


def test_one_module_of_deploy_knows_the_servers_of_others() -> None:
    users = {name for name, path in modules().items() if "botocore" in {top(i) for i in imports_of(path)}}
    assert users == {"deploy.aws"}


def test_nothing_but_the_command_line_knows_deploy() -> None:
    users = {name for name, known in GRAPH.items() if any(top(other) == "deploy" for other in known)}
    assert {name for name in users if top(name) != "deploy"} == {"commands.deploy"}


def loaded_by(code: str, cwd: Path) -> set[str]:
    script = (
        f"import sys\nsys.argv = {code!r}.split()\nfrom notes_site.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=cwd,
        env={"PYTHONPATH": str(REPO)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


HEAVY = {"markdown_it", "jinja2", "pygments", "yaml", "msgspec", "nh3", "watchdog", "multiprocessing", "tomllib",
         "botocore", "notes_site.model", "notes_site.markdown", "notes_site.templates", "notes_site.build",
         "notes_site.metadata", "notes_site.deploy.job", "notes_site.deploy.run", "notes_site.importers",
         "notes_site.leaks", "traceback"}  # fmt: skip


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    assert not loaded_by("notes-site --help", tmp_path) & HEAVY


def test_a_lexer_is_loaded_for_code_that_is_new_and_for_no_other(site: Site) -> None:
    lexers = {"pygments.lexers.python", "pygments.lexers.shell"}
    code = "```python\nprint(1)\n```\n\n```bash\nls {number}\n```\n"
    first, other, third = (code.replace("{number}", str(number)) for number in (1, 1, 2))
    site.note("cloud/one.md", first, title="One")
    assert lexers <= loaded_by("notes-site build", site.root)
    page = site.page("cloud/one.html")
    shown = page[page.index("<figure") : page.rindex("</figure>")]
    site.note("cloud/one.md", other + "More.\n", title="One")
    assert not loaded_by("notes-site build", site.root) & {*lexers, "pygments.lexer"}
    assert f"{shown}</figure>\n<p>More.</p>" in site.page("cloud/one.html")
    site.note("cloud/one.md", third, title="One")
    assert loaded_by("notes-site build", site.root) & lexers == {"pygments.lexers.shell"}


def test_build_with_nothing_to_do_loads_nothing_heavy(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", time="30 min")
    assert {"markdown_it", "jinja2"} <= loaded_by("notes-site build", site.root)
    before = {path: (site.output / path).stat().st_mtime_ns for path in site.published()}
    assert not loaded_by("notes-site build", site.root) & HEAVY
    assert {path: (site.output / path).stat().st_mtime_ns for path in site.published()} == before


def view_types() -> list[type[Record]]:
    rooms = {**vars(views), **vars(reports), **vars(machines)}
    named = [value for value in rooms.values() if isinstance(value, type) and issubclass(value, Record)]
    return [*named, Slot]


@pytest.mark.parametrize("view", view_types())
def test_views_hold_only_values(view: type[Record]) -> None:
    for name, annotation in typing.get_type_hints(view).items():
        assert is_value(annotation), f"{view.__name__}.{name}"


def is_value(annotation: object) -> bool:
    origin = typing.get_origin(annotation)
    if origin in (tuple, types.UnionType, typing.Union):
        return all(a is Ellipsis or is_value(a) for a in typing.get_args(annotation))
    if origin is typing.Literal:
        return all(isinstance(a, str) for a in typing.get_args(annotation))
    return annotation in (str, int, bool, type(None)) or (
        isinstance(annotation, type) and issubclass(annotation, Record) and bool(msgspec.structs.fields(annotation))
    )
