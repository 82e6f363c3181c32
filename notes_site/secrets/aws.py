"""What a course on Amazon's cloud leaks: pairs of keys in all their spellings, session tokens, account numbers.

A secret key has no form of its own: it is forty random characters that stand behind a label, or near a key's id. So the
value is found first, and then what stands before it is read without its markup.
"""

from __future__ import annotations

import re
from base64 import b64decode

from notes_site.secrets.examples import is_example, is_example_number, is_plain
from notes_site.secrets.rule import Rule

_MEND = "deactivate the key in IAM, make a new one, and take this one out"
_SECRET = (
    r"(?:(?<![A-Za-z0-9/+])|(?<=A[KS]IA[A-Z2-7]{16}/))"
    r"(?P<secret>(?:[A-Za-z0-9/+]|%2[BFbf]){40})(?![A-Za-z0-9/+_-])"
)
_BEFORE = 200  # characters in which a label is looked for
_NO_LESS = r"(?<![A-Za-z0-9+])(?<![A-Za-z0-9+]/)"  # else it is a part of base 64; not so in https://AKIA...
_ID = rf"{_NO_LESS}(?:AKIA|ASIA)[A-Z2-7]{{16}}(?![A-Za-z0-9+])"
_MARKUP = r"<[^<>\n]{0,80}>|&(?:nbsp|quot|apos|lt|gt|#[0-9]{1,5}|#x[0-9a-fA-F]{1,4});"
_SECRET_LABEL = (
    r"(?:(?:aws|amazon|s3)[\W_]{0,3})?secret[\W_]{0,3}(?:access[\W_]{0,3})?key|"
    r"key[\W_]{0,3}secret|(?:aws|amazon|s3)[\W_]{0,3}secret"
)
_SESSION_LABEL = r"(?:session|security)[\W_]{0,3}token"
_BETWEEN = (
    r"(?:(?:[ ]\w{1,20}){1,5}(?=[ ]?[:=]|[ ]is\b)|"  # for the lab account:
    r"\[[^\]\n]{0,40}\]|\([^)\n]{0,40}\)|"  # [None], (keep it safe)
    r"[^\w\n]|_|\n(?!(?:[^\w\n]*\n){3})|"  # signs; and ends of lines, of which three in a row hold a word
    r"\b(?:[a-z]|value|default|is|was|string|str|type|text|data|none|new|secret)\b)*+\Z"
)
"""Between a label and its value. Possessive: no way through is tried twice."""
_PUBLISHED = (
    # Elastic Load Balancing, which writes access logs (its guide, "Enable access logs")
    "127311923021 033677994240 027434742980 797873946194 098369216593 754344448648 589379963580 718504428378 "
    "383597477331 600734575887 114774131450 783225319266 582318560864 985666609251 054676820928 156460612806 "
    "652711504416 635631232127 009996457667 897822967062 076674570225 507241528517 048591011584 190560391635 "
    "638102146993 037604701340 "
    # Amazon EKS (its guide, "View Amazon container image registries for Amazon EKS add-ons")
    "602401143452 877085696533 800184023465 533267051163 296578399912 900889452093 491585149902 151610086707 "
    "333609536671 121268973566 761377655185 918309763551 961992271922 900612956339 590381155156 455263428931 "
    "066635153087 558608220178 759879836304 730335286997 151742754352 013241004608 "
    # Amazon SageMaker and deep learning containers
    "763104351884 683313688378 811284229777 "
    # layers for Lambda: Powertools (Python, TypeScript), SDK for pandas, Insights, secrets, OpenTelemetry
    "017000801446 094274105915 336392948345 580247275435 012438385374 519774774795 194566237122 891564319516 "
    "439286490199 488211338238 339249233099 352183217350 033019950311 285320876703 732604637566 177933569100 "
    "590474943231 901920570463 615299751070 "
    # owners of machine images: Amazon (Linux, Windows, ECS, Marketplace), Canonical, Debian, Red Hat, Fedora, SUSE
    "137112412989 801119661308 591542846629 679593333241 099720109477 136693071363 309956199498 125523088429 "
    "013907871322 "
    "386209384616"  # billing reports of AWS
)
"""Accounts that guides name and everybody's policies hold. One text: the spaces keep numbers apart."""
_EMPHASIS = r"[*_`]{0,3}"
_BEFORE_ACCOUNT = {
    ":": rf"\barn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:{_EMPHASIS}\Z",
    "/": rf"\bsqs\.[a-z0-9-]+\.amazonaws\.com/{_EMPHASIS}\Z",
    ".": rf"(?<![0-9]){_EMPHASIS}\Z",
    "": r"(?i:aws[\W_]{0,3}account(?:[\W_]{0,3}(?:id|number|no))?|account[_-]?id|\"account\")"
    r"[\"'`*_]{0,4}\s{0,3}[=:|]?\s{0,3}[\"'`*_]{0,4}\Z",
}
"""What stands before an account's number, by what stands behind it."""


