"""The rows of docs/architecture.md: which package may import which, and which of them know no I/O."""

from __future__ import annotations

import ast
import re
import types
import typing
from pathlib import Path

import msgspec
import pytest

from notes_site.base.model import Record
from notes_site.base.slots import Slot
from notes_site.pages import feeds, views
from tests.harness import REPO

PACKAGE = REPO / "notes_site"
DOCS = REPO / "docs"

ROWS = dict(re.findall(r"^(\w+) .*-> ?(.*)$", (DOCS / "architecture.md").read_text(encoding="utf-8"), re.MULTILINE))
"""Each package, and the packages that it may import."""
PURE = {"base", "metadata", "secrets", "site", "search", "content", "pages"}
"""Those that know no I/O: neither these libraries nor, by their rows, a package that does."""
IMPURE_LIBRARIES = {"os", "pathlib", "time", "socket", "subprocess", "sqlite3", "shutil", "tempfile", "random"}
DOING_IO = {
    "config": {"load", "project"},
    "deploy": {"aws", "folder", "local", "lock", "options", "run", "s3"},
    "readme": {"export", "importer.disk"},
}  # fmt: skip
"""The modules that do I/O in packages of which all others are pure."""
ONLY_IN = {"yaml": "content", "markdown_it": "content", "mdit_py_plugins": "content", "pygments": "content",
           "jinja2": "pages", "sqlite3": "storage", "xml": "metadata", "starlette": "serve", "uvicorn": "serve",
           "watchdog": "serve", "botocore": "deploy", "kingfisher_sdk": "secrets", "click": "cli"}  # fmt: skip


def _imports_of(tree: ast.AST, known: set[str]) -> set[str]:
    """Return every module that is imported, inside functions too, by full dotted name."""
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update(inner & known or {node.module})
    return found


def _imports() -> dict[str, set[str]]:
    files = {
        ".".join(path.relative_to(REPO).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
        if "_theme" not in path.parts
    }
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in files.items()}
    return {name: _imports_of(tree, set(files)) for name, tree in trees.items()}


IMPORTS = _imports()
GRAPH = {name: {other for other in found if other in IMPORTS} for name, found in IMPORTS.items()}


def top(name: str) -> str:
    """Return the package of a module of ours, and of another library its name."""
    return name.removeprefix("notes_site.").partition(".")[0]


MODULES = [name for name in GRAPH if top(name) in ROWS]


def test_every_package_has_its_row() -> None:
    assert {top(name) for name in GRAPH} == {*ROWS, "notes_site", "__main__"}


@pytest.mark.parametrize("package", ROWS)
def test_arrows_go_only_as_the_rows_say(package: str) -> None:
    known = {(name, other) for name in MODULES if top(name) == package for other in GRAPH[name]}
    allowed = {package, "notes_site", *ROWS[package].split()}
    assert {(name, other) for name, other in known if top(other) not in allowed} == set()


def test_the_rows_have_no_circle() -> None:
    left = {package: set(known.split()) for package, known in ROWS.items()}
    while left:
        free = {package for package, known in left.items() if not known & left.keys()}
        assert free, left
        left = {package: known for package, known in left.items() if package not in free}


def test_no_circle_within_a_package() -> None:
    done = set[str]()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for imported in GRAPH[name]:
                visit(imported, (*above, name))
            done.add(name)

    for name in GRAPH:
        visit(name, ())


def _libraries(name: str) -> set[str]:
    return {other.partition(".")[0] for other in IMPORTS[name]}


@pytest.mark.parametrize("package", sorted(PURE))
def test_pure_packages_know_no_io(package: str) -> None:
    assert set(ROWS[package].split()) <= PURE
    impure = {name: _libraries(name) & IMPURE_LIBRARIES for name in MODULES if top(name) == package}
    assert {name: found for name, found in impure.items() if found} == {}


PURE_MODULES = [n for n in MODULES if top(n) in DOING_IO and n.split(".", 2)[2:] not in [[m] for m in DOING_IO[top(n)]]]


@pytest.mark.parametrize("name", PURE_MODULES)
def test_few_modules_do_io(name: str) -> None:
    assert not _libraries(name) & IMPURE_LIBRARIES
    assert {other for other in GRAPH[name] if top(other) not in PURE} <= {*PURE_MODULES, f"notes_site.{top(name)}"}


@pytest.mark.parametrize(("library", "package"), ONLY_IN.items())
def test_one_package_knows_each_library(library: str, package: str) -> None:
    assert {top(name) for name in GRAPH if library in _libraries(name)} <= {package}


def test_no_import_is_hidden_from_the_running_program() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert "TYPE_CHECKING" not in path.read_text(encoding="utf-8"), path


def view_types() -> list[type[Record]]:
    named = [value for value in vars(views).values() if isinstance(value, type) and issubclass(value, Record)]
    return [*named, feeds.Content, Slot]


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


PAGES = [DOCS / "architecture.md", *sorted((DOCS / "decisions").iterdir())]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_modules_that_the_docs_name_are_there(page: Path) -> None:
    named = re.findall(r"`(?:notes_site/)?((?:\w+/)+\w+\.py|\w+/(?:\w+/)+)`", page.read_text(encoding="utf-8"))
    assert [name for name in named if not (PACKAGE / name).exists() and not (REPO / name).exists()] == []
