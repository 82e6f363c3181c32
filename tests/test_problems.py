"""The registry of problems: codes and their severities in `base.codes`, what is said of them in tools/problems.toml.

That no other code is reported is a matter of types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from notes_site.base import codes
from notes_site.base.model import FIELDS
from tests.harness import REPO
from tools.reference import known_problems

FIELD_CODES = {codes.field_code(field.name) for field in FIELDS}
KNOWN = {
    *((code, "error") for code in (*get_args(codes.ErrorCode), *FIELD_CODES)),
    *((code, "warning") for code in get_args(codes.WarningCode)),
    *((code, "note") for code in get_args(codes.NoteCode)),
}
NOT_IN_A_GOLDEN_CASE = {
    "bad-record", "changed", "few-leak-rules", "file-refused", "foreign-file", "front-matter-size", "import-encoding",
    "lexer-failed", "missing-image", "no-content", "no-logo", "not-searched", "slow-code", "unreadable",
}  # fmt: skip
"""Problems that need more than the files of a site: a failing system, time, another command. They have no example."""


def rows() -> Iterable[dict[str, str]]:
    for section in known_problems()["sections"]:
        yield from section["problems"]


def severity(row: dict[str, str]) -> str:
    return row.get("severity") or codes.severity_of(row["code"])  # type: ignore[arg-type]  # compared with KNOWN


def shown() -> set[tuple[str, str, str]]:
    """Return severity, message and code of all that the golden cases show."""
    said = re.compile(r"^\S.*?: (error|warning|note): (.*) \[([\w-]+)\]$", re.MULTILINE)
    files = (file for name in ("broken", "golden") for file in (Path(__file__).parent / name).rglob("*.txt"))
    found = {found for file in files for found in said.findall(file.read_text("utf-8"))}
    in_markdown = re.compile(r"^= [\d:+]+ (error|warning|note) ([\w-]+): (.*); [^;\n]*$", re.MULTILINE)
    for file in (Path(__file__).parent / "golden" / "markdown").iterdir():
        found |= {(severity, message, code) for severity, code, message in in_markdown.findall(file.read_text("utf-8"))}
    return found


def test_each_code_has_its_row_and_each_row_its_code() -> None:
    assert {(row["code"], severity(row)) for row in rows()} == KNOWN


def test_each_code_is_reported_somewhere() -> None:
    files = (file for file in (REPO / "notes_site").rglob("*.py") if file.name != "codes.py")
    source = "\n".join(file.read_text("utf-8") for file in files)
    assert {code for code, _ in KNOWN if f'"{code}"' not in source} == FIELD_CODES


def test_each_example_is_what_the_program_says() -> None:
    said = shown()
    wrong = [row for row in rows() if "example" in row and (severity(row), row["example"], row["code"]) not in said]
    assert wrong == []
    assert {row["code"] for row in rows() if "example" not in row} - {"leak"} - FIELD_CODES == NOT_IN_A_GOLDEN_CASE


def test_every_problem_in_the_golden_cases_is_known() -> None:
    assert {(code, grave) for grave, _, code in shown()} <= KNOWN
