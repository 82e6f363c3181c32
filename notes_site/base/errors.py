"""Every exception that notes-site raises of its own.

An expected problem with what somebody wrote is a `Diagnostic`, which is a value. An exception tells the caller that it
cannot go on:

    Exception
    ├── ValueError
    │   ├── Problem                   what a text or value cannot be, on its way to becoming a Diagnostic
    │   └── InvalidTarget             `deploy --target` cannot be understood
    │       └── AmbiguousTarget
    ├── DiagnosticError               a Diagnostic that ends what was begun
    │   ├── TemplateError             a template cannot be used
    │   └── UnusableDocument          what was to be imported, or where it was to go
    ├── InvalidConfig                 notes-site.toml has errors
    ├── ProjectNotFound               neither a config nor a content folder
    ├── UnsafeOutput                  a folder that a site must not be written to
    ├── CannotWrite                   a file that must not be replaced
    ├── UnusablePath                  a path that leads to nothing that may be read
    ├── LockHeld                      another process is at work
    ├── SourceChanged                 a file changed while it was copied
    ├── FilesChanging                 files changed while they were read
    ├── RescanNeeded                  the preview cannot tell what changed
    ├── PortUnavailable               the preview cannot listen
    ├── DamagedCache                  the cache lacks what it promised
    ├── DamagedFile                   an image or recording is not as its format demands
    ├── HighlightTimeout              a lexer took too long
    ├── PreconditionFailed            the condition of a conditional write does not hold
    ├── MalformedResponse             a server's response lacks what it must hold
    └── DeployError                   a deploy cannot begin or go on
        ├── ConditionsUnsupported     the server has no conditional writes
        └── ErrorResponse             the server refuses a request

The text of those that end a command says what is wrong and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from notes_site.base.codes import Code
from notes_site.base.diagnostics import Diagnostic


class Problem(ValueError):
    """What is wrong with a text or value, and what helps: the part of a `Diagnostic` that whoever reads it knows.

    `at` has the indexes in the text between which the cause stands, None for all of it; `key` leads to a value within
    the value (of a table in the config, say). Its reader knows the file, and most often the code.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        code: Code | None = None,
        at: tuple[int, int] | None = None,
        key: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message, self.hint, self.code, self.at, self.key = message, hint, code, at, key


class InvalidTarget(ValueError):
    """A deploy target that cannot be understood; its text says how to write one."""


class AmbiguousTarget(InvalidTarget):
    """A bare name, which may be that of a bucket or of a folder."""


class DiagnosticError(Exception):
    """A `diagnostic` that ends what was begun."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class TemplateError(DiagnosticError):
    """A template that cannot be used."""


class UnusableDocument(DiagnosticError):
    """A document that cannot be read as text, or a place that must not be written to."""


class InvalidConfig(Exception):
    """The config in the folder `root` has errors: what it says of folders cannot be relied on."""

    def __init__(self, name: str, root: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{name} has errors")
        self.root, self.diagnostics = root, diagnostics


class ProjectNotFound(Exception):
    """No config and no content folder where the command was run; its text says what to do."""


class UnsafeOutput(Exception):
    """A folder that must not be written to; its text says why and what to do."""


class CannotWrite(Exception):
    """A file that must not be overwritten, or that would do harm where it is to go; its text says why."""


class UnusablePath(Exception):
    """A file that must not be read, and why."""

    Why = Literal["gone", "outside", "circle", "hidden", "special", "large", "unreadable"]

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class LockHeld(Exception):
    """Another process holds the lock; its text says who."""


class SourceChanged(Exception):
    """A file changed between its scan and its copy; its text names it."""


class FilesChanging(Exception):
    """A file was saved while others were read."""


class RescanNeeded(Exception):
    """Only a scan of everything can tell what a change means."""


class PortUnavailable(Exception):
    """No port could be had; its text says where and why."""


class DamagedCache(Exception):
    """The cache lacks what it promised; building without it repairs that."""


class DamagedFile(Exception):
    """The file is not as its format demands."""


class HighlightTimeout(Exception):
    """The CPU time of a lexer is up."""


class PreconditionFailed(Exception):
    """A conditional write whose condition does not hold (RFC 9110, section 15.5.13)."""


class MalformedResponse(Exception):
    """A response that says all is well and lacks what it must hold: somebody else than the server has given it."""


class DeployError(Exception):
    """A deploy that cannot begin or go on; its text says why, and what to do."""


class ConditionsUnsupported(DeployError):
    """A server that ignores or refuses conditional writes."""

    def __init__(self) -> None:
        super().__init__(
            "this server ignores conditional writes, so that two deploys at once could mix: see to it that there is "
            "only one, and say so with --no-lock"
        )


class ErrorResponse(DeployError):
    """A server's refusal, with its code and HTTP status."""

    def __init__(self, reason: str, code: str, status: int) -> None:
        super().__init__(reason)
        self.code, self.status = code, status
