"""Secrets and what looks like them, made of patterns: none stands in a file in one piece.

In a pattern `{w36}` is 36 characters of a class (letters and digits; the others are in `CLASSES`), `{g}` a UUID, and
`\\n` the end of a line.
"""

from __future__ import annotations

import base64
import random
import re
import string
import uuid
from pathlib import Path

_DIGITS = string.digits
CLASSES = {
    "w": string.ascii_letters + _DIGITS,
    "b": string.ascii_letters + _DIGITS + "+/",
    "i": string.ascii_letters + _DIGITS + "_-",
    "z": string.ascii_lowercase + _DIGITS,
    "u": string.ascii_uppercase + _DIGITS,
    "l": string.ascii_letters,
    "x": "0123456789abcdef",
    "d": _DIGITS,
    "k": string.ascii_lowercase + "234567",
    "K": string.ascii_uppercase + "234567",
    "A": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}


def patterns(name: str) -> list[str]:
    """Return the lines of a file of patterns."""
    return (Path(__file__).parent / "leaks" / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def made(pattern: str, seed: int) -> str:
    """Return a text of a pattern; what is random ends in letters and digits, as secrets do."""
    chance = random.Random(seed)

    def part(match: re.Match[str]) -> str:
        kind = match[1]
        if kind == "g":
            return str(uuid.UUID(int=chance.getrandbits(128)))
        if kind == "acct":
            return str(chance.randrange(210_000_000_000, 980_000_000_000))
        if kind == "basic":
            return base64.b64encode(f"ada:{''.join(chance.choices(CLASSES['w'], k=14))}".encode()).decode()
        text = "".join(chance.choices(CLASSES[kind[0]], k=int(kind[1:])))
        return re.sub("^[^A-Za-z0-9]|[^A-Za-z0-9]$", "x", text)

    return re.sub(r"\{(g|acct|basic|[a-zA-Z][0-9]+)\}", part, pattern).replace("\\n", "\n")


def aws(pattern: str, seed: int) -> tuple[str, str]:
    """Return a spelling of a pair of keys, and the secret one as it stands in it."""
    key = made("AK" + "IA{K16}", seed)
    secret = made("{b9}/{b15}+{b14}" if seed % 7 == 3 else "{b40}", seed + 1)
    forms = {
        "SECRET": secret,
        "BASE64": base64.b64encode(secret.encode()).decode(),
        "SLASHED": secret.replace("/", "\\/"),
        "PLUSSED": secret.replace("+", "\\+"),
        "QUOTED": secret.replace("/", "%2F").replace("+", "%2B"),
    }
    form = next(name for name in forms if f"{{{name}}}" in pattern)
    text = pattern.replace("\\n", "\n").replace("{ID}", key).replace(f"{{{form}}}", forms[form])
    return text, forms[form]
