"""What stands where a secret could and is none: examples of guides, placeholders, digests, words."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

# Compiled where they are needed first: most texts hold nothing that looks like a secret.
_EXAMPLE = (
    r"(?i)example|sample|placeholder|dummy|fake|redacted|replace|your|xxxx|\*\*\*|\.\.\.|123456789|abcdefgh|qwerty"
)
_PASSWORD_WORDS = (
    r"(?i)(?:my|the|a|some|user|db|root|admin)?[-_]?(?:pass|passwd|password|pwd|pw|secret|token|key|user|username|"
    r"changeme|foo|bar|test|guest|admin|root|postgres|mysql|mongo|redis|rabbitmq)[-_]?(?:here|word)?[0-9]{0,4}"
)
_EXAMPLE_HOST = (
    r"(?i)(?:.*\.)?(?:localhost|local|test|invalid|example|example\.(?:com|org|net)|(?:my|your)?(?:host|server|domain)"
    r"(?:name)?(?:\.\w+)?)|127\.[0-9.]+|0\.0\.0\.0|::1"
)
_PUBLISHED = (
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc sk_test_BQokikJOvBiI2HlWgH4olfQ2 "  # Stripe's documentation
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw== "  # Azurite
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw== "  # Cosmos DB's emulator
    "s.iyNUhq8Ov4hIAx6snw5mB2nL"  # Vault's documentation
)
_PUBLISHED_JWT = (
    "eyJzdWIiOiIxMjM0NTY3ODkw",  # {"sub":"1234567890: the example on jwt.io
    "zdXBhYmFzZS1kZW1v",  # supabase-demo: the keys of every local Supabase
    "eyJzb21lIjoicGF5bG9hZCJ9",  # {"some":"payload"}: PyJWT's documentation
)
_PUBLISHED_USERS = ("s6BhdRkqt3", "Aladdin")  # RFC 6749, RFC 7617
_KINDS = ("[A-Z]", "[a-z]", "[0-9]")


def is_example(secret: str) -> bool:
    """Return whether this is a placeholder, a published key, or too uniform to be a secret."""
    return (
        re.search(_EXAMPLE, secret) is not None
        or len(set(secret)) < min(len(secret) // 2, 8)
        or secret in _PUBLISHED
        or secret.count(secret[:8]) > 2
    )


def is_word(secret: str) -> bool:
    """Return whether this is an example, or has neither digits nor capitals inside: a name, not a token."""
    return is_example(secret) or not (re.search("[0-9]", secret) or re.search("[a-z][A-Z][A-Za-z]*[a-z][A-Z]", secret))


def is_plain(secret: str, changes: float = 0.38) -> bool:
    """Return whether this is no random text of letters of both cases and digits: an example, a digest, a path, a name.

    Of two neighbours in a random text, six in ten times the second is of another kind; in names it is one in five.
    """
    kinds = ["a" if c.islower() else "A" if c.isupper() else "0" if c.isdigit() else "-" for c in secret]
    changed = sum(a != b for a, b in pairwise(kinds))
    return (
        is_example(secret)
        or not all(re.search(kind, secret) for kind in _KINDS)
        or changed < changes * len(secret)
        or secret.count("/") > len(secret) // 10
    )


def is_example_jwt(token: str) -> bool:
    """Return whether this JSON web token is one that documentation shows."""
    return any(part in token for part in _PUBLISHED_JWT) or is_example(token)


def is_example_login(user: str, host: str, password: str) -> bool:
    """Return whether an address with a password is an example, or leads to one's own machine."""
    known = user in _PUBLISHED_USERS or re.fullmatch(_EXAMPLE_HOST, host)
    return bool(known or is_example_password(password, user) or len(set(password)) < 3)


def is_example_password(password: str, user: str = "") -> bool:
    """Return whether this stands for a password in a guide."""
    return bool(re.fullmatch(_PASSWORD_WORDS, password) or re.search(_EXAMPLE, password) or password == user)


def is_example_number(number: str) -> bool:
    """Return whether a number of twelve digits is a run (`123456789012`), or few digits repeated."""
    steps = Counter((int(b) - int(a)) % 10 for a, b in pairwise(number))
    return len(set(number)) < 4 or max(steps.values()) >= 8
