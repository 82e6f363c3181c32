"""Digests, and the one canonical encoding that they are made of."""

from __future__ import annotations

from hashlib import blake2b


def digest(data: bytes) -> str:
    """Return the BLAKE2b digest (RFC 7693) of 16 bytes as 32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


def digest_of(value: object) -> str:
    """Return the digest of a frozen value: equal values of one type give equal digests, on any machine."""
    import msgspec

    return digest(msgspec.msgpack.encode(value, order="deterministic"))


def combine(*digests: str) -> str:
    """Return one digest for several texts, in their order."""
    return digest("\0".join(digests).encode())