def _is_example(match: re.Match[str]) -> bool:
    return is_example(match[0])


def _is_no_secret_key(match: re.Match[str]) -> bool:
    """An example, a digest or a path; or nothing near says that it is one."""
    return is_plain(match["secret"]) or not (_labelled(match, _SECRET_LABEL) or _beside_id(match))


def _is_no_encoded_key(match: re.Match[str]) -> bool:
    """Base 64 of anything but forty characters behind a label, as in a Secret of Kubernetes."""
    decoded = b64decode(match["secret"]).decode("ascii", "replace").strip()
    key = re.fullmatch("[A-Za-z0-9/+]{40}", decoded)
    return key is None or is_plain(decoded) or not _labelled(match, _SECRET_LABEL)


def _is_no_session_token(match: re.Match[str]) -> bool:
    return is_example(match["secret"]) or not _labelled(match, _SESSION_LABEL)


def _labelled(match: re.Match[str], label: str) -> bool:
    """Tell whether a label stands before a value, with nothing but signs, markup and a few words between."""
    start = match.start("secret")
    before = match.string[max(start - _BEFORE, 0) : start].lower()
    spellings = (before, re.sub(_MARKUP, " ", before))  # a tag is markup, or the label itself
    return any(re.match(_BETWEEN, text[found.end() :]) for text in spellings for found in re.finditer(label, text))


def _beside_id(match: re.Match[str]) -> bool:
    """Tell whether the id of a key stands at most three lines before a value, or one behind it."""
    start, end = match.span("secret")
    before, after = match.string[max(start - 120, 0) : start], match.string[end : end + 60]
    above = [found.end() for found in re.finditer(_ID, before)]
    below = re.search(_ID, after)
    if above and before.count("\n", above[-1]) <= 3:
        return True
    return below is not None and after.count("\n", 0, below.start()) <= 1


def _is_no_account(match: re.Match[str]) -> bool:
    """Any other number, or one of those in AWS's own guides."""
    number = match["secret"]
    before = match.string[max(match.start() - 100, 0) : match.start()]
    return not re.search(_BEFORE_ACCOUNT[match["behind"]], before) or is_example_number(number) or number in _PUBLISHED


RULES = (
    Rule("an AWS access key id", _MEND, ("AKIA", "ASIA"),
         # base 32; without a digit it is most often a word
         rf"{_NO_LESS}(?:AKIA|ASIA)(?=[A-Z]{{0,15}}[2-7])[A-Z2-7]{{16}}(?![A-Za-z0-9+])",
         _is_example, "words", word=True),
    Rule("an AWS secret access key", _MEND, ("ecret", "ECRET"), _SECRET, _is_no_secret_key, word=True),
    Rule("an AWS secret access key", _MEND, ("AKIA", "ASIA"), _SECRET, _is_no_secret_key, "words", word=True),
    Rule("an AWS secret access key", _MEND, ("ecret", "ECRET"),
         r"(?<![A-Za-z0-9/+])(?P<secret>[A-Za-z0-9/+]{54,55}={1,2})(?![=\w])", _is_no_encoded_key, word=True),
    Rule("an AWS session token", _MEND, ("ession", "ESSION", "ecurity-", "ecurityT"),
         r"(?<![A-Za-z0-9/+%])(?P<secret>[A-Za-z0-9/+%]{99,3000}={0,2})", _is_no_session_token, word=True),
    Rule("an AWS account number", "write 111122223333 in its place", (":aws", ".amazonaws.", ".signin.aws"),
         rf"(?<![0-9])(?P<secret>[0-9]{{12}})(?![0-9])(?={_EMPHASIS}(?P<behind>[:/]|\.(?=dkr\.ecr\.|signin\.aws\.)))",
         _is_no_account, "words"),
    Rule("an AWS account number", "write 111122223333 in its place", ("ccount", "CCOUNT"),
         r"(?<![0-9])(?P<secret>[0-9]{12})(?![0-9])(?P<behind>)", _is_no_account),
)  # fmt: skip
