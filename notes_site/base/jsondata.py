"""JSON that somebody else may have written, damaged or made to harm. Pure."""

from __future__ import annotations

import json
import math
from typing import Any

LARGEST = 100_000_000
"""Bytes of the largest document that is read: a build record of a million files."""


def decode(data: bytes | str) -> Any:
    """Return the value in a JSON document (RFC 8259).

    Raises:
        ValueError: it is none, is too large or too deep, or has a number that is none (`NaN`) or infinite (`1e999`).
    """
    if len(data) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes")
    try:
        return json.loads(data, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError("nested too deep") from None


def decode_object(data: bytes | str) -> dict[str, Any]:
    """Return the object in a JSON document.

    Raises:
        ValueError: as `decode` does, or it is another value.
    """
    found = decode(data)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(f"no number: {written}")
    return number
