"""Which files need a footnote's text, once a document is many files. Pure.

A footnote stands where it is used: in the first such file if its own uses it not, as a copy in every further one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from notes_site.content.markdown.outline import Definition


class Placed(NamedTuple):
    """A footnote's definition: the file that its lines go to, whether they leave their place for that, and the further
    files that get a copy.
    """

    note: Definition
    file: str
    moves: bool
    copies: tuple[str, ...]


def placed(notes: Sequence[Definition], owner: Sequence[str], shown: Sequence[bool]) -> list[Placed]:
    """Return where the footnotes go. `owner` has the file of each line, `shown` tells whether it is text there."""
    files = _files(notes, owner, shown)
    found = []
    for note in notes:
        lines = range(note.start, note.end)
        users = files[note.label]
        if not users or len({owner[n] for n in lines}) > 1 or not all(shown[n] for n in lines):
            continue  # what the import took for something else stays where it is
        moves = owner[note.start] not in users
        file = users[0] if moves else owner[note.start]
        found.append(Placed(note, file, moves, tuple(user for user in users if user != file)))
    return found


def _files(notes: Iterable[Definition], owner: Sequence[str], shown: Sequence[bool]) -> dict[str, list[str]]:
    """Return the files that use each footnote, in the text or in a footnote that they use."""
    inside = {n: note.label for note in notes for n in range(note.start, note.end)}
    files = {
        note.label: [*dict.fromkeys(owner[n] for n in note.uses if shown[n] and n not in inside)] for note in notes
    }
    waiting = [note.label for note in notes]
    by_user: dict[str, list[str]] = {label: [] for label in files}
    for note in notes:
        for user in {inside[n] for n in note.uses if n in inside}:
            by_user[user].append(note.label)
    while waiting:
        user = waiting.pop()
        for label in by_user[user]:
            if more := [file for file in files[user] if file not in files[label]]:
                files[label] += more
                waiting.append(label)
    return files
