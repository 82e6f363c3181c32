"""The edge of the process: what is written to a terminal, a log or a pipe passes here, and its secrets are hidden.

One door for our own lines, those of libraries and of their logs, and tracebacks. `MASK` says what is hidden.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterable
from types import TracebackType
from typing import Any, TextIO

from notes_site.secrets.masking import Mask

MASK = Mask()
"""What hides secrets on the way out. It is told of the text that a command works on, and of what the settings allow."""


class Masked:
    """A text stream that hides secrets. It has no `buffer`: bytes would get past it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text; a secret must stand in it as a whole. Returns how many characters were given."""
        self.stream.write(MASK(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write all lines in one piece."""
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        if name in ("buffer", "detach"):
            raise AttributeError(name)
        return getattr(self.stream, name)


def install() -> None:
    """Let all that is written to standard output and error, and what is said of an uncaught exception, pass here."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Masked):
            setattr(sys, name, Masked(stream))
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def allow(fingerprints: Collection[str]) -> None:
    """Show from now on what has one of these fingerprints: the settings say that it is no secret."""
    MASK.allow = frozenset(fingerprints)


def write_raw(text: str) -> None:
    """Write to standard output what was asked for as it is: a document, or data whose texts are masked already."""
    stream: Any = sys.stdout
    (stream.stream if isinstance(stream, Masked) else stream).write(text)


def _uncaught(kind: type[BaseException], exc: BaseException | None, trace: TracebackType | None) -> None:
    """Print a traceback in one piece, so that a secret of several lines stands in it as a whole."""
    if not issubclass(kind, SystemExit):
        import traceback

        sys.stderr.write("".join(traceback.format_exception(kind, exc, trace)))
