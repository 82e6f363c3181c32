"""Where secrets are looked for, and which files are private by their names alone."""

from __future__ import annotations

import json

import pytest

from notes_site.secrets import detect
from notes_site.secrets.files import LARGEST
from tests.harness import Site, codes
from tests.leaking import made

KEY_ID = made("AK" + "IA{K14}23", 1)
TOKEN = made("ghp" + "_{w36}", 2)
ADDRESS = "redis://:c0rrecthorse@cache.acme.io"
ACCOUNT = made("{acct}", 3)
DASHES = "-" * 5


def leaking(site: Site) -> list[tuple[str, int]]:
    return [(d.path, d.line) for d in site.build().diagnostics if d.code == "leak"]


def test_notes_front_matter_attachments_and_static_files_are_looked_through(site: Site) -> None:
    site.note("cloud/one.md", f"```\n{TOKEN}\n```\n", title="One", summary=f"Role arn:aws:iam::{ACCOUNT}:role/x")
    site.write("content/cloud/deploy.env", f"KEY={KEY_ID}\n")
    site.write("content/cloud/box.png", b"\x89PNG\0" + KEY_ID.encode())
    site.write("static/hello.txt", f"{ADDRESS}\n")
    report = site.build()
    assert [(d.path, d.line) for d in report.diagnostics if d.code == "leak"] == [
        ("content/cloud/deploy.env", 1),
        ("content/cloud/one.md", 3),
        ("content/cloud/one.md", 6),
        ("static/hello.txt", 1),
    ]
    assert report.published
    assert json.loads(site.page(".notes-site/build.json"))["diagnostics"]["leak"] == 4
    assert site.build().diagnostics == report.diagnostics


def test_settings_and_templates_are_looked_through(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", time="5 min")
    site.write("notes-site.toml", f'title = "Notes"\nfooter = "{ADDRESS}"\nrepository = "https://acme.io/?k={TOKEN}"\n')
    site.write("templates/footer.html", f"<p>{KEY_ID}</p>\n")
    assert leaking(site) == [("notes-site.toml", 2), ("notes-site.toml", 3), ("templates/footer.html", 1)]
    marks = [detect.fingerprint(secret) for secret in ("c0rrecthorse", TOKEN, KEY_ID)]
    site.write(
        "notes-site.toml",
        f'title = "Notes"\nfooter = "{ADDRESS}"\nrepository = "https://acme.io/?k={TOKEN}"\n'
        f"[leaks]\nallow = {json.dumps(marks)}\n",
    )
    assert leaking(site) == []


@pytest.mark.parametrize("path", [f"content/cloud/{TOKEN}.md", f"content/cloud/{TOKEN}.txt", f"static/{TOKEN}.css"])
def test_names_of_files_are_looked_through_and_hidden(site: Site, path: str) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", time="5 min")
    site.write(path, "Text.\n")
    (told,) = [d for d in site.build().diagnostics if d.code == "leak"]
    assert told.message == "the name of this file holds a key or token of GitHub, for all to see"
    assert TOKEN not in "".join(map(str, told))
    site.write("notes-site.toml", f'[leaks]\nallow = ["{detect.fingerprint(TOKEN)}"]\n')
    assert leaking(site) == []


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig", "latin-1"]
)
def test_files_of_any_encoding_are_looked_through(site: Site, encoding: str) -> None:
    site.write("static/keys.txt", f"Schlüssel für den Kurs\r\n\r\n{TOKEN}\r\n".encode(encoding))
    assert leaking(site) == [("static/keys.txt", 3)]


def test_text_among_other_bytes_is_looked_through(site: Site) -> None:
    site.write("static/dump.bin", b"\0\x01\xff\n\0" + TOKEN.encode() + b"\0\n\xfe")
    assert leaking(site) == [("static/dump.bin", 2)]


def test_large_files_are_looked_through_to_their_end(site: Site) -> None:
    site.write("static/log.txt", "a line of a log\n" * 400_000 + f"{TOKEN}\n")
    assert leaking(site) == [("static/log.txt", 400_001)]


