"""How a single line is read: times, dates, levels, links, titles."""

from __future__ import annotations

import pytest

from notes_site.content.markdown import lines
from notes_site.readme.importer import heads
from notes_site.readme.importer.facts import Date, Facts, date_in, facts_in, levels_in, spelled
from notes_site.readme.importer.heads import Head
from notes_site.readme.importer.times import time_in


def head(source: str) -> Head:
    """Read the first line of a document as a head."""
    return heads.read(lines.read(source)[0])


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("30 min", 30), ("30m", 30), ("1hr", 60), ("2 hrs", 120), ("15 mins.", 15), ("1h10", 70), ("1hour10min", 70),
        ("1 hour and 10 minutes", 70), ("~20 min", 20), ("approx. 1.5 hours", 90), ("2,5 hrs", 150),
        ("half an hour", 30),
        ("an hour", 60), ("an hour and a half", 90), ("more than one hour", 60), ("twenty minutes", 20),
        ("20 + 15 min", 35), ("1h + 20 min", 80), ("10:00-11:30", 90), ("23:30 - 0:15", 45), ("Time: 1:30 h", 90),
        ("Time: 1:30:20", 90),
        ("time spent: 25", 25), ("elapsed time: 20 mins", 20), ("Time : it takes me 75 minutes.", 75),
        ("spend 2 hour", 120),
        ("12:34 min", 13), ("0:20 min", 1), ("1h reading + 20 min quiz", 80), ("20 min video, 40 min lab", 60),
        ("Tiempo: 20 minutos", 20), ("Zeit: 1,5 Std.", 90), ("Durée : 2 heures", 120), ("时间：25 分钟", 25),
        ("⏱ 45 min", 45), ("time: 90-minute", 90), ("5 minutes..duh", 5), ("30 min in total", 30), ("PT1H30M", 90),
    ],
)  # fmt: skip
def test_times(said: str, minutes: int) -> None:
    time = time_in(said)
    assert time is not None
    assert time.minutes == minutes


@pytest.mark.parametrize(
    "said",
    ["Kubernetes in 5 Minutes", "30", "1:30", "after 20 minutes the server starts", "2", "v1.5 h", "time", "3 gulls",
     "minutes of meeting", "10 minutes to midnight was a film that I saw", "1 s3 bucket"],
)  # fmt: skip
def test_no_times(said: str) -> None:
    assert time_in(said) is None


@pytest.mark.parametrize("said", ["Duration: 12:34", "Time: 1:30", "Time: 20-30 min", "12:75 min"])
def test_times_that_may_be_read_in_two_ways(said: str) -> None:
    time = time_in(said)
    assert time is not None
    assert time.minutes is None
    assert time.doubt


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("Time: it takes me 60 minutes. On this walk, we build", 60),
        ("It took me 20 minutes to finish this", 20),
        ("Time spent: 25 min, with breaks", 25),
        ("Wait 5 minutes, then press the button", None),
    ],
)
def test_times_at_the_beginning_of_a_line(said: str, minutes: int | None) -> None:
    time = time_in(said, line=True)
    assert (time.minutes if time else None) == minutes


@pytest.mark.parametrize(
    ("said", "iso"),
    [("2018-10-29", "2018-10-29"), ("finished 12 March 2021", "2021-03-12"), ("Date: Nov 3rd, 2018", "2018-11-03"),
     ("2020/3/1", "2020-03-01"), ("29.10.2018", "2018-10-29"), ("10/29/2018", "2018-10-29"), ("10/11/2018", ""),
     ("Monday, 1 Feb 2021", "2021-02-01")],
)  # fmt: skip
def test_dates(said: str, iso: str) -> None:
    assert date_in(said) == Date(iso)


@pytest.mark.parametrize("said", ["2018-13-45", "31 Feb 2021", "version 1.2.2018", "2018", "March"])
def test_no_dates(said: str) -> None:
    assert date_in(said) is None


@pytest.mark.parametrize(
    ("said", "names", "weak"),
    [("Beginner Level", ("beginner",), False), ("Intermidiate level:", ("intermediate",), False),
     ("basic", ("beginner",), True), ("Basic level", ("beginner",), False), ("Level 3", ("advanced",), False),
     ("Beginner + Intermediate", ("beginner", "intermediate"), False), ("expert", ("advanced",), True)],
)  # fmt: skip
def test_levels(said: str, names: tuple[str, ...], weak: bool) -> None:
    level = levels_in(said)
    assert level is not None
    assert (level.names, level.rest, level.weak) == (names, (), weak)


