"""Code to HTML with short CSS classes, and the CSS for them. The only package that knows Pygments.

The markup carries classes only, never a colour, so one HTML serves a light and a dark scheme (`code_css`).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from importlib import import_module
from types import FrameType
from typing import Any, NamedTuple, Protocol

from pygments.token import STANDARD_TYPES

from notes_site.base.diagnostics import suggestion
from notes_site.base.digest import digest
from notes_site.base.errors import HighlightTimeout, Problem
from notes_site.content.highlight.css import UNMARKED, code_css, styles

__all__ = ["PLAIN", "Code", "Highlighter", "code_css", "highlight", "languages", "styles"]

MAX_SIZE = 200_000
"""The longest code block that is highlighted, in characters. Longer ones are shown plain."""

MAX_LINE = 5_000
"""The longest line of a highlighted block, in characters. Minified code gains nothing and costs most."""

MAX_SECONDS = 5.0
"""CPU time that one block may take: some lexers are quadratic, Scala's is exponential."""

PLAIN = frozenset({"", "ascii", "no-highlight", "nohighlight", "none", "plain", "plaintext", "raw", "text", "txt"})
"""Languages that mean: show it as it is."""

_SYNONYMS_BY_LANGUAGE = {
    "": "crontab csv git gitignore log logs math mermaid plantuml redis regex stdout tree tsv",
    "bash": "shellscript zshrc",
    "bat": "cmd",
    "console": "terminal",
    "diff": "patch",
    "docker": "containerfile",
    "groovy": "gradle",
    "html": "svelte",
    "ini": "conf dotenv env",
    "javascript": "node nodejs",
    "json": "jsonl",
    "json5": "jsonc",
    "nasm": "assembly",
    "postgresql": "pgsql",
    "python": "ipython",
    "sql": "sqlite",
    "systemd": "unit",
    "vim": "vim-script",
    "wast": "wasm",
    "xml": "svg",
    "yaml": "yml",
}
SYNONYMS = {word: language for language, words in _SYNONYMS_BY_LANGUAGE.items() for word in words.split()}
"""Names that GitHub, VS Code or Obsidian know and Pygments does not; '' means: show it as it is."""

Ranges = tuple[tuple[int, int], ...]


class Code(NamedTuple):
    """Code as HTML, for inside `<code>`, and the problem with it if there is one."""

    html: str
    problem: Problem | None


def highlight(
    code: str,
    language: str = "",
    *,
    marks: Ranges = (),
    linenos: bool = False,
    diff: bool = False,
    seconds: float = MAX_SECONDS,
) -> Code:
    """Return the code as HTML, never failing: what cannot be highlighted is shown plain, with the reason.

    `marks`: ranges of lines, from 1 and inclusive, that get the class `hl`. `linenos`: each line carries its number
    in `data-line`, where copying does not reach it. `diff`: the first character of a line says whether it was
    added (class `ins`) or removed (`del`), and the rest is code of the language. `seconds`: the limit of CPU time.
    """
    if code and not code.endswith("\n"):
        code += "\n"  # which some lexers need to see the last line
    signs: list[str] = []
    if diff:
        code, signs = _split_signs(code)
    pieces, problem = _pieces(code, language, seconds)
    if not (marks or linenos or diff):
        return Code("".join([f'<span class="{css}">{text}</span>' if css else text for css, text in pieces]), problem)
    lines = _lines(pieces)
    chosen = _chosen(marks, len(lines))
    return Code("".join(_wrapped(lines, chosen, linenos, signs)), problem)


class Highlighter:
    """`highlight` for the code of one note, with a memory: making a lexer costs some 20 ms for each language. `known`
    is the HTML by digest that the same program had for the note before, `used` what it has now.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self.used: dict[str, str] = {}

    def highlight(
        self, code: str, language: str, *, marks: Ranges = (), linenos: bool = False, diff: bool = False
    ) -> Code:
        """Return the code as HTML. What has a problem is not remembered, so that the problem is found again."""
        key = digest(f"{language}\0{marks}\0{linenos}\0{diff}\0{code}".encode())
        kept = self._known.get(key)
        shown = Code(kept, None) if kept else highlight(code, language, marks=marks, linenos=linenos, diff=diff)
        if language and not shown.problem:
            self.used[key] = shown.html
        return shown


class _Lexer(Protocol):
    """What we need of Pygments' `Lexer`, whose module takes some ms to load: what is remembered needs none."""

    def get_tokens_unprocessed(self, text: str) -> Iterable[tuple[int, Any, str]]: ...


def _pieces(code: str, language: str, seconds: float) -> tuple[list[tuple[str, str]], Problem | None]:
    """Return the code as pairs of CSS class ('' for none) and escaped text."""
    lexer, problem = _lexer(language.lower())
    if lexer is not None:
        problem = _too_large(code)
        if problem is None:
            try:
                with _limit(seconds):
                    return _lex(lexer, code), None
            except HighlightTimeout:
                message = f"highlighting this {language} took more than {seconds:g} s and was given up"
                problem = Problem(message, "mark it `text` to show it plain, or shorten it", code="slow-code")
            except Exception as bug:  # one lexer of 500 fails on odd input: no reason to lose the site
                message = f"Pygments cannot read this {language} ({type(bug).__name__}); it is shown plain"
                problem = Problem(message, "mark it `text`", code="lexer-failed")
    return [("", escape(code, quote=False))], problem


