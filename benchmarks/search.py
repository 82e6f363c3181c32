"""Measures the search at 60, 1,000 and 10,000 notes: `make bench`. Needs node for the latency.

For each size: the CPU time that assembling the index takes from records already made, and after one of them changed;
bytes (gzip) and files up to the first result of two words; the warm median and the slowest of 200 queries.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.generate import CODE, LEVELS
from notes_site.build.build import Options, build
from notes_site.config.project import Project
from notes_site.search.shards import make_shards, shard_count
from notes_site.storage.cache import Cache

ENGINE = Path(__file__).resolve().parent.parent / "tests" / "search" / "engine.js"
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo za bri cla dro fle gri kra".split()  # noqa: SIM905


def write_course(root: Path, notes: int) -> list[str]:
    """Write notes of about 3 KB whose words are as rare and as frequent as a language's; return their titles."""
    draw = random.Random(notes)
    words = sorted({"".join(draw.choices(_SYLLABLES, k=draw.randrange(2, 5))) for _ in range(20_000)})
    draw.shuffle(words)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    titles = []
    for number in range(notes):
        title = " ".join(draw.choices(words[:4000], k=4)).capitalize()
        parts = [f"---\ntitle: {title}\nlevel: {draw.choice(LEVELS)}\ntime: 30 min\n---\n"]
        for _ in range(4):
            heading, text = draw.choices(words, weights, k=3), draw.choices(words, weights, k=90)
            parts += [f"## {' '.join(heading)}\n\n", f"{' '.join(text)}.\n\n"]
        parts.append(f"```bash\n{CODE['bash']}```\n")
        path = root / "content" / f"area-{number % 9}" / f"note-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(parts), encoding="utf-8")
        titles.append(title)
    (root / "notes-site.toml").write_text('title = "Generated course"\n', encoding="utf-8")
    return titles


class Kept:
    """A store of records in memory."""

    def __init__(self, records: Mapping[str, str]) -> None:
        self.records, self.known = records, dict[str, str]()

    def terms(self, digests: Sequence[str]) -> list[str]:
        return [self.records[digest] for digest in digests]

    def sections(self, digest: str) -> str:
        raise NotImplementedError

    def chunks(self, keys: Sequence[str]) -> Mapping[str, str]:
        return self.known

    def keep_chunk(self, key: str, lines: str) -> None:
        self.known[key] = lines


def measure_assembly(root: Path) -> str:
    """Time the assembly of all records: from nothing, and after one of them has changed."""
    cache = Cache(root / ".notes-site" / "cache.db")
    records = {key: terms.decode() for key, terms in cache.items("terms").items() if cache.get("sections", key)}
    cache.close()
    digests = sorted(records)
    store = Kept(records)
    count = shard_count(sum(terms.count("\n") + 1 for terms in records.values()))
    times = []
    for change in (False, True):
        if change:
            records["changed"] = records[digests[0]] + "\nbanother"
            digests[0] = "changed"
        started = time.process_time()
        make_shards(digests, count, store)
        times.append(time.process_time() - started)
    return f"{times[0] * 1000:8.0f} ms all {times[1] * 1000:6.0f} ms one edit"


def measure_queries(output: Path, titles: Sequence[str]) -> str:
    """Ask for two words of a title each, as the browser does; sizes are those of the first query's files."""
    draw = random.Random(1)
    queries = [" ".join(draw.choice(titles).split()[:2]) for _ in range(201)]
    asked = "".join(json.dumps(["search", query]) + "\n" for query in queries)
    done = subprocess.run(["node", str(ENGINE), str(output)], input=asked, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    files = ["entry.js", *answers[0]["files"]]
    size = sum(len(gzip.compress((output / "search" / name).read_bytes())) for name in files)
    took = [answer["took"] for answer in answers[1:]]
    first = f"{size / 1024:6.1f} KiB in {len(files)} files to the first result"
    return f"{first} {statistics.median(took):6.1f} ms median {max(took):6.1f} ms slowest"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=int, nargs="*", default=[60, 1000, 10_000])
    for notes in parser.parse_args().notes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            titles = write_course(root, notes)
            cache = Cache(root / ".notes-site" / "cache.db")
            report = build(Project(root, root / "notes-site.toml"), Options(), cache)
            cache.close()
            assert report.published
            line = measure_assembly(root)
            if shutil.which("node"):
                line += measure_queries(root / "public", titles)
            print(f"{notes:6} notes {line}", flush=True)


if __name__ == "__main__":
    main()
