"""Secrets that stand in a text by accident: keys, tokens, passwords, account numbers. Pure.

Only what has a form of its own is looked for, so that a warning is nearly always right; a password in plain words is
not found. What a text shows as an example (`AKIAIOSFODNN7EXAMPLE`, `123456789012`, `<password>`) is no leak.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from typing import NamedTuple

from notes_site.diagnostics import Diagnostic, warning
from notes_site.digest import digest
from notes_site.text import line_at, position

PASSES = 3
"""How often a text is looked through to be masked: a secret may stand too close to another to be seen as one."""
_SHOWN = 4  # characters of a secret that are shown, so that one finds it
_NOT_AN_END = re.compile(r"[^\n]")


class Leak(NamedTuple):
    """A secret between two indexes of a text: what it is, and how to make it worthless."""

    start: int
    end: int
    what: str
    mend: str


def find(text: str) -> tuple[Leak, ...]:
    """Return the secrets in a text, in order, none within another."""
    found: list[Leak] = []
    for leak in sorted(_candidates(text), key=lambda leak: (leak.start, -leak.end)):
        if not found or leak.start >= found[-1].end:
            found.append(leak)
    return tuple(found)


def secrets(text: str, allow: Collection[str] = ()) -> tuple[Leak, ...]:
    """Return what `find` does, save those whose fingerprint is in `allow`."""
    return tuple(leak for leak in find(text) if fingerprint(text[leak.start : leak.end]) not in allow)


def masked(text: str, allow: Collection[str] = ()) -> str:
    """Return the text with its secrets hidden, save those whose fingerprint is in `allow`."""
    for _ in range(PASSES):
        before, text = text, hide(text, secrets(text, allow))
        if text == before:
            break
    return text


def hide(text: str, leaks: tuple[Leak, ...]) -> str:
    """Return the text with `*` for all but the beginning of every secret; no character moves, and lines stay lines."""
    parts: list[str] = []
    at = 0
    for leak in leaks:
        shown = min(_SHOWN, (leak.end - leak.start) // 3)
        parts += [text[at : leak.start + shown], _NOT_AN_END.sub("*", text[leak.start + shown : leak.end])]
        at = leak.end
    return "".join((*parts, text[at:]))


def check(path: str, text: str, allow: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """Return a warning for each different secret in a text, save those whose fingerprint is in `allow`.

    It points at the first place and names the others. What it shows of the line has every secret masked: problems
    end up in logs.
    """
    leaks = find(text)
    if not leaks:
        return ()
    hidden = hide(text, leaks)
    places: dict[str, list[Leak]] = {}
    for leak in leaks:
        places.setdefault(fingerprint(text[leak.start : leak.end]), []).append(leak)
    return tuple(_told(path, hidden, mark, same) for mark, same in places.items() if mark not in allow)


def fingerprint(secret: str) -> str:
    """Return what `leaks.allow` calls a secret by without repeating it: 12 hexadecimal digits."""
    return digest(secret.encode())[:12]


def _told(path: str, hidden: str, mark: str, same: list[Leak]) -> Diagnostic:
    leak = same[0]
    line, column = position(hidden, leak.start)
    length = len(hidden[leak.start : leak.end].partition("\n")[0])
    lines = dict.fromkeys(str(position(hidden, other.start)[0]) for other in same[1:])
    lines.pop(str(line), None)
    again = f"; again on line {', '.join(lines)}" if lines else ""
    hint = f'{leak.mend}; if it is no secret, add "{mark}" to `leaks.allow` in notes-site.toml'
    place = {"line": line, "column": column, "length": length, "text": line_at(hidden, leak.start)}
    return warning(path, "leak", f"this is {leak.what}, for all to see{again}", hint=hint, **place)


class _Rule(NamedTuple):
    """One kind of secret. `signs`: without any of these in the text the expression is not even compiled. Its group
    `secret`, or the whole match without one, is the secret, unless `harmless` says that the match is an example.
    """

    what: str
    mend: str
    signs: tuple[str, ...]
    pattern: str
    harmless: Callable[[re.Match[str]], bool]


def _candidates(text: str) -> Iterator[Leak]:
    for rule in _RULES:
        if any(sign in text for sign in rule.signs):
            for match in re.finditer(rule.pattern, text):
                if not rule.harmless(match):
                    yield Leak(*match.span(_secret_of(match)), rule.what, rule.mend)


def _secret_of(match: re.Match[str]) -> str | int:
    return "secret" if "secret" in match.re.groupindex else 0


_EXAMPLE = re.compile(
    r"example|sample|placeholder|dummy|fake|redacted|your|xxxx|\*\*\*|\.\.\.|123456789|abcdefgh|qwerty", re.IGNORECASE
)
_PASSWORD_WORDS = re.compile(
    r"(?:my|the|a|some|user|db|root|admin)?[-_]?(?:pass|passwd|password|pwd|pw|secret|token|key|user|username|"
    r"changeme|foo|bar|test|guest|admin|root|postgres|mysql|mongo|redis|rabbitmq)[-_]?(?:here|word)?[0-9]{0,4}",
    re.IGNORECASE,
)
_EXAMPLE_HOST = re.compile(
    r"(?:.*\.)?(?:localhost|local|test|invalid|example|example\.(?:com|org|net)|(?:my|your)?(?:host|server|domain)"
    r"(?:name)?(?:\.\w+)?)|127\.[0-9.]+|0\.0\.0\.0|::1",
    re.IGNORECASE,
)
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
    ":": re.compile(rf"\barn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:{_EMPHASIS}\Z"),
    "/": re.compile(rf"\bsqs\.[a-z0-9-]+\.amazonaws\.com/{_EMPHASIS}\Z"),
    ".": re.compile(rf"(?<![0-9]){_EMPHASIS}\Z"),
}
"""What stands before an account's number, by what stands behind it."""
_FROM_JWT_IO = "eyJzdWIiOiIxMjM0NTY3ODkw"  # {"sub":"1234567890: the example on jwt.io


