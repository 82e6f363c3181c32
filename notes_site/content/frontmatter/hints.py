"""What to say about a block that YAML cannot read: the slip behind the error, and the line as it should be.

A hint is never guessed: the line is quoted (or spaced, or moved) and the block read again, and only what then
takes the reader further is proposed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import yaml

from notes_site.base.codes import ErrorCode
from notes_site.base.decoding import line_at
from notes_site.base.errors import Problem
from notes_site.content.frontmatter import names, yaml_tree

_PAIR = re.compile(r"([ \t]*(?:- +)?)([^\s:#][^:\n]*?):[ \t]+(\S.*)")
_NAMED = re.compile(r"([ \t]*(?:- +)?)([\w-]+)(?:[ \t]*(?P<sign>[=：])|:(?P<space>[^\S \t\n]+)|:(?=\S))[ \t]*(\S.*)")
"""`name=value`, `name：value`, `name:value`, and with a no-break space: what is meant for `name: value`."""
_ITEM = re.compile(r"([ \t]*)(?P<mark>-(?=[^\s-])|[*+•–—](?=[ \t]))[ \t]*(\S.*)")
_BRACKETS = {"[": "]", "{": "}"}
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def explain(block: str, problem: Exception) -> Problem:
    """Return what is wrong with a block that could not be read, and a hint where we know one."""
    if isinstance(problem, Problem):
        return _of_refusal(block, problem)
    if bad := _UNPRINTABLE.search(block):
        message = f"the character U+{ord(bad[0]):04X} cannot stand in front matter"
        return Problem(message, "remove it", code="bad-character", at=bad.span())
    marks = [getattr(problem, name, None) for name in ("problem_mark", "context_mark")]
    places = [min(mark.index, len(block)) for mark in marks if mark is not None] or [0]
    at = places[0]
    line = line_at(block, at)
    if "\t" in line[: len(line) - len(line.lstrip())]:
        start = block.rfind("\n", 0, at) + 1
        return Problem(
            "a tab indents this line", "use spaces: YAML allows no tabs there", code="tab-indent", at=(start, start + 1)
        )
    for place in dict.fromkeys([*places, *_line_above(block, at)]):
        if slip := _corrected(block, place, at):
            return slip
    said = getattr(problem, "problem", None) or str(problem).partition("\n")[0]
    context = getattr(problem, "context", None)
    message = f"this is no YAML: {said}" + (f" {context}" if context else "")
    hint = "write one `name: value` a line; quotes keep any text together"
    return Problem(message, hint, code="yaml-syntax", at=(at, at + 1))


def explain_text(block: str, start: int) -> Problem | None:
    """Return what is wrong with the line at `start` of a block that is plain text to YAML, if it was to be a field."""
    line = line_at(block, start)
    begin = line_start(block, start)
    proposals = _named(line, begin)
    return next((slip for slip, better in proposals if _reads_further(block, begin, line, better, start)), None)


def quoted(value: str) -> str:
    """Return the text in double quotes, as YAML (and JSON) read it back."""
    return json.dumps(value, ensure_ascii=False)


def _of_refusal(block: str, problem: Problem) -> Problem:
    hint = problem.hint
    pair = _PAIR.fullmatch(line_at(block, problem.at[0] if problem.at else 0).rstrip())
    if pair and problem.code in ("yaml-alias", "yaml-anchor", "yaml-tag", "yaml-key"):
        hint = f"put quotes round the value: `{_with_quotes(pair)}`"
    problem.hint = hint
    return problem


def _line_above(block: str, at: int) -> list[int]:
    """Return the start of the line above: `title:foo` is only noticed on the next line."""
    start = line_start(block, at)
    return [line_start(block, start - 1)] if start else []


def _corrected(block: str, place: int, at: int) -> Problem | None:
    """Return the slip in the line around `place`, if correcting that line takes the reader beyond `at`."""
    start = line_start(block, place)
    line = line_at(block, place)
    for slip, better in _proposals(line, start):
        if _reads_further(block, start, line, better, at):
            return slip
    return None


def _proposals(line: str, start: int) -> Iterator[tuple[Problem, str]]:
    """Yield what may be wrong with a line that begins at `start`, each with the line as it would be right."""
    if pair := _PAIR.fullmatch(line.rstrip()):
        if pair[3][0] == "[" and "#" in pair[3]:
            better = f"{pair[1]}{pair[2]}: {pair[3].replace('#', '')}"
            yield _slip(start, pair, "`#` begins a comment", better, "remove `#`")
        yield from _brackets(start, pair)
        yield from _listed(start, pair)
        yield _slip(start, pair, _about_value(pair[2], pair[3]), _with_quotes(pair), "put quotes round the value")
    yield from _named(line, start)
    if item := _ITEM.fullmatch(line):
        better = f"{item[1]}- {item[3]}"
        code: ErrorCode = "missing-space"
        message = "there is no space behind `-`"
        if item["mark"] != "-":
            code, message = "yaml-syntax", f"no item of a list begins with `{item['mark']}`"
        at = (start + len(item[1]), start + len(line))
        yield Problem(message, f"write `{better.strip()}`", code=code, at=at), better
    bare = line.strip()
    if bare and ":" not in bare:
        message = f"there is no `:` behind `{bare}`"
        at = (start, start + len(line))
        yield Problem(message, f"write `{bare}: ...`", code="missing-colon", at=at), f"{line.rstrip()}: x"
    if bare and line[0] == " ":
        indent = len(line) - len(line.lstrip())
        at = (start, start + indent)
        yield Problem("this line is indented", f"write `{bare}`", code="bad-indent", at=at), bare


def _named(line: str, start: int) -> Iterator[tuple[Problem, str]]:
    """Yield what stands in the place of a colon and a space."""
    if not (found := _NAMED.fullmatch(line)):
        return
    name, sign, space = found[2], found["sign"], found["space"]
    better = f"{found[1]}{name}: {found[5].strip()}"
    code: ErrorCode = "missing-space"
    message, place = f"there is no space behind `{name}:`", (found.start(2), len(line))
    if sign:
        code, message, place = "missing-colon", f"`{sign}` stands where a `:` should", found.span("sign")
    elif space:
        message, place = f"behind `{name}:` stands U+{ord(space[0]):04X}, which is no plain space", found.span("space")
    at = (start + place[0], start + place[1])
    yield Problem(message, f"write `{better.strip()}`", code=code, at=at), better


def _brackets(start: int, pair: re.Match[str]) -> Iterator[tuple[Problem, str]]:
    """Yield a list or map on one line that is not closed, or closed twice."""
    value = pair[3]
    close = _BRACKETS.get(value[0])
    if close is None or (missing := value.count(value[0]) - value.count(close)) == 0:
        return
    better = value + close * missing if missing > 0 else value[:missing]
    message = f"the `{value[0]}` is never closed" if missing > 0 else f"there is one `{close}` too many"
    place = (start + pair.start(3), start + pair.end(3))
    line = f"{pair[1]}{pair[2]}: {better}"
    yield Problem(message, f"write `{line.strip()}`", code="unbalanced-brackets", at=place), line


def _listed(start: int, pair: re.Match[str]) -> Iterator[tuple[Problem, str]]:
    """Yield what was to be several texts, as a list on one line."""
    meaning = names.meaning(names.fold(pair[2]), None)
    if meaning is None or meaning.field.type not in ("tags", "paths"):
        return
    items = [item.strip(" \t\"'") for item in pair[3].strip("[] \t").removeprefix("- ").split(",")]
    better = f"{pair[1]}{pair[2]}: [{', '.join(filter(None, items))}]"
    yield _slip(start, pair, _about_value(pair[2], pair[3]), better, "write a list")


def _slip(start: int, pair: re.Match[str], message: str, better: str, advice: str) -> tuple[Problem, str]:
    at = (start + pair.start(3), start + pair.end(3))
    return Problem(message, f"{advice}: `{better.strip()}`", code="quote-value", at=at), better


def _about_value(name: str, value: str) -> str:
    if value[0] in "\"'":
        if value.count(value[0]) == 1:
            return f"the value of `{name}` opens a quote and does not close it"
        if value[0] == '"' and "\\" in value:
            return f"the value of `{name}` has a `\\` within double quotes, where it begins an escape"
        return f"the value of `{name}` has quotes within its quotes, or text behind them"
    if ": " in value or value.endswith(":"):
        return f"the value of `{name}` has a colon in it"
    return f"the value of `{name}` begins with `{value[0]}`, which means something to YAML"


def _with_quotes(pair: re.Match[str]) -> str:
    value = pair[3]
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].replace("''", "'") if value[0] == "'" else value[1:-1].replace('\\"', '"')
    elif value[0] == '"' and value.count('"') == 1:
        value = value[1:]  # forgotten to close; a lone apostrophe may be meant
    return f"{pair[1]}{pair[2]}: {quoted(value)}"


def _reads_further(block: str, start: int, line: str, better: str, at: int) -> bool:
    """Return whether the block with the better line reads well, or at least beyond the line where it broke."""
    shift = len(better) - len(line)
    corrected = block[:start] + better + block[start + len(line) :]
    try:
        root = yaml_tree.read(corrected)
    except Problem as refused:
        reached = refused.at[0] if refused.at else 0
    except yaml.YAMLError as still:
        mark = getattr(still, "problem_mark", None)
        reached = min(mark.index, len(corrected)) if mark else 0
    except (ValueError, TypeError):
        return False
    else:
        return isinstance(root, yaml_tree.Mapping)
    return line_start(corrected, reached) > max(start, line_start(block, at) + shift)


def line_start(text: str, index: int) -> int:
    """Return where the line around `index` begins."""
    return text.rfind("\n", 0, index) + 1
