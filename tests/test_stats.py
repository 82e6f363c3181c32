"""Time accounting: sums, what lacks a time, days and weeks, the overview."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.model import STATUSES, Card, FrontMatter, Note, Session
from notes_site.base.paths import ContentPath, OutputPath
from notes_site.config.reading import parse_config
from notes_site.site import overview, stats
from notes_site.site.assemble import Site, assemble
from notes_site.site.values import Sums

CONFIG, _ = parse_config("notes-site.toml", b"")
EMPTY = Card(
    url=OutputPath("a/x.html"), title="X", area="a", area_name="A", level="", group="", kind="other", link="",
    time=None, estimate=None, status="done", date="", tags=(), summary="", order=None, has_text=True,
)  # fmt: skip


def card(**given: Any) -> Card:
    return msgspec.structs.replace(EMPTY, **given)


def note(path: str, sessions: tuple[Session, ...] = (), **given: Any) -> Note:
    return Note(
        path=ContentPath(path), role="note", front=FrontMatter(sessions=sessions), card=card(**given), headings=(),
        refs=(), anchors=frozenset(), body="", excerpt="", words=0,
    )  # fmt: skip


def site(*notes: Note) -> Site:
    return assemble(CONFIG, notes)


def test_sums() -> None:
    cards = [
        card(status="done", time=70, estimate=30),
        card(status="done", time=None, estimate=20),
        card(status="doing", time=10, estimate=45),
        card(status="doing", time=50, estimate=40),
        card(status="doing", time=None, estimate=None),
        card(status="planned", time=None, estimate=90),
        card(status="planned", time=5, estimate=None),
        card(status="skipped", time=3, estimate=15),
    ]
    assert stats.sums(cards) == Sums(
        notes=8,
        done=2,
        doing=3,
        planned=2,
        skipped=1,
        time=70 + 10 + 50 + 5 + 3,
        estimate=30 + 20 + 45 + 40 + 90,
        left=(45 - 10) + 0 + 90,
        missing=2,
    )


def test_sums_of_nothing() -> None:
    assert stats.sums([]) == Sums()


CARDS = st.builds(
    card,
    status=st.sampled_from(STATUSES),
    time=st.none() | st.integers(0, 600),
    estimate=st.none() | st.integers(0, 600),
    kind=st.sampled_from(["lab", "video"]),
)


@given(st.lists(CARDS))
def test_groups_add_up_to_the_whole(cards: list[Card]) -> None:
    whole, groups = stats.sums(cards), stats.sums_by(cards, lambda c: c.kind).values()
    for name in Sums.__struct_fields__:
        assert getattr(whole, name) == sum(getattr(group, name) for group in groups)
    assert whole.notes == whole.done + whole.doing + whole.planned + whole.skipped
    assert 0 <= whole.left <= whole.estimate
    assert whole.missing <= whole.done + whole.doing


@pytest.mark.parametrize(
    ("status", "time", "lacks"),
    [
        ("done", None, True),
        ("doing", None, True),
        ("planned", None, False),
        ("skipped", None, False),
        ("done", 0, False),
        ("done", 10, False),
    ],
)
def test_lacks_time(status: str, time: int | None, lacks: bool) -> None:
    assert stats.lacks_time(card(status=status, time=time)) is lacks


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2018-10-29", "2018-W44"),
        ("2018-12-30", "2018-W52"),
        ("2018-12-31", "2019-W01"),
        ("2021-01-03", "2020-W53"),
        ("2024-02-29", "2024-W09"),
    ],
)
def test_week(day: str, week: str) -> None:
    assert stats.week(day) == week


def test_minutes_by_day_and_week() -> None:
    sittings = (Session("2018-10-30", 20), Session("2018-10-29", 10), Session("2018-11-05", 40))
    notes = [
        note("a/one.md", sittings, time=70, date="2018-11-05"),
        note("a/two.md", time=30, date="2018-10-29"),
        note("a/undated.md", time=15),
        note("a/untimed.md", date="2018-10-29"),
    ]
    assert [*stats.minutes_by_day(notes).items()] == [("2018-10-29", 40), ("2018-10-30", 20), ("2018-11-05", 40)]
    assert [*stats.minutes_by_week(notes).items()] == [("2018-W44", 60), ("2018-W45", 40)]


DAYS = st.sampled_from(["", "2018-10-29", "2018-11-04", "2018-11-05"])
SESSIONS = st.lists(st.builds(Session, DAYS.filter(bool), st.integers(1, 90)), max_size=2).map(tuple)


@given(st.lists(st.tuples(st.sampled_from(STATUSES), DAYS, st.none() | st.integers(0, 90), SESSIONS), max_size=8))
def test_each_minute_of_the_sum_is_in_a_week_or_without_a_date(given_: list[tuple[Any, ...]]) -> None:
    notes = [
        note(f"a/{number}.md", sessions, status=status, date=day, time=sum(s.minutes for s in sessions) or time)
        for number, (status, day, time, sessions) in enumerate(given_)
    ]
    undated = sum(n.card.time or 0 for n in notes if not n.card.date and not n.front.sessions)
    assert sum(stats.minutes_by_week(notes).values()) + undated == stats.sums(n.card for n in notes).time


def overview_of_three() -> overview.Overview:
    return overview.overview(
        site(
            note("a/advanced.md", level="advanced", kind="lab", time=60, estimate=30, date="2018-10-29", title="Lab"),
            note("a/beginner.md", level="beginner", kind="video", time=None, title="Video"),
            note("b/none.md", area="b", area_name="B", status="planned", estimate=45),
        )
    )


def test_overview() -> None:
    result = overview_of_three()
    assert result.total == Sums(notes=3, done=2, planned=1, time=60, estimate=75, left=45, missing=1)
    assert [*result.areas] == ["A", "B"]
    assert [*result.levels] == ["Beginner", "Advanced", "(none)"]
    assert {name: sums.notes for name, sums in result.kinds.items()} == {"video": 1, "lab": 1, "other": 1}
    assert result.weeks == {"2018-W44": 60}
    assert result.comparison == stats.Comparison(notes=1, estimate=30, time=60)
    assert result.missing == (("a/beginner.md", "Video"),)


def test_overview_as_object() -> None:
    result = overview.as_object(overview_of_three())
    assert result["planned_against_spent"] == {"notes": 1, "estimate": 30, "time": 60}
    assert result["weeks"] == [{"week": "2018-W44", "time": 60}]
    assert result["without_time"] == [{"path": "a/beginner.md", "title": "Video"}]
    areas = result["areas"]
    assert isinstance(areas, list)
    assert areas[1] == {
        "name": "B", "notes": 1, "done": 0, "doing": 0, "planned": 1, "skipped": 0, "time": 0, "estimate": 45,
        "left": 45, "missing": 0,
    }  # fmt: skip


def test_overview_as_csv_has_rows_of_one_length() -> None:
    lines = overview.as_csv(overview_of_three()).split("\r\n")
    assert lines[0] == "by,name,notes,done,doing,planned,skipped,time,estimate,left,missing"
    assert lines[1] == "area,A,2,2,0,0,0,60,30,0,1"
    assert lines[-3:] == ["total,all,3,2,0,1,0,60,75,45,1", "week,2018-W44,,,,,,60,,,", ""]
    assert {line.count(",") for line in lines[:-1]} == {10}


def test_overview_as_text() -> None:
    text = overview.as_text(overview_of_three())
    assert "Planned against spent, where both are noted (1): 30 min planned, 1 h spent." in text
    assert text.endswith("Without a time (1):\n  a/beginner.md: Video\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_columns_stand_below_each_other_in_every_script() -> None:
    cards = [
        note(f"{n}/x.md", area=f"{n}", area_name=name) for n, name in enumerate(("日本語", "Cafe\u0301", "Docker"))
    ]
    table = overview.as_text(overview.overview(site(*cards))).split("\n\n")[0]
    assert table == (
        "By area  notes  done  doing  planned  spent  estimate   left\n"
        "Cafe\u0301         1     1      0        0  0 min     0 min  0 min\n"
        "Docker       1     1      0        0  0 min     0 min  0 min\n"
        "日本語       1     1      0        0  0 min     0 min  0 min"
    )


def test_overview_of_an_empty_site() -> None:
    result = overview.overview(site())
    assert result.total == Sums()
    assert overview.as_csv(result).split("\r\n")[1:] == ["total,all,0,0,0,0,0,0,0,0,0", ""]
    assert "Total" in overview.as_text(result)
