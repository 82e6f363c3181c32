"""Every problem that can be reported, by its code, and how grave it is.

What each means, what helps, and an example stand in tools/problems.toml, from which docs/problems.md is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal, NewType, get_args

Severity = Literal["error", "warning", "note"]

ErrorCode = Literal[
    "not-text", "file-too-large", "unreadable", "not-a-file", "bad-name", "link-dangling", "link-loop",
    "link-outside", "no-content", "changed", "same-output", "no-address", "reserved-name", "name-too-long",
    "bad-alias", "foreign-file", "bad-record", "front-matter-open", "front-matter-toml", "front-matter-json",
    "front-matter-late", "front-matter-size", "no-fields", "quote-value", "missing-space", "missing-colon",
    "unbalanced-brackets", "bad-indent", "tab-indent", "bad-character", "duplicate-key", "yaml-syntax",
    "yaml-depth", "yaml-key", "yaml-alias", "yaml-anchor", "yaml-tag", "yaml-merge", "yaml-directive",
    "yaml-documents", "unknown-level", "slow-code", "toml-syntax", "bad-setting", "unknown-style", "no-logo",
    "template-syntax", "template-error", "template-unsafe", "template-endless", "no-template",
    "dynamic-template",
]  # fmt: skip
"""Nothing is published while such a problem stands."""
WarningCode = Literal[
    "windows-name", "unknown-kind", "unknown-key", "unsupported-key", "given-twice", "one-area", "cut-value",
    "time-differs", "leak", "broken-link", "broken-image", "broken-anchor", "link-to-draft", "unsafe-link",
    "unused-reference", "duplicate-reference", "unused-footnote", "duplicate-footnote", "duplicate-id",
    "bad-character", "turned-text", "unclosed-comment", "large-code", "lexer-failed", "long-paragraph", "too-deep",
    "wide-table", "extra-cells", "unclosed-html", "html-removed", "refused-attribute", "unknown-setting",
    "missing-image", "file-refused", "import-encoding",
]  # fmt: skip
"""Published all the same; an error under `--strict`."""
NoteCode = Literal[
    "left-out", "only-comments", "ignored-key", "future-date", "no-time", "no-link", "not-searched", "few-leak-rules",
    "undefined-footnote", "empty-heading", "plain-title", "hidden-text", "shown-as-text", "unknown-language",
    "code-option", "no-base-url",
]  # fmt: skip
"""Worth knowing, never counted."""

FieldCode = NewType("FieldCode", str)
"""That of a value which a field of front matter cannot take: an error."""

Code = ErrorCode | WarningCode | NoteCode | FieldCode

_SEVERITIES: Final[dict[str, Severity]] = {
    **dict.fromkeys(get_args(NoteCode), "note"),
    **dict.fromkeys(get_args(ErrorCode), "error"),
    **dict.fromkeys(get_args(WarningCode), "warning"),
}
REFUSED_BY_DEPLOY: Final[Mapping[str, tuple[WarningCode, ...]]] = {
    "leaks": ("leak",),
    "broken-links": ("broken-link", "broken-image", "broken-anchor"),
}
"""What `deploy` refuses to publish, by the name under which `--allow` lets it pass."""


def severity_of(code: Code) -> Severity:
    """Return how grave a problem is: that of a field is an error; `bad-character`, which may be either, a warning."""
    return _SEVERITIES.get(code, "error")


def field_code(name: str) -> FieldCode:
    """Return the code of a value that the front matter's field of that name cannot take."""
    return FieldCode(f"bad-{name}")


def refused(problems: Mapping[str, int], allowed: Collection[str] = ()) -> dict[str, int]:
    """Return how many problems stop a deploy, by what it must allow to go on. `problems`: how many by code."""
    found = {name: sum(problems.get(code, 0) for code in codes) for name, codes in REFUSED_BY_DEPLOY.items()}
    return {name: number for name, number in found.items() if number and name not in allowed}


def counted(numbers: Mapping[str, int]) -> str:
    """Return what `refused` found in words: `1 leak, 2 broken links`."""
    words = ((n, name.replace("-", " ")) for name, n in numbers.items())
    return ", ".join(f"{n} {word.removesuffix('s') if n == 1 else word}" for n, word in words)
