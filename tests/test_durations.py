"""Durations: the grammar by examples, and the laws that hold for all of it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base.durations import LIMIT, parse, show
from notes_site.base.errors import Problem

GRAMMAR = """
    0 = 0              | 30 = 30             | 30 min = 30        | 30min = 30          | 30 minutes = 30
    1h = 60            | 1h 10m = 70         | 1 hour 10 minutes = 70                   | 1h10 = 70
    1.5 hours = 90     | 1,5 h = 90          | 1:30 = 90          | ~20 min = 20        | approx. 20 min = 20
    PT1H30M = 90       | half an hour = 30   | 90s = 2            | 1½ h = 90           | ½ h = 30
    1 H 5 Min. = 65    | 1 hr, 5 mins = 65   | 2 hrs and 1 minute = 121                 | 1h10min = 70
    an hour = 60       | an hour and a half = 90                  | a quarter of an hour = 15
    pt90m = 90         | P1DT2H = 1560       | PT0.5H = 30        | PT45S = 1           | 1:30:45 = 91
    about 1h = 60      | c. 5 min = 5        | ~ 20 = 20          | ≈1:05 = 65          | 1:30 h = 90
    10 s = 1           | 0 min = 0           | 0:00 = 0           | .5 h = 30           | 100:00 = 6000
    1 min 30 s = 2     | 1 h 1 m 1 s = 61    | 007 = 7            | 10000 h = 600000    | 1 h + 5 min = 65
    45-minute = 45     | 1,5 Std. = 90       | 2 heures = 120      | 20 minutos = 20     | 1小时30分钟 = 90
"""
REFUSED = """
    | words | -5 | −5 min | 1:75 | 1:5 | 1:30:99 | 20-30 min | 20 min to 1 h | 20 – 30 | 1h 75m | 1.5h 10m | 1.5
    | 2 days | 1 week | 10001 h | 600001 | 99999999999 | 1h1h | 10m 1h | 1h 2m 3 | PT | P | P1M | P1Y | h | min
    | 1,200 min | +5 | 1 2 | 30 min or so | 5 € | ٣ min | 1e3 | 0x1F | 1:30 min | two hours | 30 mn | 1h10x | ~ | 1/2 h
"""


@pytest.mark.parametrize("case", [case.strip() for case in re.split(r"[|\n]", GRAMMAR) if case.strip()])
def test_grammar(case: str) -> None:
    written, _, minutes = case.rpartition(" = ")
    assert parse(written) == int(minutes)


@pytest.mark.parametrize("written", [case.strip() for case in re.split(r"[|\n]", REFUSED)])
def test_refused(written: str) -> None:
    with pytest.raises(Problem) as bad:
        parse(written)
    assert f"`{written}`" in str(bad.value)
    assert bad.value.hint


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("1:75", "2 h 15 min"), ("1h 75m", "2 h 15 min"), ("1.5h 10m", "1 h 40 min"), ("1:5", "1:05"), ("1.5", "1.5 h"),
        ("20-30 min", "one number"), ("-5", "forward"),
    ],
)  # fmt: skip
def test_the_mend(written: str, mend: str) -> None:
    with pytest.raises(Problem) as bad:
        parse(written)
    assert mend in bad.value.hint


MINUTES = st.integers(0, LIMIT)

STYLES: list[Callable[[int, int], str]] = [
    lambda h, m: f"{h * 60 + m}",
    lambda h, m: f"{h * 60 + m} min",
    lambda h, m: f"{h * 60 + m}m",
    lambda h, m: f"{h}:{m:02}",
    lambda h, m: f"{h}:{m:02}:00",
    lambda h, m: f"{h}h{m:02}",
    lambda h, m: f"{h}h {m}m",
    lambda h, m: f"{h} h {m} min",
    lambda h, m: f"{h} hours and {m} minutes",
    lambda h, m: f"{h} hrs, {m} mins",
    lambda h, m: f"PT{h}H{m}M",
    lambda h, m: f"PT{h * 60 + m}M",
    lambda h, m: f"PT{(h * 60 + m) * 60}S",
    lambda h, m: f"{(h * 60 + m) * 60} s",
    lambda h, m: f"{h + m / 60:.4f} h" if m else f"{h} h",
    lambda h, m: f"{h + m / 60:.4f} hours".replace(".", ",") if m else f"{h}h",
]
MANNERS: list[Callable[[str], str]] = [
    str, str.upper, str.title, "~{}".format, "approx. {}".format, "About {}".format, " {} ".format, "ca. {}".format,
]  # fmt: skip


@given(MINUTES)
def test_what_is_shown_is_read_back(minutes: int) -> None:
    assert parse(show(minutes)) == minutes
    assert parse(str(minutes)) == minutes


@given(MINUTES, st.sampled_from(STYLES), st.sampled_from(MANNERS), st.sampled_from([" ", "  ", "\t", "\u00a0"]))
def test_every_style_says_the_same(
    minutes: int, style: Callable[[int, int], str], manner: Callable[[str], str], space: str
) -> None:
    assert parse(manner(style(*divmod(minutes, 60))).replace(" ", space)) == minutes


@given(st.one_of(st.text(), st.text("0123456789:.,hms min~PT½-+ ")))
def test_any_text_is_a_duration_or_refused(written: str) -> None:
    with contextlib.suppress(Problem):
        assert 0 <= parse(written) <= LIMIT


@pytest.mark.parametrize(("minutes", "shown"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (6070, "101 h 10 min")])
def test_shown(minutes: int, shown: str) -> None:
    assert show(minutes) == shown
