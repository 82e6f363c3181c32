"""The files of a folder: which of them are part of a site, and what is wrong with others. Loads nothing heavy."""

from __future__ import annotations

import errno
import os
import stat as modes
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from notes_site.base.codes import ErrorCode
from notes_site.base.diagnostics import Diagnostic, error, note
from notes_site.storage.files import Stat, as_text, is_within, stat_of

_EDITOR_LEFTOVERS = ("~", ".swp", ".swo", ".swx", ".tmp", "___jb_tmp___", "___jb_old___")

# Folders from which Jekyll, Hugo's and Obsidian's users, package managers, systems and storage boxes publish nothing.
_KEPT_HOME = frozenset(
    {
        "#recycle", "$recycle.bin", "@eadir", "__macosx", "__pycache__", "_data", "_draft", "_drafts", "_includes",
        "_layouts", "_plugins", "_private", "_sass", "_site", "_templates", "_trash", "_unpublished",
        "bower_components", "lost+found", "node_modules", "system volume information", "venv",
    }
)  # fmt: skip
_LEFT_OUT = "folders of this name are not published, nor is what lies in this one"
_PUBLISH_IT = "to publish it, give it another name"


class Scan(NamedTuple):
    """Files below a folder by their relative path with forward slashes, in order, and what is wrong with others.
    `links` are the symbolic links, and where they lead, both in full.
    """

    files: dict[str, Stat]
    problems: tuple[Diagnostic, ...]
    links: frozenset[str] = frozenset()


def is_ignored(name: str) -> bool:
    """Return whether a file or folder is no part of a site: hidden ones, and what editors leave while they save."""
    of_emacs = name.startswith("#") and name.endswith("#")
    return name.startswith(".") or of_emacs or name.endswith(_EDITOR_LEFTOVERS) or name == "4913"


def is_left_out(name: str) -> bool:
    """Return whether a file or folder of the content stays at home: what is ignored, and what other tools keep back."""
    return is_ignored(name) or name.lower() in _KEPT_HOME


def scan(root: Path, shown: str, ignored: Callable[[str], bool] = is_ignored) -> Scan:
    """Return the files below `root`; a folder that is not there has none. `shown` names the root in problems.

    Links are followed while they stay below the root; pipes, sockets and devices are errors, never opened. Folders that
    `is_left_out` leaves out are told of.
    """
    files: dict[str, Stat] = {}
    problems: list[Diagnostic] = []
    links = set[str]()
    real_root = os.path.realpath(root)
    pending = [(str(root), "", frozenset[tuple[int, int]]())]
    while pending:
        folder, prefix, above = pending.pop()
        try:
            found, own = _listed(folder)
        except FileNotFoundError:
            continue
        except OSError as exc:
            problems.append(unreadable(f"{shown}/{prefix}".rstrip("/"), exc))
            continue
        inside = above | {(own.st_dev, own.st_ino)}
        for entry in found:
            path = prefix + entry.name
            if ignored(entry.name):
                if ignored is is_left_out and entry.is_dir(follow_symlinks=False):
                    problems.append(note(f"{shown}/{path}", "left-out", _LEFT_OUT, hint=_PUBLISH_IT))
                continue
            result = _stat(entry, f"{shown}/{path}", real_root, inside)
            if entry.is_symlink():
                links.update((entry.path, os.path.realpath(entry.path)))
            if isinstance(result, Diagnostic):
                problems.append(result)
            elif result is None:
                continue
            elif modes.S_ISDIR(result.st_mode):
                pending.append((entry.path, path + "/", inside))
            else:
                files[path] = stat_of(result)
    return Scan(dict(sorted(files.items())), tuple(problems), frozenset(links))


_REFUSED: dict[str, tuple[ErrorCode, str, str]] = {
    "outside": ("link-outside", "this symbolic link leads out of its folder", "put a copy in its place"),
    "loop": ("link-loop", "this symbolic link leads in a circle", "delete it"),
    "dangling": ("link-dangling", "this symbolic link leads to `{}`, which is not there", "correct it, or delete it"),
    "folder": ("not-a-file", "this is a folder, not a file", "delete it, or move it elsewhere"),
    "special": ("not-a-file", "this is a pipe, socket or device, not a file", "delete it, or move it elsewhere"),
    "name": ("bad-name", "the name is no text in UTF-8", "rename it"),
}


def refused(path: str, why: str, leads_to: str = "") -> Diagnostic:
    """Return the error for what is not read: `outside`, `loop`, `dangling`, `special`, `name`."""
    code, message, hint = _REFUSED[why]
    message = message.format(leads_to)
    return error(as_text(path), code, as_text(message), hint=hint)


def _listed(folder: str) -> tuple[list[os.DirEntry[str]], os.stat_result]:
    """Return the entries of a folder by name, and its own stat."""
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name), os.stat(folder)


def _stat(
    entry: os.DirEntry[str], shown: str, real_root: str, inside: frozenset[tuple[int, int]]
) -> os.stat_result | Diagnostic | None:
    """Return the stat of a file or folder, or why it is not read; None for one deleted since its folder was listed."""
    if as_text(entry.name) != entry.name:
        return refused(shown, "name")
    try:
        result = entry.stat()
    except FileNotFoundError:
        return refused(shown, "dangling", os.readlink(entry.path)) if entry.is_symlink() else None
    except OSError as exc:
        return refused(shown, "loop") if exc.errno == errno.ELOOP else unreadable(shown, exc)
    if entry.is_symlink():
        if not is_within(os.path.realpath(entry.path), real_root):
            return refused(shown, "outside")
        if (result.st_dev, result.st_ino) in inside:
            return refused(shown, "loop")
    is_special = not (modes.S_ISREG(result.st_mode) or modes.S_ISDIR(result.st_mode))
    return refused(shown, "special") if is_special else result


def unreadable(path: str, exc: OSError) -> Diagnostic:
    """Return the error for a file or folder that the system does not let us read."""
    return error(path, "unreadable", f"this cannot be read: {exc.strerror}", hint="see who may read it, or delete it")


def why_unread(file: Path, shown: str, exc: OSError) -> Diagnostic:
    """Return the error for a single file that could not be read: what is in its place, or what the system said."""
    there = os.path.exists(file)
    if there and not os.path.isfile(file):
        return refused(shown, "folder" if os.path.isdir(file) else "special")
    return (
        unreadable(shown, exc) if there or not os.path.islink(file) else refused(shown, "dangling", os.readlink(file))
    )
