"""What counts as a secret, what does not, and how little is shown of it. No secret stands here in one piece."""

from __future__ import annotations

import itertools
import random
import re
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base import characters
from notes_site.secrets import detect
from notes_site.secrets.rules import RULES
from notes_site.secrets.tokens import BEGINNINGS, pattern
from tests.harness import Site, codes
from tests.leaking import aws, made, patterns

LETTERS = string.ascii_letters + string.digits


def some(count: int, alphabet: str = LETTERS, seed: int = 7) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=count))


UPPER = string.ascii_uppercase + "234567"
KEY_ID = "AK" + "IA" + some(16, UPPER)
SECRET = some(40, LETTERS + "/+")
JWT = ".".join(("ey" + "J" + some(24), "ey" + "J" + some(60), some(43)))
ACCOUNT = "482913" + "057721"
DASHES = "-" * 5
PEM = "\n".join(
    (f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}", some(64), some(64, seed=8), f"{DASHES}END RSA PRIVATE KEY{DASHES}")
)

SECRETS = {
    f"aws_access_key_id = {KEY_ID}": (KEY_ID, "an AWS access key id"),
    f"export AWS_SECRET_ACCESS_KEY={SECRET}": (SECRET, "an AWS secret access key"),
    f'"SecretAccessKey": "{SECRET}",': (SECRET, "an AWS secret access key"),
    f"AWS Access Key ID [None]: x\nAWS Secret Access Key [None]: {SECRET}": (SECRET, "an AWS secret access key"),
    f"AWS Secret Access Key [****************J4XR]: {SECRET}": (SECRET, "an AWS secret access key"),
    f"Secret access key:\n{SECRET}": (SECRET, "an AWS secret access key"),
    f"> **Secret access key**\n>\n> ```\n> {SECRET}\n> ```": (SECRET, "an AWS secret access key"),
    f"secret_key:<br>`{SECRET}`": (SECRET, "an AWS secret access key"),
    f"aws_session_token={some(300, LETTERS + '/+')}": (some(300, LETTERS + "/+"), "an AWS session token"),
    f"arn:aws:iam::{ACCOUNT}:role/WildRydes": (ACCOUNT, "an AWS account number"),
    f"arn:aws:iam::**{ACCOUNT}**:user/ada": (ACCOUNT, "an AWS account number"),
    f"_{ACCOUNT}_.dkr.ecr.us-east-1.amazonaws.com": (ACCOUNT, "an AWS account number"),
    f"`arn:aws-cn:lambda:cn-north-1:{ACCOUNT}:function:x`": (ACCOUNT, "an AWS account number"),
    f"docker push {ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web": (ACCOUNT, "an AWS account number"),
    f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/jobs": (ACCOUNT, "an AWS account number"),
    f"<https://{ACCOUNT}.signin.aws.amazon.com/console>": (ACCOUNT, "an AWS account number"),
    f"Authorization: Bearer {JWT}": (JWT, "a JSON web token"),
    "[db](postgres://ada:tr0ub4dor@db.acme.io:5432/x)": ("tr0ub4dor", "a password in an address"),
    "redis://:c0rrecthorse@cache.acme.io": ("c0rrecthorse", "a password in an address"),
    PEM: (PEM, "a private key"),
    '{"key": "' + PEM.replace("\n", "\\n") + '"}': (PEM.replace("\n", "\\n"), "a private key"),
    "token ghp" + "_" + some(36): ("ghp" + "_" + some(36), "a key or token of GitHub"),
    "AI" + "za" + some(35): ("AI" + "za" + some(35), "a key or token of Google"),
    "xox" + "b-123456780912-" + some(24): ("xox" + "b-123456780912-" + some(24), "a key or token of Slack"),
    "join --token SWM" + "TKN-1-" + some(50, "0a1b2c3d4e5f6g7h8i9j") + "-" + some(25, "0a1b2c3d4e5f6g7h8i9j"): (
        "SWM" + "TKN-1-" + some(50, "0a1b2c3d4e5f6g7h8i9j") + "-" + some(25, "0a1b2c3d4e5f6g7h8i9j"),
        "a key or token of a Docker swarm",
    ),
    "kubeadm join --token q7w3x9.k2m4n6p8r1s3t5v7": (
        "q7w3x9.k2m4n6p8r1s3t5v7",
        "a token that joins a Kubernetes cluster",
    ),
}  # fmt: skip


