"""The rules: what a secret looks like, what makes it worthless, and what looks the same but is none."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from functools import cache

from notes_site.secrets import aws, tokens
from notes_site.secrets.examples import (
    is_example,
    is_example_jwt,
    is_example_login,
    is_example_password,
    is_plain,
    is_word,
)
from notes_site.secrets.rule import Rule, secret_of

_NO_MORE = r"(?![A-Za-z0-9+=_-])"
_REVOKE = "revoke it where it was made, and take it out"
_CHANGE = "change the password, and take it out"
_KEY_PAIR = "make a new key pair, and take this one out"


def _example(match: re.Match[str]) -> bool:
    return is_example(match[secret_of(match)])


def _example_jwt(match: re.Match[str]) -> bool:
    return is_example_jwt(match["secret"])


def _plain(match: re.Match[str]) -> bool:
    return is_plain(match["secret"])


def _no_token(match: re.Match[str]) -> bool:
    return is_example(match[0]) or is_word(match["body"])


def _example_login(match: re.Match[str]) -> bool:
    return is_example_login(match["user"], match["host"], match["secret"])


def _example_password(match: re.Match[str]) -> bool:
    password = match["secret"]
    return is_example_password(password) or not re.search("[0-9]", password) or len(set(password)) < 5


def _no_key(match: re.Match[str]) -> bool:
    """An example, or a key of which a guide shows the beginning: an ellipsis stands for the rest."""
    return is_example(match["body"]) or "..." in match[0]


def _no_login(match: re.Match[str]) -> bool:
    """Base 64 that is no `user:password`, or an example of one."""
    user, found, password = _decoded(match["secret"]).partition(":")
    return not found or not (user + password).isprintable() or is_example_login(user, "", password) or len(password) < 6


def _no_private_key(match: re.Match[str]) -> bool:
    return "PRIVATE KEY" not in _decoded(match["secret"][:80])


def _decoded(text: str) -> str:
    try:
        return b64decode(text + "=" * (-len(text) % 4)).decode("ascii", "replace")
    except binascii.Error:
        return ""


def _no_signature(match: re.Match[str]) -> bool:
    """A `sig` that is no shared access signature of Azure, which names its version, expiry and permissions."""
    query = match.string[max(match.start() - 500, 0) : match.end() + 300]
    return not re.search(r"[?&;]s[vep]=", query) or is_example(match["secret"])


def _no_variable(match: re.Match[str]) -> bool:
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
    Rule("a private key", _KEY_PAIR, ("PRIVATE KEY",), _PEM, _no_key),
    Rule("a private key", _KEY_PAIR, ("LS0tLS1CRUdJTi",),
         r"(?P<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/=]{100,20000})", _no_private_key, "words", word=True),
    Rule("a private key", _KEY_PAIR, ("PuTTY-User-Key-File",), _PPK, _example, "words"),
    Rule("a private key of WireGuard", _KEY_PAIR, ("PrivateKey",),
         r"PrivateKey\s{0,4}=\s{0,4}(?P<secret>[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)", _plain),
    Rule("a JSON web token", "log out where it was made, so that it is refused, and take it out", ("eyJ",),
         r"(?<![\w-])(?P<secret>eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,})", _example_jwt, "words", word=True),
    Rule("a password in an address", _CHANGE, ("://",), _ADDRESS, _example_login, "words"),
    Rule("a password in an address", _CHANGE, ("jdbc:",),
         r"jdbc:\w+:[^\s\"'<>]{1,200}?[?&;](?i:password)=(?P<secret>[^\s&;\"'<>{}$]{1,80})",
         _example_password, "words"),
    Rule("a password in a connection string", _CHANGE, ("assword=", "ASSWORD=", "wd=", "WD="),
         r"(?i)(?:server|data source|host|user id|uid|username)=[^;\n=]{1,100};(?:[\w ]{1,40}=[^;\n=]{0,100};){0,8}"
         r"(?:password|pwd)=(?P<secret>[^;\s\"'<>{}$%]{4,80})", _example_password, "words"),
    Rule("a key in a connection string", _REVOKE, ("AccountKey=", "SharedAccessKey=", ";Secret="),
         r"(?:AccountKey|SharedAccessKey|;Secret)=(?P<secret>[A-Za-z0-9+/]{30,100}={0,2})", _plain, "words", word=True),
    Rule("a shared access signature of Azure", "replace the key that signed it, and take it out", ("sig=",),
         r"[?&;]sig=(?P<secret>(?:[A-Za-z0-9+/]|%2[BbFf]){40,90}(?:=|%3[Dd]))", _no_signature, "words", word=True),
    Rule("a key of an Azure function", _REVOKE, (".azurewebsites.net",),
         r"\.azurewebsites\.net/[^\s\"'<>?]{0,200}\?[^\s\"'<>]{0,200}?\bcode=(?P<secret>[\w/+%-]{40,100}={0,2})",
         _plain, "words", word=True),
    Rule("a login in base 64", _CHANGE, ("uthorization", '"auth"', "_auth="),
         r"(?:\b[Bb]asic[ ]{1,3}|\"auth\"\s{0,4}:\s{0,4}\"|_auth=\"?)(?P<secret>[A-Za-z0-9+/]{8,400}={0,2})",
         _no_login),
    Rule("a password of curl", _CHANGE, ("curl",),
         r"\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]{0,2}[\"']?[\w.@+-]{1,60}:(?P<secret>[^\s\"'<>{}$:]{6,80})",
         _example_password),
    Rule("a webhook of Slack", _REVOKE, ("hooks.slack.com",),
         r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[TE]\w{8,}/\w{8,}/(?:\w{8,}/)?\w{20,})",
         _example, "words", word=True),
    Rule("a webhook of Discord", _REVOKE, ("discord",),
         r"discord(?:app)?\.com/api/webhooks/(?P<secret>[0-9]{17,}/[\w-]{60,})", _example, "words", word=True),
    Rule("a webhook of Teams", _REVOKE, (".webhook.office.com",),
         r"\.webhook\.office\.com/webhookb2/(?P<secret>[\w@-]{60,90}/IncomingWebhook/[\w/-]{60,90})",
         _example, "words", word=True),
    Rule("a token that joins a Kubernetes cluster", _REVOKE, ("--token",),
         r"--token[ =]+(?P<secret>[a-z0-9]{6}\.[a-z0-9]{16})" + _NO_MORE, _example),
    Rule("a token of ngrok", _REVOKE, ("uthtoken", "UTHTOKEN"),
         r"(?i:authtoken)[\"']?[ :=]{1,4}[\"']?(?P<secret>[A-Za-z0-9]{20,32}_[A-Za-z0-9]{16,32})" + _NO_MORE, _plain),
    Rule("a token of Splunk or Okta", _REVOKE, ("uthorization",),
         r"(?:Splunk|SSWS) (?P<secret>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|00[\w-]{40})", _example),
    Rule("a token of npm", _REVOKE, ("_authToken",),
         r"_authToken\s{0,4}=\s{0,4}\"?(?P<secret>[\w./+=-]{20,400})", _example, "words"),
    # What a file `.env` holds, whichever the service
    Rule("the value of a secret variable", _REVOKE, ("_TOKEN", "_KEY", "ECRET", "UTHTOKEN"),
         r"(?<![A-Za-z0-9_])(?P<name>[A-Z][A-Z0-9_]{1,60}_(?:TOKEN|API_KEY|SECRET_KEY|ADMIN_KEY|PRIVATE_KEY|AUTH_KEY|"
         r"SECRET|AUTHTOKEN))[\"'`]?[ ]{0,3}[=:][ ]{0,3}[\"'`]?(?P<secret>[A-Za-z0-9+/=_.~-]{20,400})" + _NO_MORE,
         _no_variable),
)
_OF_SERVICES = (
    Rule(f"a key or token of {service}", _REVOKE, tuple(beginnings.split(" ")), form, _no_token, "token", word=True)
    for service, beginnings, form in tokens.BEGINNINGS
)
# fmt: on
RULES = (*aws.RULES, *_LABELLED, *_OF_SERVICES)


@cache
def expression(number: int) -> re.Pattern[str]:
    """Return the compiled expression of a rule, by its place in `RULES`."""
    rule = RULES[number]
    return re.compile(tokens.pattern(rule.signs, rule.pattern) if rule.scope == "token" else rule.pattern)
