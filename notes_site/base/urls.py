"""What may be published as the address of a web page (RFC 3986). Pure."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"https?://[^/?#]*@", re.IGNORECASE)
_HTTP = re.compile(r"https?://(?:\[[0-9a-f:.]+\]|[^\s/?#:@\\\[\]]+)(?::[0-9]*)?(?:[/?#][^\s\\]*)?", re.IGNORECASE)


def has_credentials(url: str) -> bool:
    """Return whether an http(s) URL holds a user name or password, which publishing it would give away."""
    return _CREDENTIALS.match(url) is not None


def is_http(url: str) -> bool:
    """Return whether a text is an absolute http(s) URL that names a host and holds no credentials."""
    return _HTTP.fullmatch(url) is not None