@given(st.data())
def test_colours_of_a_terminal_hide_no_secret(data: st.DataObject) -> None:
    """A page leaves them out, so that the secret stands there in one piece."""
    text, (secret, what) = data.draw(st.sampled_from([*SECRETS.items()]))
    at = data.draw(st.lists(st.integers(0, len(text)), min_size=1, max_size=4).map(sorted))
    codes = st.sampled_from(["\x1b[01;31m\x1b[K", "\x1b[0m", "\x07", "\x1b(B\x1b[m"])
    pieces = [text[a:b] for a, b in itertools.pairwise([0, *at, len(text)])]
    coloured = pieces[0] + "".join(data.draw(codes) + piece for piece in pieces[1:])
    (leak,) = detect.find("Before.\n" + coloured + "\nAfter.\n")
    assert characters.without(("Before.\n" + coloured)[leak.start : leak.end]) == secret
    assert leak.what == what


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_found_where_they_stand(text: str) -> None:
    secret, what = SECRETS[text]
    (leak,) = detect.find("Before.\n" + text + "\nAfter.\n")
    assert ("Before.\n" + text)[leak.start : leak.end] == secret
    assert leak.what == what


EXAMPLES = [
    f"secret key: {some(54)}=",  # base 64 that lacks a sign
    "AKIAIOSFODNN7EXAMPLE",
    "AKIAXXXXXXXXXXXXXXXX",
    "ASIAPACIFICREGIONSXX",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "aws_secret_access_key = ****************************************",
    "aws_secret_access_key = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "aws_secret_access_key: " + some(40, "0123456789abcdef"),
    "secret_key = /etc/kubernetes/pki/apiserver/private/key12",
    "Secret access key:\n\n\n\n" + SECRET,
    f"Every secret key has 40 characters,\nsuch as {SECRET}",
    "arn:aws:iam::123456789012:role/x",
    "arn:aws:ecr:us-east-1:012345678910:repository/x",
    "arn:aws:iam::127311923021:root",
    "arn:aws:ec2:us-east-1:099720109477:image/ami",
    "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV2:2",
    "137112412989.dkr.ecr.us-west-2.amazonaws.com/amazonlinux",
    "arn:aws:iam::111122223333:role/x",
    "arn:aws:sns:us-east-1:012345678901:topic",
    "arn:aws:s3:::my-bucket/*",
    "111111111111.dkr.ecr.us-east-1.amazonaws.com/x",
    "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause",
    "https://user:password@acme.io/",
    "https://<user>:<password>@acme.io/",
    "mongodb://root:${MONGO_PASSWORD}@mongo:27017",
    "postgres://postgres:postgres@db:5432/app",
    "amqp://ada:tr0ub4dor@localhost",
    "amqp://ada:tr0ub4dor@db.example.com",
    "http://[::1]:8000/@ada and http://10.0.0.1:8080/a@b",
    "https://example.org:8080/a:b@c",
    f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}\n...\n{DASHES}END RSA PRIVATE KEY{DASHES}",
    f"A key begins with {DASHES}BEGIN PRIVATE KEY{DASHES} and lines of base 64, see https://acme.io/" + "a1" * 30,
    f"{DASHES}BEGIN PUBLIC KEY{DASHES}\n" + some(64),
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ." + some(43),
    '"Authorization": "eyJraWQiOiJLTzRVMWZs..."',
    "ghp_" + "x" * 36,
    "docker swarm join --token <TOKEN> 10.0.0.2:2377",
    "kubeadm join --token abcdef.0123456789abcdef",
    "sha256:" + some(64, "0123456789abcdef") + " commit " + some(40, "0123456789abcdef"),
    f"order {ACCOUNT}, phone 482-913-057721, id:{ACCOUNT}, ratio 1:{ACCOUNT}: x",
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_and_look_alikes_are_none(text: str) -> None:
    assert detect.find(text + "\n") == ()


