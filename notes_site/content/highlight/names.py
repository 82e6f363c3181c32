"""The names of languages."""

from __future__ import annotations

from functools import lru_cache

PLAIN = frozenset({"", "ascii", "no-highlight", "nohighlight", "none", "plain", "plaintext", "raw", "text", "txt"})
"""Languages that mean: show it as it is."""

SYNONYMS = {
    "assembly": "nasm",
    "cmd": "bat",
    "conf": "ini",
    "containerfile": "docker",
    "crontab": "",
    "csv": "",
    "dotenv": "ini",
    "env": "ini",
    "git": "",
    "gitignore": "",
    "gradle": "groovy",
    "ipython": "python",
    "jsonc": "json5",
    "jsonl": "json",
    "log": "",
    "logs": "",
    "math": "",
    "mermaid": "",
    "node": "javascript",
    "nodejs": "javascript",
    "patch": "diff",
    "pgsql": "postgresql",
    "plantuml": "",
    "redis": "",
    "regex": "",
    "shellscript": "bash",
    "sqlite": "sql",
    "stdout": "",
    "svelte": "html",
    "svg": "xml",
    "terminal": "console",
    "tree": "",
    "tsv": "",
    "unit": "systemd",
    "vim-script": "vim",
    "wasm": "wast",
    "yml": "yaml",
    "zshrc": "bash",
}
"""Names that GitHub, VS Code or Obsidian know and Pygments does not."""


@lru_cache(maxsize=1)
def languages() -> dict[str, tuple[str, str]]:
    """Return module and class of the lexer for every name that Pygments knows.

    Read from its table: `get_lexer_by_name` walks 500 entries, and for an unknown name all installed packages.
    """
    from pygments.lexers._mapping import LEXERS

    return {alias: (entry[0], name) for name, entry in LEXERS.items() for alias in entry[2]}
