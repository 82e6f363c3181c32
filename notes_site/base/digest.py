"""Digests, and the one canonical encoding that they are made of."""

from __future__ import annotations

from base64 import b64encode
from hashlib import blake2b, sha256


def hasher(data: bytes = b"") -> blake2b:
    """Return the digest of data that comes in parts: `update` it with each, then ask for its `hexdigest`."""
    return blake2b(data, digest_size=16)


def digest(data: bytes) -> str:
    """Return the BLAKE2b digest (RFC 7693) of 16 bytes as 32 hexadecimal digits."""
    return hasher(data).hexdigest()


def integrity(text: str) -> str:
    """Return what a Content-Security-Policy calls an inline script or style (CSP Level 3, hash-source)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def digest_of(value: object) -> str:
    """Return the digest of a frozen value: equal values of one type give equal digests, on any machine."""
    import msgspec

    return digest(msgspec.msgpack.encode(value, order="deterministic"))


def combine(*digests: str) -> str:
    """Return one digest for several texts, in their order."""
    return digest("\0".join(digests).encode())
