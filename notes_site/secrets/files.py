"""Files: which are private by their names, and how any file becomes a text in which secrets can be sought."""

from __future__ import annotations

import codecs
from fnmatch import fnmatchcase
from typing import NamedTuple

LARGEST = 32_000_000
"""Bytes of the largest file that is looked through."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WIDE = {"utf-32-le": (0,), "utf-32-be": (3,), "utf-16-le": (0, 2), "utf-16-be": (1, 3)}
"""Which bytes of four are letters where the others are NUL."""

_ARCHIVES = (  # ZIP and office documents, gzip, bzip2, xz, 7z, RAR, zstd
    b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_MEDIA = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".heic", ".ico", ".bmp", ".tif", ".tiff", ".mp3", ".mp4", ".m4a",
    ".m4v", ".mov", ".webm", ".ogg", ".opus", ".wav", ".flac", ".woff", ".woff2", ".ttf", ".otf", ".eot",
)  # fmt: skip


def is_media(path: str) -> bool:
    """Return whether a file is an image, a film, a sound or a font by its name: these are not looked through."""
    return path.lower().endswith(_MEDIA)


def is_archive(data: bytes) -> bool:
    """Return whether the beginning of a file says that what is in it is packed: a ZIP, a Word document, a .tar.gz."""
    return data.startswith(_ARCHIVES)


def as_text(data: bytes) -> str:
    """Return the text in a file, whatever its encoding, with LF line ends; what is no text becomes some letters."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _fold(data.decode(encoding, "replace"))
    if wide := _wide(data[:4096]):
        return _fold(data.decode(wide, "replace"))
    try:
        return _fold(data.decode())
    except UnicodeDecodeError:
        return _fold(data.decode("latin-1"))


def _wide(start: bytes) -> str:
    """Return the encoding of two or four bytes a letter in which a text without a mark begins, '' for any other."""
    if b"\0" not in start:
        return ""
    nul = [start[at::4].count(0) / max(len(start) // 4, 1) for at in range(4)]
    for encoding, letters in _WIDE.items():
        others = [share for at, share in enumerate(nul) if at not in letters]
        if min(others) > 0.5 and max(nul[at] for at in letters) < 0.1:
            return encoding
    return ""


def _fold(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# --- names

_LOGINS = "it holds passwords or tokens"
_STATE = "it holds what a tool or a shell remembers, secrets too"

# names (a folder's ends with a slash, `*` stands for anything), why
_PRIVATE = (
    (".env .env.* .envrc", "it holds settings and passwords"),
    (".aws/ .azure/ .gcloud/ .docker/ .kube/ .oci/ .terraform/ .terraform.d/ kubeconfig *.kubeconfig", _LOGINS),
    (".netrc _netrc .npmrc .pypirc .htpasswd .git-credentials .my.cnf .pgpass .s3cfg .boto .dockercfg", _LOGINS),
    ("credentials.csv *_credentials.csv accesskeys.csv *_accesskeys.csv rootkey.csv .vault-token", _LOGINS),
    ("client_secret*.json .rclone.conf rclone.conf *.tfrc.json .terraformrc .vault_pass", _LOGINS),
    ("*.tfvars *.tfvars.json", "it holds the variables of Terraform, secrets too"),
    ("*.kdbx *.kdb *.keychain *.keychain-db *.agilekeychain/ .password-store/", "it holds passwords"),
    (
        ".ssh/ .gnupg/ id_rsa id_dsa id_ecdsa id_ed25519 *.pem *.p12 *.pfx *.ppk *.jks *.keystore",
        "it holds private keys",
    ),
    ("*.tfstate *.tfstate.backup *.tfstate.*.backup", "it holds the secrets of what Terraform has made"),
    (".*_history .rhistory .rdata .lesshst .viminfo", _STATE),
    (".git/ .svn/ .hg/ .bzr/ .idea/ .vscode/ .vagrant/ .direnv/", _STATE),
)
_PUBLIC = (".env.example", ".env.sample", ".env.template", ".env.dist")


class Private(NamedTuple):
    """A private file, or the private folder in which it lies: its path, and why."""

    path: str
    why: str


def private(path: str, data: bytes | None = None) -> Private | None:
    """Return whether a path names what is private. `data` is what the file holds: certificates and public keys are not.

    Names count whatever their case, as on the systems that most people have.
    """
    parts = path.split("/")
    for number, part in enumerate(parts, 1):
        name = part.lower() + ("/" if number < len(parts) else "")
        why = next((why for names, why in _PRIVATE if any(fnmatchcase(name, form) for form in names.split())), "")
        if why and name not in _PUBLIC and not _is_public(name, data):
            return Private("/".join(parts[:number]), why)
    return None


def _is_public(name: str, data: bytes | None) -> bool:
    """Return whether a file of keys holds certificates or public keys alone: `*.pem` says nothing of what is in it."""
    return name.endswith(".pem") and data is not None and b"-----BEGIN " in data and b"PRIVATE KEY" not in data
