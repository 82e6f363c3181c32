"""Files that are private by their names: what one publishes of them, one publishes by accident."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

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
    """Tell whether a path names what is private. `data` is what the file holds: certificates and public keys are not.

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
    """Tell whether a file of keys holds certificates or public keys alone: `*.pem` says nothing of what is in it."""
    return name.endswith(".pem") and data is not None and b"-----BEGIN " in data and b"PRIVATE KEY" not in data
