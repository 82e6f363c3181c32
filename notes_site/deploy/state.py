"""JSON that deploys keep: the build's record, the lock, the manifest. Anybody may have written what is read. Pure."""

from __future__ import annotations

import json
from typing import Any


def parse(data: bytes) -> dict[str, Any]:
    """Return the object in a JSON text (RFC 8259).

    Raises:
        ValueError: it is no object, too deep, or has a number that is none.
    """
    try:
        found = json.loads(data, parse_constant=_number, parse_float=_number)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _number(text: str) -> float:
    number = float(text)
    if number - number != 0:  # NaN, or infinite
        raise ValueError(text)
    return number