def test_what_is_not_looked_through_is_told(site: Site) -> None:
    site.write("static/report.docx", b"PK\x03\x04" + TOKEN.encode())
    site.write("static/photo.png", b"\x89PNG" + b"\0" * 100)
    with site.write("static/huge.csv", b"").open("r+b") as file:
        file.truncate(LARGEST + 1)
    told = [d for d in site.build().diagnostics if d.code == "not-searched"]
    assert [(d.path, d.severity) for d in told] == [("static/huge.csv", "note"), ("static/report.docx", "note")]
    assert "32,000,000 bytes" in told[0].message


PRIVATE = [
    ".env", ".env.production", ".aws/credentials", ".ssh/known_hosts", "id_rsa", "keys/server.pem", "store.p12",
    "a.pfx", "lab.ppk", "a.jks", "my.kdbx", ".netrc", ".npmrc", ".pypirc", ".htpasswd", "terraform.tfstate",
    "terraform.tfstate.backup", ".bash_history", ".git-credentials", ".docker/config.json", ".kube/config",
    ".svn/entries", ".hg/store/data", ".idea/workspace.xml", ".vscode/settings.json", "ID_RSA", "lab/.Env",
    "ada_accessKeys.csv", ".node_repl_history", ".Rhistory", ".lesshst", "lab/client_secret_12.json", "rclone.conf",
    "lab.tfvars", ".terraformrc",
]  # fmt: skip
PUBLIC = [
    ".well-known/security.txt", ".nojekyll", "robots.txt", ".env.example", "id_rsa.pub", "environment.txt",
    "lecture.key", "certificate.crt", "aws/credentials.md", "ssh/config.txt", "env", "docker/config.json", "id_rsa.png",
    "vscode/x.json", "history.md", "lab.tfvars.example",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("path", PRIVATE)
def test_private_files_are_told_of_by_name(site: Site, path: str) -> None:
    site.write(f"static/{path}", "nothing that looks like a secret\n")
    (told,) = [d for d in site.build().diagnostics if d.code == "leak"]
    assert f"static/{path}/".startswith(f"{told.path}/")
    assert "private by its name" in told.message
    site.write("notes-site.toml", f'[leaks]\nallow = ["{detect.fingerprint(told.path)}"]\n')
    assert leaking(site) == []


def test_public_files_are_not(site: Site) -> None:
    for path in PUBLIC:
        site.write(f"static/{path}", "nothing that looks like a secret\n")
    certificate = f"{DASHES}BEGIN CERTIFICATE{DASHES}\nMIIB\n{DASHES}END CERTIFICATE{DASHES}\n"
    site.write("static/chain.pem", certificate)
    site.write("static/key.pem", f"{DASHES}BEGIN PUBLIC KEY{DASHES}\nMIIB\n{DASHES}END PUBLIC KEY{DASHES}\n")
    assert leaking(site) == []


def test_a_private_folder_is_told_of_once(site: Site) -> None:
    for number in range(20):
        site.write(f"static/.svn/pristine/{number}.svn-base", "x\n")
    assert leaking(site) == [("static/.svn", 0)]


def test_a_secret_in_a_private_file_is_told_of_instead(site: Site) -> None:
    site.write("static/.env", f"KEY={KEY_ID}\n")
    assert leaking(site) == [("static/.env", 1)]


def test_a_private_attachment_is_told_of_too(site: Site) -> None:
    site.note("cloud/one.md", "[state](terraform.tfstate)\n", title="One", time="5 min")
    site.write("content/cloud/terraform.tfstate", "{}\n")
    report = site.build()
    assert codes(report).count("leak") == 1
    assert report.published


def test_private_files_stop_a_deploy(site: Site) -> None:
    site.write("static/.env", "DEBUG=1\n")
    site.build()
    done = site.run("deploy", "../site-copy")
    assert done.returncode == 1
    assert "leak" in done.stderr