def _is_example(match: re.Match[str]) -> bool:
    secret = match[_secret_of(match)]
    return _EXAMPLE.search(secret) is not None or len(set(secret)) < min(len(secret) // 2, 8)


def _is_no_secret_key(match: re.Match[str]) -> bool:
    """An example, or a digest or a path: no key of 40 random characters lacks capitals, small letters or digits."""
    return _is_example(match) or not all(re.search(kind, match["secret"]) for kind in ("[A-Z]", "[a-z]", "[0-9]"))


def _is_example_jwt(match: re.Match[str]) -> bool:
    return _FROM_JWT_IO in match[0] or _is_example(match)


def _is_no_account(match: re.Match[str]) -> bool:
    """Any other number; or one of those in AWS's own guides, runs (`123456789012`) or few digits repeated."""
    number = match["secret"]
    before = match.string[max(match.start() - 100, 0) : match.start()]
    if not _BEFORE_ACCOUNT[match["behind"]].search(before):
        return True
    steps = Counter((int(b) - int(a)) % 10 for a, b in pairwise(number))
    return len(set(number)) < 4 or max(steps.values()) >= 8 or number in _PUBLISHED


def _is_example_login(match: re.Match[str]) -> bool:
    user, host, password = match["user"], match["host"], match["secret"]
    words = _PASSWORD_WORDS.fullmatch(password) or _EXAMPLE.search(password) or password == user
    return bool(words or _EXAMPLE_HOST.fullmatch(host) or len(set(password)) < 3)


def _is_example_key(match: re.Match[str]) -> bool:
    return _EXAMPLE.search(match["body"]) is not None


_AWS = "deactivate the key in IAM, make a new one, and take this one out"
_TOKEN = "revoke it where it was made, and take it out"
_REST = r"(?![A-Za-z0-9+/=_-])"
_GAP = r"(?=[^\w/+])[^\w/+\n]{0,12}(?:\[[^\]\n]{0,40}\]|<[^>\n]{0,40}>)?(?:[^\w/+\n]{0,12}\n){0,3}[^\w/+\n]{0,12}"
"""Between a label and its value: signs; one word in brackets (`[None]`, `<br>`); ends of lines, a fence's too."""
_TOKENS = (
    (
        "a token of GitHub",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,100}",
    ),
    ("a token of GitLab", ("glpat-",), r"glpat-[A-Za-z0-9_-]{20,60}"),
    ("a token of Slack", ("xox",), r"xox[abeoprs]-[0-9]{8,}-[A-Za-z0-9-]{16,200}"),
    ("a webhook of Slack", ("hooks.slack.com",), r"hooks\.slack\.com/services/(?P<secret>T\w{8,}/B\w{8,}/\w{20,})"),
    ("a webhook of Discord", ("discord",), r"discord(?:app)?\.com/api/webhooks/(?P<secret>[0-9]{17,}/[\w-]{60,})"),
    ("a key of Google", ("AIza", "GOCSPX-"), r"AIza[\w-]{35}|GOCSPX-[\w-]{28}"),
    ("a key of Stripe", ("k_live_",), r"[rs]k_live_[A-Za-z0-9]{20,120}"),
    ("a token of npm", ("npm_",), r"npm_[A-Za-z0-9]{36}"),
    ("a token of PyPI", ("pypi-AgEI",), r"pypi-AgEI[\w-]{50,500}"),
    ("a token of Docker Hub", ("dckr_",), r"dckr_[op]at_[\w-]{27,40}"),
    ("a token that joins a Docker swarm", ("SWMTKN-",), r"SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}"),
    ("a token of Hugging Face", ("hf_",), r"hf_[A-Za-z]{34}"),
    ("a key of OpenAI", ("T3BlbkFJ",), r"sk-[\w-]{16,120}T3BlbkFJ[\w-]{16,120}"),
    ("a key of Anthropic", ("sk-ant-",), r"sk-ant-[\w-]{30,200}"),
    ("a key of SendGrid", ("SG.",), r"SG\.[\w-]{22}\.[\w-]{43}"),
    ("a token of DigitalOcean", ("_v1_",), r"do[opr]_v1_[0-9a-f]{64}"),
    ("a token of a Telegram bot", (":AA",), r"[0-9]{8,10}:AA[\w-]{33}"),
    ("a token that joins a Kubernetes cluster", ("--token",), r"--token[ =]+(?P<secret>[a-z0-9]{6}\.[a-z0-9]{16})"),
)

