"""Times spent, as people write them into heads and lines: `Time: ~20 min`, `took me 1h 10`, `20 + 15 min`. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from notes_site.base import durations
from notes_site.base.errors import Problem

_TIME_NOUNS = r"tiempo|dura[cç](?:i[oó]n|[ãa]o)|zeit|dauer|temps|dur[ée]e|时间|用时"
_LABEL_WORDS = (
    "the total elapsed estimated estimate planned expected actual overall study studying learning watch reading video "
    "lab time times duration length spent spend spending took takes take taken it this me i we you us needed required "
    "used to complete completed finish finished learn in was is of for cost costs minute minutes min mins hour hours "
    "hr hrs"
)
_LABEL = re.compile(rf"(?:(?:{_LABEL_WORDS.replace(' ', '|')}|{_TIME_NOUNS})\b[\s:：=–—-]*)+", re.IGNORECASE)
_SAYS_TIME = re.compile(
    rf"\b(?:times?|total|duration|elapsed|spen[dt]|spending|took|takes?|taken|length|min(?:ute)?s?|hours|"
    rf"estimate|planned|{_TIME_NOUNS})\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(r"\b(?:estimated?|planned|expected)\b", re.IGNORECASE)
_ABOUT = re.compile(
    rf"(?:(?:{durations.ABOUT}|[±<>]|almost|nearly|over|under|more than|less than|at least|up to|just|only|maybe)\s*)*",
    re.IGNORECASE,
)
_NUMBER = r"\d+(?:[.,]\d+)?\s?[½¼¾]?"
_UNIT = durations.UNIT
_ONE = rf"{_NUMBER}\s*-?\s*{_UNIT}(?:\s*(?:,|and|&)?\s*\d+(?:[.,]\d+)?\s*(?:{_UNIT}|(?![\w:.])))?"
_PART = rf"{_ONE}\s+(?!spent|actual|planned|estimated|expected|of\b)\w+"
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "fifteen": 15, "twenty": 20,
          "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}  # fmt: skip
_DURATION = re.compile(
    rf"""
    (?P<sum>   \d+ (?:\s*\+\s*\d+)+ \s*{_UNIT} | {_ONE} (?:\s*\+\s*{_ONE})+
             | {_PART} (?:\s*(?:,|\+|&|and)\s*{_PART})+ )
  | (?P<span>  \d{{1,2}}[:.]\d\d \s*(?:[-–—]|to)\s* \d{{1,2}}[:.]\d\d )
  | (?P<range> {_NUMBER} \s*(?:{_UNIT})?\s* (?:[-–—]|to) \s*{_ONE} )
  | (?P<one>   {_ONE} | PT\d[\dHMS]+ | (?:an?\ )?half\ (?:an\ )?hour | an?\ hour(?:\ and\ a\ half)? | a\ minute )
  | (?P<word>  {"|".join(_WORDS)} )(?P<half>\ and\ a\ half)?[ -](?P<unit>hours?|minutes?|mins?)
  | (?P<clock> \d{{1,3}}:\d\d (?::\d\d)? (?:\s*{_UNIT})? )
  | (?P<bare>  \d{{1,3}} )(?![\w.,:/-])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SUMMAND = re.compile(rf"{_NUMBER}(?:\s*-?\s*{_UNIT})?(?:\s*\d+\s*-?\s*{_UNIT})*", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(?:$|[.,;!…)\]+]|(?<=\.\s)|(?:in total|total|altogether|all in all|spent|planned|estimated|expected|long|each|"
    r"ish|or so|approx|work|video|reading|read|lab|of|including|to|for|on|with|watching|and)\b)",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"(?:(?:elapsed )?time(?: spent)?|duration|spent)\s*[:=-]\s*(?:min(?:ute)?s?|h(?:ou)?rs?|tbd|n/?a|[?…-]+|\.\.\.)?",
    re.IGNORECASE,
)
_TRIM = " \t*_`~|:;,.–—-=>•·⏱🕐🕒⌛⏳️"
_SHORT = 20  # characters behind a time that may be a remark about it


class Time(NamedTuple):
    """A time: whole minutes, None when it was left open or (with a `doubt`) cannot be told.

    `said`: 2 when a label says that it is a time spent (`Time: ...`), 1 when a sentence does, else 0. `planned`: how
    long it was thought to take. `rest` is what stands behind it.
    """

    minutes: int | None
    said: int
    rest: str = ""
    doubt: str = ""
    planned: bool = False


def time_in(text: str, *, line: bool = False) -> Time | None:
    """Return the time that a piece of text is; with `line`, the time with which a line begins.

    A bare number needs a word such as `time` before it. A duration within a sentence is none.
    """
    plain = text.strip().lstrip(_TRIM)
    if _OPEN.fullmatch(plain.rstrip(" *_`)")):
        return Time(None, 2)
    label = _LABEL.match(plain)
    said = 0 if not label or not _SAYS_TIME.search(label[0]) else 2 if re.search("[:：=]", label[0]) else 1
    if label and not said:
        return None
    about = _ABOUT.match(plain, label.end() if label else 0)
    found = _DURATION.match(plain, about.end() if about else 0)
    if not found or not (_AFTER.match(plain, found.end()) or (said and not line)):
        return None
    rest = plain[found.end() :]
    alone = not rest.strip(_TRIM + "()[]!")
    if (found["bare"] and not (said and alone)) or (found["clock"] and not said and found[0][-1].isdigit()):
        return None
    remark = len(rest) <= _SHORT and (rest[:1] in ".,;…" or rest == rest.casefold())
    if not (alone or remark or (line and said)):
        return None
    planned = _PLANNED.search(label[0] if label else rest[:_SHORT]) is not None
    return _time(found, Time(None, said, rest.strip(), planned=planned))


def _time(found: re.Match[str], time: Time) -> Time:
    text = " ".join(found[0].split())
    if found["range"]:
        return time._replace(doubt=f"`{text}` is a range")
    if found["clock"] and text[-1].isdigit() and text.count(":") == 1:
        return time._replace(doubt=f"`{text}` may be hours or minutes")
    try:
        return time._replace(minutes=_minutes(found, text))
    except Problem as bad:
        return time._replace(doubt=str(bad))


def _minutes(found: re.Match[str], text: str) -> int:
    if found["sum"]:
        parts = _SUMMAND.findall(text)
        unit = re.search(rf"{_UNIT}$", text, re.IGNORECASE)
        return sum(durations.parse(f"{part} {unit[0]}" if unit and part.isdigit() else part) for part in parts)
    if found["span"]:
        hours, minutes, until_hours, until_minutes = map(int, re.findall(r"\d+", text))
        return (until_hours * 60 + until_minutes - hours * 60 - minutes) % (24 * 60)
    if found["word"]:
        number = _WORDS[found["word"].casefold()] + (0.5 if found["half"] else 0)
        return durations.parse(f"{number} {found['unit']}")
    if found["clock"] and text.endswith("min"):
        return durations.parse(text.replace(":", " min ").removesuffix("min") + "s")
    return durations.parse(text)
