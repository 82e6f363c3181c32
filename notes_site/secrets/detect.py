"""Secrets that stand in a text by accident: keys, tokens, passwords, account numbers. Pure.

Only what has a form or a label of its own is looked for, so that a warning is nearly always right; a password in plain
words is not found. What a text shows as an example (`AKIAIOSFODNN7EXAMPLE`, `123456789012`, `<password>`) is no leak.
"""

from notes_site.secrets.files import check_file, check_names
from notes_site.secrets.finding import Leak, find
from notes_site.secrets.messages import PASSES, check, fingerprint, hide, secrets
from notes_site.secrets.names import private
from notes_site.secrets.reading import LARGEST, as_text, is_media

__all__ = [
    "LARGEST",
    "PASSES",
    "Leak",
    "as_text",
    "check",
    "check_file",
    "check_names",
    "find",
    "fingerprint",
    "hide",
    "is_media",
    "private",
    "secrets",
]