def _lex(lexer: _Lexer, code: str) -> list[tuple[str, str]]:
    runs: list[tuple[str, list[str]]] = [("", [])]
    last = ""
    classes = _CLASSES
    for _, kind, value in lexer.get_tokens_unprocessed(code):
        css = classes.get(kind)
        if css is None:
            css = _class_of(kind)
        if css != last and value:
            last = css
            runs.append((css, [value]))
        else:
            runs[-1][1].append(value)
    texts = [(css, "".join(run)) for css, run in runs]
    if sum(len(text) for _, text in texts) != len(code):
        raise ValueError("the lexer lost some of the code")
    return [(css, escape(text, quote=False)) for css, text in texts if text]


_CLASSES: dict[Any, str] = {}


def _class_of(kind: Any) -> str:
    """Return the short class of a token type, its nearest standard ancestor's where it is not standard itself."""
    known = kind
    while known not in STANDARD_TYPES:
        known = known.parent
    short = STANDARD_TYPES[known]
    css = _CLASSES[kind] = "" if short in UNMARKED else short
    return css


@lru_cache(maxsize=1)
def languages() -> dict[str, tuple[str, str]]:
    """Return module and class of the lexer for every name that Pygments knows.

    Read from its table: `get_lexer_by_name` walks 500 entries, and for an unknown name all installed packages.
    """
    from pygments.lexers._mapping import LEXERS

    return {alias: (entry[0], name) for name, entry in LEXERS.items() for alias in entry[2]}


@lru_cache(maxsize=256)
def _lexer(language: str) -> tuple[_Lexer | None, Problem | None]:
    language = SYNONYMS.get(language, language)
    if language in PLAIN:
        return None, None
    found = languages().get(language)
    if found is None:
        message = f"`{language}` is no language that can be highlighted; the code is shown plain"
        known = [*languages(), *SYNONYMS]
        hint = suggestion(language, known) or "use `text`"
        return None, Problem(message, hint, code="unknown-language")
    module, name = found
    return getattr(import_module(module), name)(stripnl=False), None


def _too_large(code: str) -> Problem | None:
    hint = "mark it `text`, or publish it as a file and link to it"
    if len(code) > MAX_SIZE:
        message = f"a code block of {len(code):,} characters is shown plain (the limit is {MAX_SIZE:,})"
        return Problem(message, hint, code="large-code")
    longest = max(map(len, code.split("\n"))) if len(code) > MAX_LINE else 0
    if longest > MAX_LINE:
        message = f"code with a line of {longest:,} characters is shown plain (the limit is {MAX_LINE:,})"
        return Problem(message, hint, code="large-code")
    return None


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise `HighlightTimeout` after that much CPU time. Timers are POSIX, and signals reach the main thread only."""
    timer = getattr(signal, "setitimer", None)
    if timer is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _give_up)
    timer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        timer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


_AGAIN = 0.02  # seconds until the signal comes again where it could not be used


def _give_up(_number: int, frame: FrameType | None) -> None:
    """Raise where a lexer runs, and nowhere else: in a finalizer the exception would get lost."""
    if frame is not None and (frame.f_code is _lex.__code__ or "pygments" in frame.f_code.co_filename):
        raise HighlightTimeout


def _split_signs(code: str) -> tuple[str, list[str]]:
    """Return the code without its first column of `+`, `-` and spaces, and that column."""
    lines = code.split("\n")
    signs = [line[:1] if line[:1] in ("+", "-", " ") else "" for line in lines]
    return "\n".join([line[len(sign) :] for line, sign in zip(lines, signs, strict=True)]), signs


def _lines(pieces: list[tuple[str, str]]) -> list[str]:
    """Return the HTML line by line; no span reaches over a line end."""
    lines: list[list[str]] = [[]]
    for css, text in pieces:
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(f'<span class="{css}">{part}</span>' if css else part)
    if not lines[-1]:  # what follows the final newline is no line
        lines.pop()
    return ["".join(line) for line in lines]


def _chosen(marks: Ranges, count: int) -> set[int]:
    return {line for first, last in marks for line in range(first, min(last, count) + 1)}


def _wrapped(lines: list[str], marks: set[int], linenos: bool, signs: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        css = "line hl" if number in marks else "line"
        sign = signs[number - 1] if signs else ""
        if sign:
            css += {"+": " ins", "-": " del"}.get(sign, "")
            line = f'<span class="sign">{sign}</span>{line}'
        label = f' data-line="{number}"' if linenos else ""
        yield f'<span class="{css}"{label}>{line}\n</span>'
