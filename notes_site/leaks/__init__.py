"""Secrets that stand in a text by accident: keys, tokens, passwords, account numbers. Pure.

Only what has a form or a label of its own is looked for, so that a warning is nearly always right; a password in plain
words is not found. What a text shows as an example (`AKIAIOSFODNN7EXAMPLE`, `123456789012`, `<password>`) is no leak.
"""

from notes_site.leaks.finding import Leak, find
from notes_site.leaks.telling import check, fingerprint

__all__ = ["Leak", "check", "find", "fingerprint"]
