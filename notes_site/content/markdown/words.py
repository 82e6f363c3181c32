"""Counting words."""

from __future__ import annotations

import re

# Chinese and Japanese are written without spaces: each of their characters counts as a word.
_CJK = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’.-][^\W{_CJK}]+)*")


def count_words(text: str) -> int:
    """Return the number of words: runs of letters and digits (`don't` is one), or single CJK characters."""
    return sum(1 for _ in _WORD.finditer(text))