def test_each_secret_is_told_of_once_and_masked_everywhere() -> None:
    text = f"# Roles\n\n- a: arn:aws:iam::{ACCOUNT}:role/a, key {KEY_ID}\n- b: arn:aws:iam::{ACCOUNT}:role/b\n"
    account, key = detect.check("x.md", text)
    assert (account.line, account.column, account.length) == (3, 19, 12)
    assert account.message.endswith("again on line 4")
    assert (key.line, key.column, key.length) == (3, 44, 20)
    for told in (account, key):
        assert not any(secret in part for secret in (ACCOUNT, KEY_ID) for part in told if isinstance(part, str))
        assert len(told.text) == len(text.split("\n")[2])
        assert told.severity == "warning"


def test_a_fingerprint_allows_one_secret_alone() -> None:
    text = f"{KEY_ID}\narn:aws:iam::{ACCOUNT}:role/a\n"
    mark = detect.fingerprint(KEY_ID)
    (left,) = detect.check("x.md", text, [mark])
    assert left.line == 2
    assert mark in detect.check("x.md", text)[0].hint
    assert detect.check("x.md", text, [mark, detect.fingerprint(ACCOUNT)]) == ()


@given(st.text(), st.sampled_from(sorted(SECRETS)), st.text())
def test_whatever_stands_around_it_a_secret_is_found_and_never_shown(before: str, text: str, after: str) -> None:
    secret, _ = SECRETS[text]
    whole = f"{before}\n{text}\n{after}\n".replace("\r", "").replace("\0", "")
    found = detect.check("x.md", whole)
    assert any(d.column for d in found)
    assert not any(secret in d.text for d in found)


def test_tokens_of_every_service_are_found() -> None:
    texts = {line: made(line.partition("|")[2], seed) for seed, line in enumerate(patterns("kinds"))}
    assert [line for line, text in texts.items() if not detect.find(f"# Lab\n\n{text}\n")] == []


def test_keys_of_aws_are_found_however_they_are_written() -> None:
    missed = []
    for seed, line in enumerate(patterns("aws")):
        text, secret = aws(line, 10 * seed)
        found = detect.find(f"# Lab\n\n{text}\n\nDone.\n")
        if not any(f"# Lab\n\n{text}"[leak.start : leak.end] == secret and "AWS" in leak.what for leak in found):
            missed.append(line)
    assert missed == []


def test_what_looks_like_a_secret_is_none() -> None:
    texts = {line: made(line, seed) for seed, line in enumerate(patterns("look-alikes"))}
    assert [line for line, text in texts.items() if detect.find(f"# Lab\n\n{text}\n\nDone.\n")] == []


def test_every_row_of_the_table_of_tokens_has_an_example() -> None:
    texts = [made(line.partition("|")[2], seed) for seed, line in enumerate(patterns("kinds"))]
    rows = [(service, pattern(beginnings.split(" "), form)) for service, beginnings, form in BEGINNINGS]
    assert [service for service, expression in rows if not any(re.search(expression, text) for text in texts)] == []


# Some characters in a row, or twice: no expression may look back and forth, however often they are repeated.
PIECES = [
    "a:", "://", "://a:b", "eyJ", "a.eyJ", "secret_key ", "secret is ", "is: ", "--token ", "A", "1", ":A", "AKIA",
    "a/", "%2F", "\\_", "\\", "<", "<b>", "&nbsp;", "(", "[a", "(a)", "secret (", "\n", "secret\n", "curl -u ",
    "Password=", "Server=a;", "a=b;", "sig=", "?sig=", "jdbc:a:?", "Basic ", '"auth": "', "PuTTY-User-Key-File-2: a\n",
    "AAAA\n", f"{DASHES}BEGIN PRIVATE KEY{DASHES}\n", f"{DASHES}BEGIN ", "PRIVATE KEY----- ", "A: b\n",
    "LS0tLS1CRUdJTi", "X_TOKEN=", "A_", "MT.", "SK", "sk_live_", "glpat-a", "xoxb-1", "ab12", "1Q~", ".atlasv1.", "sl.",
    "123456789012:", "account_id: ", "session token ", "PrivateKey =", "authtoken ", "1/1", "us1-us", "dp.st.",
    "FLWSECK-", "aB1/", "live_", "fm2_,",
]  # fmt: skip
SIGNS = " ".join(sign.removeprefix("*") for rule in RULES for sign in rule.signs)


def seconds(text: str) -> float:
    """Return the CPU time of a search, the least of two."""
    found = []
    for _ in range(2):
        started = time.process_time()
        detect.find(text)
        found.append(time.process_time() - started)
    return min(found)


