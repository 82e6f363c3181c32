"""The names of languages."""

from __future__ import annotations

from functools import lru_cache

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


@lru_cache(maxsize=1)
def languages() -> dict[str, tuple[str, str]]:
    """Return module and class of the lexer for every name that Pygments knows.

    Read from its table: `get_lexer_by_name` walks 500 entries, and for an unknown name all installed packages.
    """
    from pygments.lexers._mapping import LEXERS

    return {alias: (entry[0], name) for name, entry in LEXERS.items() for alias in entry[2]}
