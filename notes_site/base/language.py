"""Language tags (BCP 47), and what they say about a text: `lang` and `dir`. Pure."""

from __future__ import annotations

import re

TAG = "[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"
"""A pattern for a language tag."""

# Languages and scripts that run from right to left (Unicode CLDR, likely subtags and script metadata).
_LANGUAGES = frozenset(
    (  # noqa: SIM905
        "acm ajp apc ar arc ary arz azb bal ckb dv fa glk he iw ji ks lrc mzn nqo pnb prs ps rhg sd sdh skr syc syr ug "
        "ur yi"
    ).split()
)
_SCRIPTS = frozenset("adlm arab aran hebr mand mend nkoo rohg samr syrc thaa".split())  # noqa: SIM905


def is_language_tag(text: str) -> bool:
    """Return whether a text has the form of a language tag: `en`, `pt-BR`."""
    return re.fullmatch(TAG, text) is not None


def direction(tag: str) -> str:
    """Return `rtl` or `ltr` for a language tag (BCP 47): its script decides where it names one."""
    language, *more = tag.lower().split("-")
    script = next((part for part in more if len(part) == 4 and part.isalpha()), "")
    return "rtl" if (script in _SCRIPTS if script else language in _LANGUAGES) else "ltr"


def attributes(tag: str, around: str = "en") -> str:
    """Return the HTML attributes of a text in a language, each after a space, '' for no tag. `around`: the language of
    what it stands in; `dir` is there where the direction is another.
    """
    if not tag:
        return ""
    turned = direction(tag) != direction(around)
    return f' lang="{tag}"' + (f' dir="{direction(tag)}"' if turned else "")
