"""Importing READMEs that nobody tuned the importer for: generated in random styles, each with its own truth."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from notes_site.cli import main
from tests.readme_generator import Generated, generate

SOME = range(60)
MANY = range(500)
LEAST_F1 = 0.95

imports = pytest.mark.skipif("import" not in main.cli.commands, reason="there is no import command yet")


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(main.cli, ["import", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def import_plan(text: str, folder: Path) -> dict[str, Any]:
    """Return what `notes-site import --dry-run --json` makes of a README."""
    readme = folder / "README.md"
    readme.write_text(text, encoding="utf-8", newline="")
    plan: dict[str, Any] = json.loads(run(readme, "--into", folder / "nothing", "--dry-run", "--json"))
    assert not (folder / "nothing").exists()
    return plan


def match(truth: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> list[tuple[Any, Any]]:
    """Pair labelled items with found notes by line, nearest first, at most 2 lines apart, each used once."""
    distances = sorted(
        (abs(t["line"] - f["line"]), i, j)
        for i, t in enumerate(truth)
        for j, f in enumerate(found)
        if abs(t["line"] - f["line"]) <= 2
    )
    pairs: dict[int, int] = {}
    for _, i, j in distances:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return [(truth[i], found[j]) for i, j in pairs.items()]


def f1(truth: Sequence[object], found: Sequence[object], pairs: Sequence[object]) -> float:
    return 2 * len(pairs) / max(len(truth) + len(found), 1)


def same_name(one: str | None, other: str | None) -> bool:
    bare = [re.sub(r"[\W_]+|\band\b", "", (name or "").casefold()) for name in (one, other)]
    return bare[0] == bare[1]


FIELDS: dict[str, Callable[[Any, Any], bool]] = {
    "area": lambda t, f: same_name(t["area"], f.get("area")),
    "level": lambda t, f: (t["level"] or "") == (f.get("level") or "").casefold(),
    "group": lambda t, f: same_name(t["group"], f.get("group")),
    "link": lambda t, f: (t["link"] or None) == (f.get("link") or None),
    "time": lambda t, f: bool(t["minutes"] == f.get("time")),
    "date": lambda t, f: (t["done_on"] or None) == (f.get("date") or None),
    "title": lambda t, f: max(likeness(t[name], f["title"]) for name in ("title", "raw_title")) >= 0.85,
}


def likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


class Score:
    """The mean F1 over documents, how often each field is right, and what went wrong by style."""

    def __init__(self, seeds: Iterable[int], folder: Path) -> None:
        self.f1: dict[int, float] = {}
        self.hits: dict[str, Counter[bool]] = {name: Counter() for name in FIELDS}
        self.failures: list[str] = []
        for seed in seeds:
            self._add(generate(seed), folder)

    def _add(self, made: Generated, folder: Path) -> None:
        truth: Any = made.truth()["notes"]
        found = import_plan(made.text, folder)["notes"]
        pairs = match(truth, found)
        self.f1[made.seed] = f1(truth, found, pairs)
        for name, right in FIELDS.items():
            if made.style.shape != "topics":  # where a topic's section belongs is anybody's guess
                self.hits[name].update(right(t, f) for t, f in pairs)
        if self.f1[made.seed] < LEAST_F1:
            said = f"seed {made.seed}: F1 {self.f1[made.seed]:.2f}, {len(truth)} items, {len(found)} found"
            self.failures.append(f"{said}; {made.style.summary}")

    @property
    def mean(self) -> float:
        return sum(self.f1.values()) / len(self.f1)

    def fields(self) -> dict[str, float]:
        return {name: hits[True] / max(hits.total(), 1) for name, hits in self.hits.items()}

    def __str__(self) -> str:
        fields = " ".join(f"{name} {share:.3f}" for name, share in self.fields().items())
        return "\n".join((f"mean F1 {self.mean:.3f} over {len(self.f1)}; {fields}", *self.failures))


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", text.casefold()))


def check_nothing_is_lost(seed: int, folder: Path) -> None:
    """Every word of the README stands in a written file, and in the notes' texts no more often than in the README."""
    readme, into = folder / f"{seed}.md", folder / str(seed)
    readme.write_text(generate(seed).text, encoding="utf-8", newline="")
    run(readme, "--into", into)
    written, bodies = Counter[str](), Counter[str]()
    for path in into.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        written += words(text)
        bodies += words(re.sub(r"\A---\n.*?\n---\n", "", text, count=1, flags=re.DOTALL))
    source = words(readme.read_text(encoding="utf-8"))
    assert not source - written, f"seed {seed} loses {source - written}"
    assert not bodies - source, f"seed {seed} doubles {bodies - source}"


@imports
@pytest.mark.slow
def test_items_of_some_seeds_are_found(tmp_path: Path) -> None:
    score = Score(SOME, tmp_path)
    assert score.mean >= LEAST_F1, score


@imports
@pytest.mark.full
def test_items_of_many_seeds_are_found(tmp_path: Path) -> None:
    score = Score(MANY, tmp_path)
    assert score.mean >= LEAST_F1, score


@imports
@pytest.mark.slow
def test_no_line_of_some_seeds_is_lost_or_doubled(tmp_path: Path) -> None:
    for seed in SOME:
        check_nothing_is_lost(seed, tmp_path)


@imports
@pytest.mark.full
def test_no_line_of_many_seeds_is_lost_or_doubled(tmp_path: Path) -> None:
    for seed in MANY:
        check_nothing_is_lost(seed, tmp_path)


def test_documents_are_the_same_on_every_machine() -> None:
    assert [generate(seed).text for seed in SOME] == [generate(seed).text for seed in SOME]
    assert len({generate(seed).style.summary for seed in MANY}) > 400


@pytest.mark.parametrize("seed", SOME)
def test_the_truth_says_what_stands_in_the_document(seed: int) -> None:
    """So that a generator that labels wrongly cannot blame the importer."""
    made = generate(seed)
    lines = re.split("\r?\n", made.text)
    last = 0
    for note in made.notes:
        head, text = lines[note.line - 1], "\n".join(lines[note.line - 1 : note.end_line])
        assert last < note.line <= note.end_line <= len(lines)
        assert note.title in head
        assert note.link is None or note.link in text
        assert note.done_on is None or note.done_on[:4] in text
        assert note.minutes is None or re.search(r"[0-9]+ ?(?:h|m)", text)
        above = "\n".join(lines[: note.line])
        assert note.area is None or note.area in above
        assert note.level is None or note.level in above.casefold()
        assert note.group is None or note.group in above
        last = note.end_line
