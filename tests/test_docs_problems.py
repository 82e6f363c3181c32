"""docs/problems.md names every problem that the program can report, each with its severity, and no other."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from notes_site.base.model import FIELDS
from tests.harness import REPO

CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
SEVERITIES = {"error", "warning", "note"}

EMITTERS = {"_at", "_broken", "_find", "_refusal", "_report_reference", "_tell", "_warn", "Problem",
            "error", "note", "report", "warn", "warning"}  # fmt: skip
"""Functions that take the code of a problem."""

SILENT = {"warning": {"_find", "_report_reference", "_warn", "warn"},
          "error": {"_at", "_broken", "_refusal"}}  # fmt: skip
"""Those of them that know its severity."""

TABLES = {"files.py": "error", "footnotes.py": "warning", "links.py": "warning", "rewrite.py": "warning"}
"""Modules in which tuples hold the codes, with the severity of them all."""


def emitted() -> dict[str, set[str]]:
    """Return the severities of each code that stands in the source."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((REPO / "notes_site").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node.func) in EMITTERS:
                arguments = [*node.args, *(word.value for word in node.keywords if word.arg == "code")]
                severity = severity_of(node, name_of(node.func)) or ("error" if len(arguments) > len(node.args) else "")
            elif isinstance(node, ast.Tuple):
                arguments, severity = node.elts, severity_of(node, "") or TABLES.get(path.name, "")
            else:
                continue
            second = arguments[1] if isinstance(node, ast.Call) and name_of(node.func) in SEVERITIES else None
            for code in (*codes_of(arguments), *single_words(second)) if severity else ():
                found[code].add(severity)
    return found


def single_words(argument: ast.expr | None) -> tuple[str, ...]:
    """The code in `error(path, code, ...)`, which need not have a hyphen."""
    return (str(argument.value),) if isinstance(argument, ast.Constant) else ()


def name_of(function: ast.expr) -> str:
    """`error`, and `warn` of `page.warn`."""
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def severity_of(node: ast.Call | ast.Tuple, name: str) -> str:
    """The severity that the call itself is, or names among its arguments, or that its function knows."""
    if name in SEVERITIES:
        return name
    for argument in node.args if isinstance(node, ast.Call) else node.elts:
        word = argument.value if isinstance(argument, ast.Constant) else name_of(argument)
        if word in SEVERITIES:
            return str(word)
    return next((severity for severity, names in SILENT.items() if name in names), "")


def codes_of(arguments: list[ast.expr]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and CODE.fullmatch(argument.value):
            yield argument.value
        elif isinstance(argument, ast.JoinedStr) and ast.unparse(argument) == "f'bad-{field.name}'":
            yield from (f"bad-{field.name}" for field in FIELDS)


def documented() -> dict[str, set[str]]:
    """Return the severities of each code in the tables of the page."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in (REPO / "docs" / "problems.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        if len(cells) == 4 and cells[1] in SEVERITIES:
            for code in re.findall(r"`([^`]+)`", cells[0]):
                found[code].add(cells[1])
            assert all(cells), line
    return found


def seen() -> dict[str, set[str]]:
    """Return the severities of each code in all the golden cases."""
    found: dict[str, set[str]] = defaultdict(set)
    shown = re.compile(r"^\S.*?: (error|warning|note): .* \[([\w-]+)\]$", re.MULTILINE)
    for folder in ("broken", "golden"):
        for path in (Path(__file__).parent / folder).rglob("*.txt"):
            for severity, code in shown.findall(path.read_text("utf-8")):
                found[code].add(severity)
    return found


def test_the_page_names_every_problem_and_no_other() -> None:
    assert documented() == emitted()


def test_every_problem_in_the_golden_cases_is_named() -> None:
    page = documented()
    unknown = {code: severities for code, severities in seen().items() if not severities <= page[code]}
    assert not unknown
