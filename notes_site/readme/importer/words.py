"""Words by which headings and lines say what they are, in any course: `Week 3: ...`, `Contents`, `Total`. Pure.

Beside English a few words of Spanish, German, French, Portuguese and Chinese: those of areas, levels and time.
"""

from __future__ import annotations

import re

TIMES = r"tiempo|dura[cç](?:i[oó]n|[ãa]o)|zeit|dauer|temps|dur[ée]e|时间|用时"
LEVEL = r"levels?|lvl|nivel|niveau|nível|stufe"
LEVELS: dict[str, tuple[str, ...]] = {
    "beginner": (
        *("beginner", "beginners", "basic", "introductory", "elementary", "novice", "easy", "starter"),
        *("básico", "principiante", "anfänger", "débutant", "iniciante", "初级", "入门"),
    ),
    "intermediate": (
        *("intermediate", "medium", "moderate", "middle"),
        *("intermedio", "mittel", "intermédiaire", "intermediário", "中级"),
    ),
    "advanced": (
        *("advanced", "expert", "hard", "proficient"),
        *("avanzado", "fortgeschritten", "avancé", "avançado", "高级"),
    ),
}
"""The usual levels, each with the words that mean it; its own name may be misspelt."""

_PART = "area|module|unit|week|chapter|part|section|topic|lesson|theme|subject|block"
_ANY_PART = f"{_PART}|área|módulo|tema|semana|bereich|thema|modul|woche|domaine|semaine"
_NUMBERED = re.compile(
    r"\s*(?:area|module|unit)\s*:\s*|"
    rf"\s*(?:{_ANY_PART})\s*(?:#\s*)?"
    r"(?:\d{1,3}\b(?:\s*[:.)–—-]+\s*|\s+|$)|(?-i:[IVX]{1,4}|[A-Z])(?:\s*[:.)–—-]+\s*|$))",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"\s*(?:\d{1,3}(?:\.\d{1,2})*[.):]|\d{1,2}(?:\.\d{1,2})+(?!\s*(?:h(?:\b|rs?\b|ou)|m(?:in|\b)))|#\d{1,3}[.:]?|(?:[A-Z]|[IVX]{1,4})[.)])\s+"
)
"""What counts a title: `3.`, `1.1`, `#2`, `IV.`."""

SHORTCODE = r"(?<!\w):[a-z+-][a-z0-9_+-]*:(?!\w)"
SIGN = rf"(?:[←-⯿\U0001F300-\U0001FAFF]\ufe0f?|{SHORTCODE})"
"""A picture such as a clock, or an arrow; GitHub's `:clock1:` too."""

_SIGNS = re.compile(rf"^(?:{SIGN}|[^\w\"'“‘(\[&.])+")  # pictures and the like before a name
_SUM = re.compile(
    r"\W*(?:(?:grand|sub|week(?:ly)?|course|overall)?[ -]?(?:totals?|sums?)(?: (?:time|hours|minutes|spent))*|overall|"
    r"altogether|suma|summe|gesamt|somme|soma|合计|总计)\W*",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"\W*(?:(?:\w+\s+)?(?:table of )?contents?|toc|index|outline|overview)\W*", re.IGNORECASE)
_LABEL = re.compile(
    r"\W*(?:links? to (?:\w+ )?\w+:|(?:(?:the|it|this|link|watch|read|see|view|open|click|to|on|at|from)\b[\s:]*)*"
    r"(?:videos?|lab|tutorial|course|article|book|lecture|talk|podcast|lesson|exercise|workshop|paper|guide|docs?|"
    r"documentation|manual|blog|post|project|quiz|webinar|screencast|reading|slides|demo|links?|sources?|urls?|"
    r"website|resource|address|page|here|from|at|see))\W*",
    re.IGNORECASE,
)


def is_label(text: str) -> bool:
    """Tell whether a text only says what sort of thing is linked: `Link`, `the video`, `Watch it here`."""
    return _LABEL.fullmatch(text) is not None


def is_sum(text: str) -> bool:
    """Tell whether a text is the word before a sum: `Total`."""
    return _SUM.fullmatch(text) is not None


def is_numbered(text: str) -> bool:
    """Tell whether a heading counts parts of the course: `Area 1: Cloud`, `Module B`."""
    return _NUMBERED.match(text) is not None


def is_contents(text: str) -> bool:
    """Tell whether a heading stands above a table of contents."""
    return _CONTENTS.fullmatch(text) is not None


def name_of(text: str) -> str:
    """Return a heading's name without what counts it, unless that is all: `Area 1: Cloud Apps` is `Cloud Apps`."""
    rest = _SIGNS.sub("", text).strip()
    for form in (_NUMBERED, NUMBER):
        found = form.match(rest)
        if found and rest[found.end() :][:1] not in ("", "("):
            rest = rest[found.end() :]
    return " ".join(rest.strip(" \t:*_-–—#.").split()) or text.strip()
