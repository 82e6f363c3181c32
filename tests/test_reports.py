"""Learning as data: sums, days, weeks, ages, and what the pages make of them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.model import Session
from notes_site.pages import report_pages
from notes_site.site import overview, stats
from tests.harness import Site
from tests.test_stats import card, note

DATES = st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 1, 1))
DAYS = st.dictionaries(DATES.map(str), st.integers(1, 600), min_size=1, max_size=30)


@given(DAYS, st.integers(1, 60))
def test_calendar_has_whole_weeks_and_loses_no_minute(days: dict[str, int], most: int) -> None:
    made = report_pages.calendar(dict(sorted(days.items())), most)
    assert made
    assert 1 <= len(made.weeks) <= most
    assert all(len(week.days) == 7 and week.days[0].date == week.monday for week in made.weeks)
    mondays = [week.monday for week in made.weeks]
    assert mondays == [stats.plus(mondays[0], 7 * n) for n in range(len(mondays))]
    shown = {day.date: day.minutes for week in made.weeks for day in week.days if day.minutes}
    assert shown == {day: minutes for day, minutes in days.items() if day >= mondays[0]}
    assert (made.active, made.minutes) == (len(shown), sum(shown.values()))
    assert made.cut is (shown != days)
    for week in made.weeks:
        for day in week.days:
            assert (day.shade > 0) is (day.minutes > 0)
            assert -1 <= day.shade <= 4


def test_calendar_of_nothing() -> None:
    assert report_pages.calendar({}, 26) is None


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_shade(minutes: int, most: int) -> None:
    minutes = min(minutes, most)
    assert stats.shade(minutes, most) in ([0] if not minutes else [1, 2, 3, 4])
    assert stats.shade(most, most) == 4


def test_sessions_are_by_date_and_of_what_was_begun() -> None:
    notes = [
        note("a/two.md", (Session("2018-10-30", 20), Session("2018-10-01", 5)), time=25, date="2018-10-30"),
        note("a/one.md", time=30, date="2018-10-15"),
        note("a/untimed.md", date="2018-10-16"),
        note("a/planned.md", date="2018-10-17", status="planned"),
        note("a/undated.md", time=10),
    ]
    found = [(s.date, s.note.path, s.minutes) for s in stats.sessions_of(notes)]
    assert found == [
        ("2018-10-01", "a/two.md", 5), ("2018-10-15", "a/one.md", 30), ("2018-10-16", "a/untimed.md", None),
        ("2018-10-30", "a/two.md", 20),
    ]  # fmt: skip
    assert stats.latest_date(notes) == "2018-10-30"
    assert stats.latest_date([]) == ""


@pytest.mark.parametrize(
    ("dates", "latest"),
    [
        (["2026-01-05", "2062-01-04", "2025-12-01"], "2026-01-05"),
        (["2026-01-05", "2199-01-01", "2199-01-02", "2025-12-01"], "2199-01-02"),  # two are no slip
        (["2020-01-05", "2026-01-05"], "2026-01-05"),
        (["2199-01-01"], "2199-01-01"),
    ],
)
def test_a_slip_of_the_pen_is_not_today(dates: list[str], latest: str) -> None:
    assert stats.latest_date([note(f"a/{n}.md", date=date) for n, date in enumerate(dates)]) == latest


@pytest.mark.parametrize(
    ("given_", "lacks"),
    [
        ({"status": "done", "time": None}, ("time", "link")),
        ({"status": "doing", "time": 0, "link": "https://example.org"}, ()),
        ({"status": "done", "time": 5, "link": "x", "has_text": False}, ("text",)),
        ({"status": "planned"}, ()),
        ({"status": "skipped"}, ()),
    ],
)
def test_lacking(given_: dict[str, Any], lacks: tuple[str, ...]) -> None:
    assert stats.lacking(card(**given_)) == lacks


@given(st.lists(DATES.map(str), max_size=20), DATES.map(str))
def test_ages_hold_every_finished_note_once(dates: list[str], today: str) -> None:
    notes = [note(f"a/{n}.md", date=day) for n, day in enumerate(dates)]
    groups = stats.by_age([*notes, note("a/planned.md", date=today, status="planned"), note("a/undated.md")], today)
    assert [*groups] == [*stats.AGES]
    assert sorted(n.path for members in groups.values() for _, n in members) == sorted(n.path for n in notes)
    for begin, members in groups.items():
        assert all(begin <= age for age, _ in members)
        assert [age for age, _ in members] == sorted((age for age, _ in members), reverse=True)


def test_ages_at_their_borders() -> None:
    notes = [note(f"a/{day}.md", date=day) for day in ("2018-12-01", "2018-11-24", "2018-11-01", "2018-09-02")]
    groups = stats.by_age(notes, "2018-12-01")
    assert {begin: [age for age, _ in members] for begin, members in groups.items()} == {
        0: [0],
        7: [7],
        30: [30],
        90: [90],
    }


# --- pages


@pytest.fixture
def course(site: Site) -> Site:
    site.note("cloud/one.md", "One two three.\n", title="One", level="beginner", time="30 min", estimate="20 min",
              date="2018-10-01", link="https://example.org/1")  # fmt: skip
    site.note("cloud/two.md", "Four five.\n", title="Two", level="advanced", time="1h", link="https://example.org/2",
              sessions=[{"date": f"2018-10-0{n}", "time": f"{n}0 min"} for n in (2, 4)])  # fmt: skip
    site.note("data/three.md", title="Three", status="doing", estimate="1h", date="2018-11-20")
    site.note("data/four.md", title="Four", estimate="45 min")
    site.note("data/five.md", "Six.\n", title="Five", time="10 min", link="https://example.org/5")
    return site


def words(site: Site, path: str) -> str:
    main = site.page(path).split("<main")[1].split("</main>")[0]
    return " ".join(re.sub(r"<title>.*?</title>|<[^>]+>", " ", main).split())


def test_timeline_names_weeks_gaps_and_what_has_no_date(course: Site) -> None:
    course.build()
    page = words(course, "timeline.html")
    assert "Active days: 3, from 1 Oct 2018 to 4 Oct 2018." in page
    assert "1 Oct 2018 – 7 Oct 2018 1 h 30 min One Cloud 30 min Two Cloud 1 h 6 weeks without a note" in page
    assert "19 Nov 2018 – 25 Nov 2018 0 min Three Data – not noted" in page
    assert "Notes: 1, time: 10 min. They stand in all sums, but in no week." in page


@pytest.mark.parametrize(
    ("config", "epoch", "option", "today"),
    [
        ("", "", "", "20 Nov 2018"),
        ("today = 2018-11-01", "", "", "1 Nov 2018"),
        ("", "1543622400", "", "1 Dec 2018"),
        ("today = 2018-11-01", "1543622400", "", "1 Nov 2018"),
        ("today = 2018-11-01", "1543622400", "2018-10-10", "10 Oct 2018"),
    ],
)
def test_today(course: Site, monkeypatch: pytest.MonkeyPatch, config: str, epoch: str, option: str, today: str) -> None:
    course.write("notes-site.toml", config + "\n")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    course.build(today=option)
    page = words(course, "review.html")
    assert f"counted to {today}:" in page
    assert ("That is the latest date" in page) is (today == "20 Nov 2018")
    assert f"up to {today}." in words(course, "evidence.html")


def test_review_by_age(course: Site) -> None:
    course.build(today="2018-10-10")
    page = words(course, "review.html")
    assert "7 to 29 days ago" in page
    assert "One Cloud 1 Oct 2018 9 30 min" in page
    assert page.index("One Cloud") < page.index("Two Cloud"), "the oldest first"
    assert "Three" not in page


def test_evidence(course: Site) -> None:
    course.build()
    page = words(course, "evidence.html")
    assert "Cloud 2 of 2 done 20 min 1 h 30 min 0 min 5 Beginner 1 of 1 done 20 min 30 min 0 min 3" in page
    assert "Total 3 of 5 done 2 h 5 min 1 h 40 min 1 h 45 min 6" in page
    assert "Where both are noted (notes: 1): 20 min planned, 30 min spent." in page
    assert "What is missing Resource Area Missing Three Data time, link, text" in page


def test_pages_and_stats_say_the_same(course: Site) -> None:
    course.build()
    from notes_site.build.build import load_site
    from notes_site.storage.cache import Cache

    cache = Cache(course.project.state)
    result = overview.overview(load_site(course.project, cache)[0])
    cache.close()
    home = words(course, "index.html")
    assert "1 h 40 min studied" in re.sub(r"studied (1 h 40 min)", r"\1 studied", home)
    assert result.total.time == 100
    assert f"active days {result.days}" in home
    assert result.weeks == {"2018-W40": 90}


def test_one_page_for_an_area(site: Site) -> None:
    site.note("cloud/index.md", "About clouds.\n", title="Cloud")
    site.note(
        "cloud/one.md", "## Set-up\n\nSee [above](#set-up) and [two](two.md#set-up).[^1]\n\n[^1]: Foot.\n", title="One"
    )
    site.note("cloud/two.md", "## Set-up\n\nText.[^1]\n\n[^1]: Foot.\n", title="Two", lang="de")
    site.note("cloud/planned.md", title="Later", estimate="1h")
    site.build()
    page = site.page("print/cloud.html")
    heads = re.findall(r"<h(\d) id=\"([^\"]*)\"", page)
    assert heads == [("2", "page.contents"), ("2", "note.1"), ("3", "1.set-up"), ("2", "note.3"), ("3", "3.set-up")]
    assert 'href="#1.set-up"' in page
    assert 'href="../cloud/two.html#set-up"' in page
    assert 'href="../cloud/planned.html"' in page
    assert len(set(re.findall(r' id="([^"]*)"', page))) == len(re.findall(r' id="([^"]*)"', page))


def test_lists_too_long_for_one_page_are_by_area(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_pages, "PAGE_ROWS", 3)
    monkeypatch.setattr("notes_site.pages.plan.PAGE_ROWS", 3)
    for n in range(4):
        site.note(f"a{n % 2}/n{n}.md", "Text.\n", title=f"N{n}", time=str(10 + n), date=f"201{n}-01-15")
    site.build()
    assert "a0.html" in site.page("resources.html")
    assert "<tbody" not in site.page("resources.html")
    assert re.findall(r"\bN\d", words(site, "resources/a0.html")) == ["N0", "N2"]
    assert site.page("resources-by-time.html").count("<tr data-status") == 3
    assert "N2" not in words(site, "timeline.html")
    assert "N2" in words(site, "timeline/2012.html")
    assert "Every note" not in site.page("evidence.html")


def test_an_empty_site_says_what_to_do(site: Site) -> None:
    site.build()
    assert "notes-site new" in words(site, "index.html")
    for path in ("resources.html", "evidence.html"):
        assert "No notes yet." in words(site, path)
    assert "front matter" in words(site, "timeline.html")
    assert "Nothing finished has a date yet." in words(site, "review.html")
    assert "front matter adds some" in words(site, "tags.html")


def test_llms_txt(course: Site) -> None:
    course.note("cloud/sum.md", "Text.\n", title="[x] y", summary="In short.", status="done")
    course.build()
    lines = course.page("llms.txt").splitlines()
    assert lines[0] == "# Learning notes"
    assert "- [(x) y](cloud/sum.html): In short." in lines
    assert not [line for line in lines if "Four" in line], "nothing to read there"


def test_related_notes_share_tags(site: Site) -> None:
    for n in range(20):
        site.note(f"a/n{n:02}.md", "Text.\n", title=f"N{n:02}", tags=["x"] if n in (0, 7) else [])
    site.build()
    beside = site.page("a/n00.html").split('class="beside"')[1].split("</section>")[0]
    assert re.findall(r">(N\d\d)<", beside) == ["N02", "N03", "N04", "N05", "N06", "N07"]
