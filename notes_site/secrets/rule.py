"""What a rule is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple


class Rule(NamedTuple):
    """One kind of secret. `signs`: without any of these in the text the expression is not even compiled. The group
    `secret`, or the whole match without one, is the secret, unless `harmless` says that the match is none.

    `scope` and `word` save time. For `words` and `token` the signs are sought in the long words of a text alone, and a
    token begins with a sign (or holds what stands behind a `*`); its `pattern` is a form as in `tokens`. `word`: no
    secret of the kind has white space in it.
    """

    what: str
    mend: str
    signs: tuple[str, ...]
    pattern: str
    harmless: Callable[[re.Match[str]], bool]
    scope: Literal["text", "words", "token"] = "text"
    word: bool = False


def secret_of(match: re.Match[str]) -> str | int:
    """Return which group of a match is the secret."""
    return "secret" if "secret" in match.re.groupindex else 0