@pytest.mark.parametrize(
    ("source", "title", "link", "minutes"),
    [
        ("[AWS Tutorial: A VM](https://e.org/vm) (time: 30 min)", "AWS Tutorial: A VM", "https://e.org/vm", 30),
        ("1. ***Video: Why?*** -- elapsed time: 20 mins", "Video: Why?", None, 20),
        ("-Video: Why?(https://e.org/w?a=1&b=2)(15min)", "Video: Why?", "https://e.org/w?a=1&b=2", 15),
        ("* [Intro Lab ~20 mins](https://e.org/i)", "Intro Lab", "https://e.org/i", 20),
        ("#### Video: Kubernetes in 5 Minutes (4 min)", "Video: Kubernetes in 5 Minutes", None, 4),
        ("#### Video: Kubernetes in 5 Minutes", "Video: Kubernetes in 5 Minutes", None, None),
        ("3. LAMP on Amazon Linux 2 - 30 min", "LAMP on Amazon Linux 2", None, 30),
        ("30 min - [Kings](https://e.org/k)", "Kings", "https://e.org/k", 30),
        ("* Ser - https://e.org/ser - 20 min", "Ser", "https://e.org/ser", 20),
        ("1. [Pins](https://e.org/p) **45m**", "Pins", "https://e.org/p", 45),
        ("* [Go](https://e.org/g) `10 min`", "Go", "https://e.org/g", 10),
        ("* **Stitch** ([video](https://e.org/s)), ~20 min: in and out", "Stitch", "https://e.org/s", 20),
        ("- [x] [Beginner] [Fifths](https://e.org/f) (25m)", "Fifths", "https://e.org/f", 25),
        ("### Docker (no. 2) - Part (b)", "Docker (no. 2) - Part (b)", None, None),
        ("- Docker (intro) - 20 min", "Docker (intro)", None, 20),
        ("- [Docker (part 1)](https://e.org/d) | 20 min", "Docker (part 1)", "https://e.org/d", 20),
        ("- Lab: VM (EC2) – 2018-10-29", "Lab: VM (EC2)", None, None),
        ("- A/B testing / 20 min", "A/B testing", None, 20),
        ("- Tides @ https://e.org/t", "Tides", "https://e.org/t", None),
        ("- Smith & Co. - 20 min", "Smith & Co.", None, 20),
        ("Wikipedia(https://e.org/a_(b))", "Wikipedia", "https://e.org/a_(b)", None),
        ("#### 📺 [Grids](https://e.org/g) ⏱️ 40 min", "Grids", "https://e.org/g", 40),
        ("### 1.1 Lenses (Total: 2h)", "Lenses", None, 120),
        ("### 2.3. Lasers `15 min`", "Lasers", None, 15),
        ("##### 1.1 [Intermediate] Video: Lenses", "Video: Lenses", None, None),
        ("-Quiz: Tides(https://e.org/t) (20 min", "Quiz: Tides", "https://e.org/t", 20),
        ("* **Video: Tides** (https://e.org/t) 15 min", "Video: Tides", "https://e.org/t", 15),
        ("- **2023-09-04** Tides — 15 min", "Tides", None, 15),
        ("### Video: Why Tides? 10 mins", "Video: Why Tides?", None, 10),
        ("*Tides* ([video](https://e.org/t), 20 min)", "Tides", "https://e.org/t", 20),
        ("Quiz: [Tides](https://e.org/t), 20 minutes.", "Quiz: Tides", "https://e.org/t", 20),
        ("- [Tides](https://e.org/t) (1:30 h)", "Tides", "https://e.org/t", 90),
        ("- [Tides](https://e.org/t) (12:34 min)", "Tides", "https://e.org/t", 13),
        ("- [Tides](https://e.org/t) (12:34)", "Tides (12:34)", "https://e.org/t", None),
        ("- [Tides](https://e.org/t) (video, 30 min)", "Tides", "https://e.org/t", 30),
        ("- [Tides](https://e.org/t) (with Ann, 30 min)", "Tides (with Ann)", "https://e.org/t", 30),
        ("- [Tides](https://e.org/t) | YouTube | 30 min | done", "Tides", "https://e.org/t", 30),
        ("- [Tides](https://e.org/t) (20 min planned, 35 min spent)", "Tides", "https://e.org/t", 35),
        ("### [Tides](https://e.org/t) `paper` `2 h`", "Tides", "https://e.org/t", 120),
        ("**[Tides, Vol. 1](https://e.org/t)** - 2 h", "Tides, Vol. 1", "https://e.org/t", 120),
        (":ocean: [Tides](https://e.org/t) :clock1: 20 min", "Tides", "https://e.org/t", 20),
        ("- [X](https://e.org/x) - done", "X", "https://e.org/x", None),
    ],
)
def test_heads(source: str, title: str, link: str | None, minutes: int | None) -> None:
    found = head(source)
    assert (found.title, found.facts.link) == (title, link)
    assert (found.facts.time.minutes if found.facts.time else None) == minutes


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("_Video, 17 min, https://e.org/t_", {"link", "time", "kind"}),
        ("30 min - done", {"time", "status"}),
        ("20 min planned, 35 min spent", {"estimate", "time"}),
        ("[Watch it here](https://e.org/t)", {"link"}),
        ("Link: [The tides](https://e.org/t)", {"link"}),
        ("Level: beginner | 2023-09-04", {"levels", "date"}),
        ("[The tides](https://e.org/t)", set()),
        ("Video", set()),
    ],
)
def test_facts(source: str, names: set[str]) -> None:
    found = facts_in(spelled(lines.read(source)[0])) or Facts()
    assert {name for name, value in found._asdict().items() if value} == names


def test_boxes_and_levels_of_a_head() -> None:
    found = head("- [x] [Advanced] Chords - 2020/03/01").facts
    assert (found.status, found.levels, found.date) == ("done", ("advanced",), Date("2020-03-01"))
    assert head("- [ ] Chords").facts.status == "planned"
    assert head("- Chords").facts.status is None
    assert heads.read(lines.read("- one\n- two - 10 min. And more.")[1]).more