def is_linear(piece: str) -> bool:
    """Tell whether four times the text takes less than eight times as long: back and forth, it were sixteen."""
    count = 30_000 // len(piece)
    once, often = (seconds(f"{piece * times} {SIGNS}\n") for times in (count, 4 * count))
    return often < 8 * max(once, 0.01)


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_hostile_texts_take_no_longer_than_their_length_asks(piece: str) -> None:
    for hostile in (piece, f"{piece} ", f"a{piece}"):
        assert any(is_linear(hostile) for _ in range(4)), hostile  # other processes take time from some tries


def test_one_secret_on_many_lines_is_one_short_warning_and_takes_no_time() -> None:
    line = f"arn:aws:iam::{ACCOUNT}:role/lab\n"
    started = time.process_time()
    (told,) = detect.check("x.log", line * 50_000)
    assert time.process_time() - started < 5  # a minute and a half, were each place sought from the beginning
    assert told.message == "this is an AWS account number, for all to see; again on 49999 lines, the first 2, 3, 4"
    (few,) = detect.check("x.log", line * 3)
    assert few.message.endswith("; again on line 2, 3")


def test_very_many_secrets_in_one_file_are_told_of_in_part() -> None:
    accounts = [made("{acct}", seed) for seed in range(150)]
    told = detect.check("x.log", "".join(f"arn:aws:iam::{account}:role/lab " for account in accounts))
    assert len(told) == 101
    assert told[-1].message == "this file holds 50 more secrets, for all to see"
    wide = detect.check("x.js", " " * 600_000 + "".join(f"arn:aws:iam::{account}:role/lab " for account in accounts))
    assert sum(len(d.text) for d in wide) < 2_000_000
    assert wide[-1].message == "this file holds 148 more secrets, for all to see"


def test_a_secret_beyond_the_first_million_characters_is_found_at_its_place() -> None:
    for before in ("word " * 300_000, "line of words\n" * 120_000, "x" * 1_000_000 + " "):
        (leak,) = detect.find(f"{before}{KEY_ID} end\n")
        assert (leak.start, leak.end) == (len(before), len(before) + len(KEY_ID))
    at_the_seam = "word " * 199_998
    (leak,) = detect.find(f"{at_the_seam}{PEM}\n" + "word " * 50_000)
    assert (leak.start, leak.end) == (len(at_the_seam), len(at_the_seam) + len(PEM))


def test_escaped_secrets_are_masked_where_they_stand() -> None:
    token = f"ghp{chr(92)}_{some(36)}"
    (told,) = detect.check("x.md", f"A {chr(92)}* B {token} C {chr(92)}_\n")
    assert told.column == 8
    assert told.length == len(token)
    assert told.text.startswith(f"A {chr(92)}* B ghp{chr(92)}*")
    assert told.text.endswith(f"* C {chr(92)}_")


def test_what_is_allowed_or_taken_out_is_told_of_no_more(site: Site) -> None:
    site.note("cloud/one.md", f"{KEY_ID}\n", title="One", time="5 min")
    site.write("content/cloud/deploy.env", f"KEY={KEY_ID}\n")
    assert codes(site.build()).count("leak") == 2
    site.write("notes-site.toml", f'[leaks]\nallow = ["{detect.fingerprint(KEY_ID)}"]\n')
    assert "leak" not in codes(site.build())
    site.write("notes-site.toml", "")
    site.write("content/cloud/deploy.env", "KEY=\n")
    assert codes(site.build()).count("leak") == 1


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_no_way_of_printing_shows_a_secret(site: Site, form: str) -> None:
    site.note("cloud/one.md", f"[x](https://ada:tr0ub4dor@acme.io) {KEY_ID}\n", title="One", time="5 min")
    done = site.run("check", "--format", form)
    assert done.returncode == 1
    assert "leak" in done.stdout + done.stderr
    assert not any(secret in done.stdout + done.stderr for secret in ("tr0ub4dor", KEY_ID))
    assert site.run("check", "--strict").returncode == 1


def test_the_secret_itself_is_no_fingerprint(site: Site) -> None:
    site.write("notes-site.toml", f'[leaks]\nallow = ["{KEY_ID}"]\n')
    assert "bad-setting" in codes(site.build())