_RULES = (
    _Rule(
        "an AWS access key id", _AWS, ("AKIA", "ASIA"),
        # base 32; without a digit it is most often a word
        r"(?<![A-Za-z0-9+/])(?:AKIA|ASIA)(?=[A-Z]{0,15}[2-7])[A-Z2-7]{16}(?![A-Za-z0-9+/])", _is_example,
    ),
    _Rule(
        "an AWS secret access key", _AWS, ("ecret", "ECRET"),
        rf"(?i:secret[_ -]?(?:access)?[_ -]?key){_GAP}(?P<secret>[A-Za-z0-9/+]{{40}}){_REST}", _is_no_secret_key,
    ),
    _Rule(
        "an AWS secret access key", _AWS, ("AKIA",),  # beside its id, as in the file that IAM offers
        rf"AKIA[A-Z2-7]{{16}}[^\w/+\n]{{1,6}}(?P<secret>[A-Za-z0-9/+]{{40}}){_REST}", _is_no_secret_key,
    ),
    _Rule(
        "an AWS session token", _AWS, ("ession", "ESSION"),
        rf"(?i:session[_ -]?token){_GAP}(?P<secret>[A-Za-z0-9/+=]{{100,3000}})", _is_example,
    ),
    _Rule(
        "an AWS account number", "write 111122223333 in its place", (":aws", ".amazonaws.com", ".signin.aws"),
        rf"(?P<secret>[0-9]{{12}})(?={_EMPHASIS}(?P<behind>[:/]|\.(?=dkr\.ecr\.|signin\.aws\.)))", _is_no_account,
    ),
    _Rule(
        "a private key", "make a new key pair, and take this one out", ("PRIVATE KEY",),
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\s|\\[nr]|[>|\"'+,;]|[A-Z][\w-]+: [^\n]*\n){1,60}(?P<body>[A-Za-z0-9+/=]{40})"
        r"(?:[^-]{0,16000}-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,6}-----|[^-\n]*)",
        _is_example_key,
    ),
    _Rule(
        "a JSON web token", "log out where it was made, so that it is refused, and take it out", ("eyJ",),
        r"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}", _is_example_jwt,
    ),
    _Rule(
        "a password in an address", "change the password, and take it out", ("://",),
        r"://(?P<user>[^\s/?#:@<>\"'`{}$%()|\[\]]{0,60}):"
        r"(?P<secret>[^\s/?#:@<>\"'`{}$()|\[\]]{1,60})@(?=(?P<host>[\w.-]+|\[[0-9a-f:]+\]))",
        _is_example_login,
    ),
    *(_Rule(what, _TOKEN, signs, rf"(?<![\w-])(?:{form}){_REST}", _is_example) for what, signs, form in _TOKENS),
)  # fmt: skip
