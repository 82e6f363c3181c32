"""Languages: which way a text runs."""

from __future__ import annotations

import pytest

from notes_site.base.language import attributes, direction


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "ltr"), ("ar", "rtl"), ("AR-eg", "rtl"), ("he", "rtl"), ("ur-PK", "rtl"), ("de-AT", "ltr"),
        ("ku", "ltr"), ("ku-Arab", "rtl"), ("ar-Latn", "ltr"), ("az-Arab-IR", "rtl"), ("art", "ltr"),
    ],
)  # fmt: skip
def test_direction(tag: str, expected: str) -> None:
    assert direction(tag) == expected


def test_attributes() -> None:
    assert attributes("") == ""
    assert attributes("de") == ' lang="de"'
    assert attributes("ar") == ' lang="ar" dir="rtl"'
    assert attributes("fa", "ar") == ' lang="fa"'
    assert attributes("en", "ar") == ' lang="en" dir="ltr"'
