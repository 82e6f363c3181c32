"""The search as it is published: what it finds, in which order, and when its files change."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.digest import digest
from notes_site.search.files import text_url
from notes_site.search.shards import RecordStore, Shards, make_shards, shard_count
from notes_site.serve.preview import Preview
from tests.harness import REPO, Site
from tests.searching import Engine, engine

HERE = REPO / "tests" / "search"


def expectations(name: str) -> list[tuple[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [(query, url) for query, _, url in (line.partition(" -> ") for line in lines) if url and query[:2] != "# "]


def of_content(root: Path, content: Path) -> Site:
    shutil.copytree(content, root / "content")
    site = Site(root)
    assert site.build().published
    return site


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engine(of_content(tmp_path_factory.mktemp("corpus") / "site", HERE / "corpus").output) as found:
        yield found


# --- what is found


@pytest.mark.parametrize(("query", "url"), expectations("queries.txt"))
def test_right_note_first(corpus: Engine, query: str, url: str) -> None:
    assert corpus.first(query) == url


def test_right_note_first_in_the_example_course(tmp_path: Path) -> None:
    site = of_content(tmp_path / "site", REPO / "content")
    with engine(site.output) as example:
        found = {query: example.first(query) for query, _ in expectations("example.txt")}
    assert found == dict(expectations("example.txt"))


def test_all_words_before_some_of_them(corpus: Engine) -> None:
    both, some, nothing = corpus.search("overlay network", "overlay deadlock", "xylophone")
    assert not both["partly"]
    assert some["partly"]
    assert {"containers/docker-networking", "databases/transactions"} <= set(some["urls"])
    assert (nothing["count"], nothing["urls"]) == (0, [])


def test_prefix_of_the_last_word_alone(corpus: Engine) -> None:
    assert corpus.search("transac")[0]["urls"] == ["databases/transactions"]
    assert corpus.search("transac ")[0]["urls"] == []  # the word is finished
    assert corpus.search("isol level")[0]["partly"]


def test_stop_words_are_asked_for_only_alone(corpus: Engine) -> None:
    assert corpus.first("how") == "networks/dns"
    assert corpus.first("what is an overlay and why") == "containers/docker-networking"


def test_the_entry_is_enough_for_a_small_site(corpus: Engine, tmp_path: Path) -> None:
    with engine(of_content(tmp_path / "site", HERE / "corpus").output) as fresh:
        assert fresh.search("docker networking")[0]["files"] == []
        assert fresh.search("kuberntes")[0]["files"] == []


def test_names_with_signs_are_found_as_written(site: Site) -> None:
    for slug, name in {"c": "C", "plus": "C++", "sharp": "C#", "cats": "Cats"}.items():
        site.note(f"a/{slug}.md", "Text.\n", title=f"All about {name}")
    site.note("a/c-plus.md", "Text on C++ templates.\n", title="Templates")
    site.build()
    with engine(site.output) as found:
        urls = {query: set(found.search(query)[0]["urls"]) for query in ("c++", "c#", "c")}
    assert urls["c++"] == {"a/plus", "a/c-plus"}
    assert urls["c#"] == {"a/sharp"}
    assert {"a/c", "a/plus", "a/sharp", "a/c-plus"} <= urls["c"]


# --- a large site

SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo za bri cla dro fle gri kra".split()  # noqa: SIM905


def write_large(site: Site, count: int) -> list[tuple[str, str]]:
    """Write notes whose words are as rare and as frequent as those of a language; return address and title of each."""
    draw = random.Random(count)
    words = sorted({"".join(draw.choices(SYLLABLES, k=draw.randrange(2, 5))) for _ in range(4000)})
    draw.shuffle(words)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    notes = []
    for number in range(count):
        title = " ".join(draw.choices(words, k=4)).capitalize()
        body = " ".join(draw.choices(words, weights, k=120))
        site.note(f"area-{number % 7}/n{number:04}.md", f"{body}.\n\n## {body[:20]}\n\n{body[:100]}\n", title=title)
        notes.append((f"area-{number % 7}/n{number:04}", title))
    return notes


def with_typo(draw: random.Random, title: str) -> str:
    """Return a title in which a letter of one long word is left out, doubled, changed or swapped with the next."""
    words = title.split()
    at = draw.choice([n for n, word in enumerate(words) if len(word) > 4])
    word, place = words[at], draw.randrange(1, len(words[at]) - 1)
    change = [word[place + 1 :], word[place] + word[place:], "x" + word[place + 1 :]]
    change.append(word[place + 1] + word[place] + word[place + 2 :])
    words[at] = word[:place] + draw.choice(change)
    return " ".join(words)


@pytest.mark.full
def test_titles_with_a_typo_find_their_note(site: Site) -> None:
    notes = write_large(site, 1000)
    site.build()
    draw = random.Random(5)
    asked = [(url, with_typo(draw, title)) for url, title in notes if any(len(word) > 4 for word in title.split())]
    with engine(site.output) as large:
        right = sum(large.first(query) == url for url, query in asked)
    assert len(asked) > 950
    assert right / len(asked) >= 0.97


# --- files


def written(site: Site) -> set[str]:
    """Build; return which files of the search were written. They are as if built from nothing."""
    report = site.build()
    assert site.published() == site.clean_build(site.root.parent / f"clean-{id(report)}" / "out")
    return {path for path, _ in report.why if path.startswith("search")}


def edit(site: Site, path: str, old: str, new: str) -> None:
    file = site.root / "content" / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Site:
    return of_content(tmp_path / "site", HERE / "corpus")


def test_body_is_in_its_text_and_its_terms(small: Site) -> None:
    edit(small, "cloud/functions.md", "statusCode", "statusText")
    assert written(small) == {"search/_cloud/_functions.js", "search/entry.js"}


def test_time_is_not_searched(small: Site) -> None:
    edit(small, "cloud/functions.md", "level:", "time: 30 min\nlevel:")
    assert written(small) == set()


def test_title_is_in_the_entry(small: Site) -> None:
    edit(small, "cloud/functions.md", "Serverless functions", "Functions as a service")
    assert written(small) == {"search.html", "search/entry.js"}


def test_note_that_is_new_is_numbered_among_all(small: Site) -> None:
    small.note("cloud/alpha.md", "Alphabet.\n", title="Alpha")
    assert written(small) == {"search.html", "search/entry.js", "search/_cloud/_alpha.js"}
    with engine(small.output) as found:
        assert [found.first(query) for query in ("alphabet", "malloc")] == ["cloud/alpha", "languages/c"]


def test_draft_is_not_found_and_planned_note_is(small: Site) -> None:
    small.note("cloud/secret.md", "Sesame.\n", title="Sesame", draft=True)
    assert written(small) == set()
    assert not (small.output / "search/_planned/_terraform.js").exists()
    small.build(drafts=True)
    with engine(small.output) as found:
        assert found.first("sesame") == "cloud/secret"


def test_records_lost_from_the_cache_are_made_again(small: Site) -> None:
    import sqlite3

    with sqlite3.connect(small.project.state) as db:
        db.executescript("DELETE FROM terms; DELETE FROM sections")
    edit(small, "cloud/functions.md", "idempotent", "repeatable")
    assert "search/entry.js" in written(small)


def test_names_are_no_devices() -> None:
    assert text_url("con/aux.html") == "search/_con/_aux.js"


@pytest.mark.slow
def test_large_site_has_titles_apart_and_shards_of_a_size(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = write_large(site, 200)
    monkeypatch.setattr("notes_site.search.files.TITLES_IN_ENTRY", 100)
    site.build()
    shards = sorted((site.output / "search").glob("terms-*.js"))
    assert len(shards) > 3
    assert max(file.stat().st_size for file in shards) <= 24_576
    with engine(site.output) as large:
        for url, title in notes[::20]:
            answer = large.search(title)[0]
            assert answer["urls"][0] == url
    edit(site, "area-0/n0000.md", "##", "And another word.\n\n##")
    assert len(written(site)) <= 4  # its text and some shards, not all


def test_preview_makes_the_index_when_it_is_asked_for(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(digests: Sequence[str], count: int, store: RecordStore) -> Shards:
        made.append(count)
        return make_shards(digests, count, store)

    monkeypatch.setattr("notes_site.search.files.make_shards", counted)
    preview = Preview(small.project)
    try:
        for before, after in (("idempotent", "repeatable"), ("repeatable", "harmless")):
            edit(small, "cloud/functions.md", before, after)
            assert preview.refresh([small.root / "content/cloud/functions.md"], final=True)
        assert made == []
        answers = {path: preview.render(path).data for path in preview.outputs if path.startswith("search/")}
        assert len(made) == 1
    finally:
        preview.close()
    small.build()
    assert answers == {path: data for path, data in small.published().items() if path.startswith("search/")}


# --- assembly


class Kept:
    """A store in memory."""

    def __init__(self, records: dict[str, str]) -> None:
        self.records, self.known = records, dict[str, str]()

    def terms(self, digests: Sequence[str]) -> list[str]:
        return [self.records[digest] for digest in digests]

    def sections(self, digest: str) -> str:
        return "[]"

    def chunks(self, keys: Sequence[str]) -> dict[str, str]:
        return {key: self.known[key] for key in keys if key in self.known}

    def keep_chunk(self, key: str, lines: str) -> None:
        self.known[key] = lines


RECORDS = st.lists(
    st.sets(st.text("abcé東𠮷", min_size=1, max_size=3), max_size=6).map(
        lambda ts: "\n".join(f"k{t}" for t in sorted(ts))
    ),
    max_size=150,
)


@given(before=RECORDS, after=RECORDS, count=st.integers(1, 7))
def test_shards_from_kept_chunks_are_those_from_nothing(before: list[str], after: list[str], count: int) -> None:
    store = Kept({digest(terms.encode()): terms for terms in [*before, *after]})
    make_shards([digest(terms.encode()) for terms in before], count, store)
    digests = [digest(terms.encode()) for terms in after]
    shards = make_shards(digests, count, store)
    assert shards == make_shards(digests, count, Kept(store.records))
    assert len(shards.bounds) == len(shards.lines) == count
    # every term lies in the last shard that does not begin behind it, as the engine looks for it
    order = [bound.encode("utf-16-be") for bound in shards.bounds]
    assert order == sorted(order)
    for number, lines in enumerate(shards.lines):
        for line in filter(None, lines.split("\n")):
            term = line.partition("\t")[0].encode("utf-16-be")
            assert max(n for n, bound in enumerate(order) if bound <= term) == number
    found = {line.partition("\t")[0] for lines in shards.lines for line in lines.split("\n") if line}
    assert found == {line[1:] for terms in after for line in terms.split("\n") if line}


def test_a_bound_that_moves_changes_the_shards_beside_it_alone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notes_site.search.shards._SHARD", 600)
    write_large(site, 30)
    site.build()
    shards = [path for path in site.published() if path.startswith("search/terms-")]
    before, entry = site.published(), site.page("search/entry.js")
    site.note("area-0/n0000.md", " ".join(f"b{letter}bbb" for letter in SYLLABLES[:6]) + "\n", title="Changed")
    site.build()
    assert site.page("search/entry.js").partition('"bounds"')[2] != entry.partition('"bounds"')[2]
    assert len(shards) > 20
    assert 0 < sum(before[path] != site.published()[path] for path in shards) < len(shards) - 5
    with engine(site.output) as found:
        assert found.search("changed")[0]["urls"] == ["area-0/n0000"]


@given(st.integers(0, 10**7), st.integers(0, 10**5))
def test_more_terms_never_make_fewer_shards(terms: int, more: int) -> None:
    assert 0 <= shard_count(terms) <= shard_count(terms + more)
