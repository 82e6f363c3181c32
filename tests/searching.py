"""The published search, run by node: the same engine as in browsers, without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.harness import REPO


class Engine:
    """The search of one published site."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, questions: Iterable[tuple[str, str]]) -> list[Any]:
        """Return the answers: see `tests/search/engine.js`."""
        assert self._process.stdin
        assert self._process.stdout
        answers = []
        for question in questions:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            answers.append(json.loads(self._process.stdout.readline()))
        return answers

    def search(self, *queries: str) -> list[Any]:
        """Return what each query finds: `urls` of the best, `count`, `partly`, `files` loaded for it, `took` (ms)."""
        return self.ask(("search", query) for query in queries)

    def first(self, query: str) -> str:
        """Return the address of the best result, '' for none."""
        return next(iter(self.search(query)[0]["urls"]), "")


@contextmanager
def engine(output: Path) -> Iterator[Engine]:
    """Start the search of a published site; without node the test is skipped."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    command = [node, str(REPO / "tests" / "search" / "engine.js"), str(output)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield Engine(process)
        assert process.stdin
        process.stdin.close()
