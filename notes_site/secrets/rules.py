"""The rules: what a secret looks like, how to make it worthless, and what looks the same but is none.

An AWS secret key has no form of its own: it is forty random characters that stand behind a label, or near a key's id.
So the value is found first, and then what stands before it is read without its markup.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from functools import cache
from typing import Literal, NamedTuple

from notes_site.secrets import tokens
from notes_site.secrets.examples import (
    is_example,
    is_example_jwt,
    is_example_login,
    is_example_number,
    is_example_password,
    is_plain,
    is_word,
)


class Rule(NamedTuple):
    """One kind of secret. `signs`: without any of these in the text the expression is not even compiled. The group
    `secret`, or the whole match without one, is the secret, unless `ignore` says that the match is none.

    `scope` and `word` save time. For `words` and `token` the signs are sought in the long words of a text alone, and a
    token begins with a sign (or holds what stands behind a `*`); its `pattern` is a form as in `tokens`. `word`: no
    secret of the kind has white space in it.
    """

    what: str
    hint: str
    signs: tuple[str, ...]
    pattern: str
    ignore: Callable[[re.Match[str]], bool]
    scope: Literal["text", "words", "token"] = "text"
    word: bool = False


def secret_of(match: re.Match[str]) -> str | int:
    """Return which group of a match is the secret."""
    return "secret" if "secret" in match.re.groupindex else 0


def _is_example(match: re.Match[str]) -> bool:
    return is_example(match[secret_of(match)])


def _is_plain(match: re.Match[str]) -> bool:
    return is_plain(match["secret"])


def _decoded(text: str) -> str:
    """Return the text in base 64, '' for none."""
    try:
        return b64decode(text + "=" * (-len(text) % 4)).decode("ascii", "replace")
    except binascii.Error:
        return ""


# --- Amazon Web Services

_DEACTIVATE = "deactivate the key in IAM, make a new one, and take this one out"
_REPLACE = "write 111122223333 in its place"
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


def _is_no_secret_key(match: re.Match[str]) -> bool:
    """An example, a digest or a path; or nothing near says that it is one."""
    return is_plain(match["secret"]) or not (_labelled(match, _SECRET_LABEL) or _beside_id(match))


def _is_no_encoded_key(match: re.Match[str]) -> bool:
    """Base 64 of anything but forty characters behind a label, as in a Secret of Kubernetes."""
    decoded = _decoded(match["secret"]).strip()
    key = re.fullmatch("[A-Za-z0-9/+]{40}", decoded)
    return key is None or is_plain(decoded) or not _labelled(match, _SECRET_LABEL)


def _is_no_session_token(match: re.Match[str]) -> bool:
    return is_example(match["secret"]) or not _labelled(match, _SESSION_LABEL)


def _labelled(match: re.Match[str], label: str) -> bool:
    """Return whether a label stands before a value, with nothing but signs, markup and a few words between."""
    start = match.start("secret")
    before = match.string[max(start - _BEFORE, 0) : start].lower()
    spellings = (before, re.sub(_MARKUP, " ", before))  # a tag is markup, or the label itself
    return any(re.match(_BETWEEN, text[found.end() :]) for text in spellings for found in re.finditer(label, text))


def _beside_id(match: re.Match[str]) -> bool:
    """Return whether the id of a key stands at most three lines before a value, or one behind it."""
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


_OF_AWS = (
    Rule("an AWS access key id", _DEACTIVATE, ("AKIA", "ASIA"),
         # base 32; without a digit it is most often a word
         rf"{_NO_LESS}(?:AKIA|ASIA)(?=[A-Z]{{0,15}}[2-7])[A-Z2-7]{{16}}(?![A-Za-z0-9+])",
         _is_example, "words", word=True),
    Rule("an AWS secret access key", _DEACTIVATE, ("ecret", "ECRET"), _SECRET, _is_no_secret_key, word=True),
    Rule("an AWS secret access key", _DEACTIVATE, ("AKIA", "ASIA"), _SECRET, _is_no_secret_key, "words", word=True),
    Rule("an AWS secret access key", _DEACTIVATE, ("ecret", "ECRET"),
         r"(?<![A-Za-z0-9/+])(?P<secret>[A-Za-z0-9/+]{54,55}={1,2})(?![=\w])", _is_no_encoded_key, word=True),
    Rule("an AWS session token", _DEACTIVATE, ("ession", "ESSION", "ecurity-", "ecurityT"),
         r"(?<![A-Za-z0-9/+%])(?P<secret>[A-Za-z0-9/+%]{99,3000}={0,2})", _is_no_session_token, word=True),
    Rule("an AWS account number", _REPLACE, (":aws", ".amazonaws.", ".signin.aws"),
         rf"(?<![0-9])(?P<secret>[0-9]{{12}})(?![0-9])(?={_EMPHASIS}(?P<behind>[:/]|\.(?=dkr\.ecr\.|signin\.aws\.)))",
         _is_no_account, "words"),
    Rule("an AWS account number", _REPLACE, ("ccount", "CCOUNT"),
         r"(?<![0-9])(?P<secret>[0-9]{12})(?![0-9])(?P<behind>)", _is_no_account),
)  # fmt: skip


# --- other services

_NO_MORE = r"(?![A-Za-z0-9+=_-])"
_REVOKE = "revoke it where it was made, and take it out"
_CHANGE = "change the password, and take it out"
_KEY_PAIR = "make a new key pair, and take this one out"


def _is_example_jwt(match: re.Match[str]) -> bool:
    return is_example_jwt(match["secret"])


def _is_no_token(match: re.Match[str]) -> bool:
    return is_example(match[0]) or is_word(match["body"])


def _is_example_login(match: re.Match[str]) -> bool:
    return is_example_login(match["user"], match["host"], match["secret"])


def _is_example_password(match: re.Match[str]) -> bool:
    password = match["secret"]
    return is_example_password(password) or not re.search("[0-9]", password) or len(set(password)) < 5


def _is_no_key(match: re.Match[str]) -> bool:
    """An example, or a key of which a guide shows the beginning: an ellipsis stands for the rest."""
    return is_example(match["body"]) or "..." in match[0]


def _is_no_login(match: re.Match[str]) -> bool:
    """Base 64 that is no `user:password`, or an example of one."""
    user, found, password = _decoded(match["secret"]).partition(":")
    return not found or not (user + password).isprintable() or is_example_login(user, "", password) or len(password) < 6


def _is_no_private_key(match: re.Match[str]) -> bool:
    return "PRIVATE KEY" not in _decoded(match["secret"][:80])


def _is_no_signature(match: re.Match[str]) -> bool:
    """A `sig` that is no shared access signature of Azure, which names its version, expiry and permissions."""
    query = match.string[max(match.start() - 500, 0) : match.end() + 300]
    return not re.search(r"[?&;]s[vep]=", query) or is_example(match["secret"])


def _is_no_variable(match: re.Match[str]) -> bool:
    """A variable whose value is public, an example, or made of few characters."""
    value = match["secret"]
    public = "PUBLIC" in match["name"] or "PUBLISHABLE" in match["name"]
    return public or is_example(value) or not re.search("[0-9]", value) or len(set(value)) < 10


_PEM = (
    r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:\s|\\[nr]|[>|\"'+,;]|[A-Z][\w-]+: [^\n]*\n){1,60}(?P<body>[A-Za-z0-9+/=]{40})"
    r"(?:[^-]{0,16000}-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,6}-----|[^-\n]*)"
)
_PPK = (
    r"PuTTY-User-Key-File-[23]: [^\n]{1,40}\n(?:[A-Z][\w-]+: [^\n]{0,200}\n|[A-Za-z0-9+/=]{1,64}\n){1,60}?"
    r"Private-Lines: [0-9]+\n(?P<secret>(?:[A-Za-z0-9+/=]{1,64}\n){1,80})"
)
_ADDRESS = (
    r"://(?P<user>(?:[^\s/?#:@<>\"'`{}$%()|\[\]]|%[0-9A-Fa-f]{2}){0,60}):"
    r"(?P<secret>[^\s/?#:@<>\"'`{}$()|\[\]]{1,60})@(?=(?P<host>[\w.-]+|\[[0-9a-f:]+\]))"
)
# fmt: off
_LABELLED = (
    Rule("a private key", _KEY_PAIR, ("PRIVATE KEY",), _PEM, _is_no_key),
    Rule("a private key", _KEY_PAIR, ("LS0tLS1CRUdJTi",),
         r"(?P<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/=]{100,20000})", _is_no_private_key, "words", word=True),
    Rule("a private key", _KEY_PAIR, ("PuTTY-User-Key-File",), _PPK, _is_example, "words"),
    Rule("a private key of WireGuard", _KEY_PAIR, ("PrivateKey",),
         r"PrivateKey\s{0,4}=\s{0,4}(?P<secret>[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)", _is_plain),
    Rule("a JSON web token", "log out where it was made, so that it is refused, and take it out", ("eyJ",),
         r"(?<![\w-])(?P<secret>eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,})", _is_example_jwt, "words", word=True),
    Rule("a password in an address", _CHANGE, ("://",), _ADDRESS, _is_example_login, "words"),
    Rule("a password in an address", _CHANGE, ("jdbc:",),
         r"jdbc:\w+:[^\s\"'<>]{1,200}?[?&;](?i:password)=(?P<secret>[^\s&;\"'<>{}$]{1,80})",
         _is_example_password, "words"),
    Rule("a password in a connection string", _CHANGE, ("assword=", "ASSWORD=", "wd=", "WD="),
         r"(?i)(?:server|data source|host|user id|uid|username)=[^;\n=]{1,100};(?:[\w ]{1,40}=[^;\n=]{0,100};){0,8}"
         r"(?:password|pwd)=(?P<secret>[^;\s\"'<>{}$%]{4,80})", _is_example_password, "words"),
    Rule("a key in a connection string", _REVOKE, ("AccountKey=", "SharedAccessKey=", ";Secret="),
         r"(?:AccountKey|SharedAccessKey|;Secret)=(?P<secret>[A-Za-z0-9+/]{30,100}={0,2})", _is_plain,
         "words", word=True),
    Rule("a shared access signature of Azure", "replace the key that signed it, and take it out", ("sig=",),
         r"[?&;]sig=(?P<secret>(?:[A-Za-z0-9+/]|%2[BbFf]){40,90}(?:=|%3[Dd]))", _is_no_signature, "words", word=True),
    Rule("a key of an Azure function", _REVOKE, (".azurewebsites.net",),
         r"\.azurewebsites\.net/[^\s\"'<>?]{0,200}\?[^\s\"'<>]{0,200}?\bcode=(?P<secret>[\w/+%-]{40,100}={0,2})",
         _is_plain, "words", word=True),
    Rule("a login in base 64", _CHANGE, ("uthorization", '"auth"', "_auth="),
         r"(?:\b[Bb]asic[ ]{1,3}|\"auth\"\s{0,4}:\s{0,4}\"|_auth=\"?)(?P<secret>[A-Za-z0-9+/]{8,400}={0,2})",
         _is_no_login),
    Rule("a password of curl", _CHANGE, ("curl",),
         r"\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]{0,2}[\"']?[\w.@+-]{1,60}:(?P<secret>[^\s\"'<>{}$:]{6,80})",
         _is_example_password),
    Rule("a webhook of Slack", _REVOKE, ("hooks.slack.com",),
         r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[TE]\w{8,}/\w{8,}/(?:\w{8,}/)?\w{20,})",
         _is_example, "words", word=True),
    Rule("a webhook of Discord", _REVOKE, ("discord",),
         r"discord(?:app)?\.com/api/webhooks/(?P<secret>[0-9]{17,}/[\w-]{60,})", _is_example, "words", word=True),
    Rule("a webhook of Teams", _REVOKE, (".webhook.office.com",),
         r"\.webhook\.office\.com/webhookb2/(?P<secret>[\w@-]{60,90}/IncomingWebhook/[\w/-]{60,90})",
         _is_example, "words", word=True),
    Rule("a token that joins a Kubernetes cluster", _REVOKE, ("--token",),
         r"--token[ =]+(?P<secret>[a-z0-9]{6}\.[a-z0-9]{16})" + _NO_MORE, _is_example),
    Rule("a token of ngrok", _REVOKE, ("uthtoken", "UTHTOKEN"),
         r"(?i:authtoken)[\"']?[ :=]{1,4}[\"']?(?P<secret>[A-Za-z0-9]{20,32}_[A-Za-z0-9]{16,32})" + _NO_MORE,
         _is_plain),
    Rule("a token of Splunk or Okta", _REVOKE, ("uthorization",),
         r"(?:Splunk|SSWS) (?P<secret>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|00[\w-]{40})", _is_example),
    Rule("a token of npm", _REVOKE, ("_authToken",),
         r"_authToken\s{0,4}=\s{0,4}\"?(?P<secret>[\w./+=-]{20,400})", _is_example, "words"),
    # What a file `.env` holds, whichever the service
    Rule("the value of a secret variable", _REVOKE, ("_TOKEN", "_KEY", "ECRET", "UTHTOKEN"),
         r"(?<![A-Za-z0-9_])(?P<name>[A-Z][A-Z0-9_]{1,60}_(?:TOKEN|API_KEY|SECRET_KEY|ADMIN_KEY|PRIVATE_KEY|AUTH_KEY|"
         r"SECRET|AUTHTOKEN))[\"'`]?[ ]{0,3}[=:][ ]{0,3}[\"'`]?(?P<secret>[A-Za-z0-9+/=_.~-]{20,400})" + _NO_MORE,
         _is_no_variable),
)
_OF_SERVICES = (
    Rule(f"a key or token of {service}", _REVOKE, tuple(beginnings.split(" ")), form, _is_no_token, "token", word=True)
    for service, beginnings, form in tokens.BEGINNINGS
)
# fmt: on
RULES = (*_OF_AWS, *_LABELLED, *_OF_SERVICES)


@cache
def expression(number: int) -> re.Pattern[str]:
    """Return the compiled expression of a rule, by its place in `RULES`."""
    rule = RULES[number]
    return re.compile(tokens.pattern(rule.signs, rule.pattern) if rule.scope == "token" else rule.pattern)
