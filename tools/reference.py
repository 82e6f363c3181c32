"""Writes the reference pages that are made from tables: `python -m tools.reference [DOCS]`."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
import typing
from pathlib import Path

import notes_site
from notes_site.base import codes
from notes_site.base.config import SETTINGS, SettingType
from notes_site.base.kinds import DEFAULT_KINDS
from notes_site.base.model import FIELDS, Field, Record, passed_on
from notes_site.base.wording import Texts
from notes_site.config import reading
from notes_site.content import frontmatter
from notes_site.content.frontmatter.values import VALUES
from notes_site.pages.addresses import PageKind
from notes_site.pages.feeds import DATA_FIELDS

_TEMPLATES = """\
# Templates

Put a file into `templates/` of your site under the name of one of the default theme's, and it takes its place. To
change a part only, extend the file that you replace:

```jinja
{% extends "default/note.html" %}
{% block after %}
<p>Written by hand.</p>
{{ super() }}
{% endblock %}
```

`base.html` is the frame of all pages. `parts.html` has macros that several pages share; they see the view where they
are imported so: `{% from "parts.html" import table with context %}`. The same goes for `static/`: a file of yours
replaces the theme's of the same name. [theme.md](theme.md) says what belongs to the theme, and how its look is changed
without templates.

| template | blocks |
| --- | --- |
| `base.html` | `title`, `head` (the end of it), `header`, `main`, `nav`, `footer` |
| `note.html` | those of `base.html`, and in `main`: `facts`, `text`, `after` |
| `page.html` | those of `base.html`, and in `main`: `text`, `after` |
| `area.html` | those of `base.html`, and in `main`: `text` |
| `home.html` | those of `base.html`, and in `main`: `text`, `overview` |
| all others | those of `base.html` |

A template sees one variable, `view`, and nothing else: no clock, no environment, no chance. So a page is made again
exactly when something that it shows has changed. What a template extends, includes or imports must be named by a text,
not by a variable. Using what a view does not have is an error with template, line and page.

A site's own templates run in [Jinja's sandbox](https://jinja.palletsprojects.com/sandbox/): they can put any HTML and
any script into pages, and use up time and memory, but they cannot read files, run programs or reach into Python.

Besides [Jinja's own filters](https://jinja.palletsprojects.com/templates/#list-of-builtin-filters) there are:

| filter | what it gives |
| --- | --- |
| `body\\|fill` | the HTML of a `Body`, its links complete for this page |
| `minutes\\|duration` | minutes as people write them: `1 h 10 min` |
| `url\\|host` | the host of an address, without `www.` |
| `tag\\|lang(site.language)` | the attributes of a text in a language: `lang`, and `dir` where it runs the other way |
| `path\\|href` | an output path, percent-encoded |
| `date\\|day` | an ISO date as people write it: `29 Oct 2018` |
| `view\\|linked_data` | a note's page as JSON-LD |
| `"tags"\\|own_url` | the output path of a page that every site has: `home`, `resources`, `timeline`, `search` ... |
| `items\\|groupby_run("level")` | runs of items with the same value, in their order |

URLs in views are paths from the root of the site; put `view.meta.root` before them. Times are whole minutes or `none`,
dates ISO 8601 texts, absent texts are empty.

## Pages

| template | view | page |
| --- | --- | --- |
"""

PROBLEMS = Path(__file__).with_name("problems.toml")
_PROBLEMS = """\
# Problems

<!-- Made from notes_site/base/codes.py and tools/problems.toml by `python -m tools.reference`; do not edit. -->

"""

_MODULES = """\
# Modules

<!-- Made from the docstrings in notes_site by `python -m tools.reference`; do not edit. -->

[architecture.md](architecture.md) says how they belong together."""

_TEXTS = """\
# Texts

<!-- Made from notes_site/base/wording.py by `python -m tools.reference`; do not edit. -->

Every word of the theme, by its name. `[texts]` in `notes-site.toml` replaces any of them; a name in braces stands for
what is filled in.

```toml
[texts]
menu = "Menü"
overview = "Übersicht"
```

| name | text |
| --- | --- |
"""

_PAGES: dict[str, type[Record]] = {kind.template: kind.value.view for kind in PageKind}


def pages() -> dict[str, str]:
    """Return the generated pages: file name within docs, and text."""
    return {
        "modules.md": modules(),
        "configuration.md": configuration(),
        "front-matter.md": front_matter(),
        "notes-json.md": notes_json(),
        "templates.md": templates(),
        "texts.md": texts(),
        "problems.md": problems(),
    }


def known_problems() -> dict[str, typing.Any]:
    """Return what tools/problems.toml says of the codes in `base.codes`, and of those of the fields."""
    known = tomllib.loads(PROBLEMS.read_text("utf-8"))
    examples = known["field_examples"]
    rows = [
        {
            "code": codes.field_code(field.name),
            **known["values"][field.type],
            **({"example": examples[field.name]} if field.name in examples else {}),
        }
        for field in FIELDS
    ]
    for section in known["sections"]:
        if section.get("fields"):
            section["problems"] = rows + section["problems"]
    return known


def problems() -> str:
    """Return the list of all problems."""
    known = known_problems()
    parts = [_PROBLEMS + known["intro"].strip()]
    for section in known["sections"]:
        rows = [" | ".join(_cells(problem)) for problem in section["problems"]]
        table = "| Code | Severity | Meaning | Help | Example |\n| --- | --- | --- | --- | --- |\n"
        table += "\n".join(f"| {row} |" for row in rows)
        texts = [f"## {section['title']}", section.get("before", ""), table, section.get("after", "")]
        parts += [text.strip() for text in texts if text]
    return "\n\n".join(parts) + "\n"


def _cells(problem: dict[str, str]) -> list[str]:
    severity = problem.get("severity") or codes.severity_of(typing.cast(codes.Code, problem["code"]))
    texts = (problem["meaning"], problem["help"], problem.get("example", ""))
    return [f"`{problem['code']}`", severity, *(text.replace("|", "\\|") for text in texts)]


def modules() -> str:
    """Return the list of all modules of the package: the first sentence of each one's docstring."""
    package = Path(notes_site.__file__).parent
    parts = [_MODULES]
    for folder in sorted(path for path in package.iterdir() if (path / "__init__.py").is_file()):
        rows = []
        for path in sorted(folder.rglob("*.py")):
            said = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())
            name = path.relative_to(folder).as_posix().removesuffix("__init__.py")
            if name:
                rows.append(f"| `{name}` | {re.split(r'(?<=[.?]) (?=[A-Z`])', said)[0].replace('|', chr(92) + '|')} |")
        parts.append(f"## {folder.name}\n\n| module | what it is about |\n| --- | --- |\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _filled(page: str, **parts: str) -> str:
    """Return a page of tools/pages with what is made from tables in the place of `{name}`."""
    text = (Path(__file__).parent / "pages" / page).read_text("utf-8")
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    return text


def configuration() -> str:
    """Return the reference of all settings."""
    defaults, _ = reading.parse_config("", b"")
    rows = [
        f"| `{s.key}` | {_default(s.type, getattr(defaults, s.attribute))} | {s.doc} | `{s.example}` |"
        for s in SETTINGS
    ]
    kinds = [f"{kind} = {json.dumps(list(prefixes))}" for kind, prefixes in DEFAULT_KINDS.items()]
    return _filled("configuration.md", settings="\n".join(rows), kinds="\n".join(kinds))


def _default(type_: SettingType, value: object) -> str:
    if type_ == "kinds":
        return "below"
    return f"`{json.dumps(value)}`" if value not in ("", {}) else "none"


def front_matter() -> str:
    """Return the reference of all fields of front matter."""
    rows = [f"| `{f.name}` | {VALUES[f.type].says} | {_cell(f.doc)} | `{_cell(f.example)}` |" for f in FIELDS]
    names = [f"| `{f.name}` | {_names(f)} |" for f in FIELDS if f.synonyms or f.inverted]
    return _filled("front-matter.md", fields="\n".join(rows), names="\n".join(names))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _names(field: Field) -> str:
    synonyms, inverted = (
        ", ".join(f"`{name}`" for name in names.split()) for names in (field.synonyms, field.inverted)
    )
    return synonyms + (f"; the opposite: {inverted}" if inverted else "")


def notes_json() -> str:
    """Return the description of `notes.json`, with an example made from those of the fields."""
    block = "".join(f"{field.name}: {field.example}\n" for field in FIELDS if "data" in field.goes)
    values = passed_on(frontmatter.parse("", f"---\n{block}---\n").front, "data")
    note = {
        "url": "cloud/launch-a-vm.html",
        "source": "cloud/launch-a-vm.md",
        **{name: values[name] for name in DATA_FIELDS},
        "words": 412,
    }
    return _filled("notes-json.md", example=json.dumps({"schema": 1, "notes": [note]}, indent=1))


def texts() -> str:
    """Return the list of the theme's texts."""
    words = Texts()
    rows = [f"| `{name}` | {getattr(words, name).replace('|', chr(92) + '|')} |" for name in Texts.__struct_fields__]
    return _TEXTS + "\n".join(rows) + "\n"


def templates() -> str:
    """Return the reference of all views."""
    rows = [
        f"| `{name}` | [{v.__name__}](#{v.__name__.lower()}) | {_first_paragraph(v)} |" for name, v in _PAGES.items()
    ]
    parts = [_TEMPLATES + "\n".join(rows), "## Views"]
    for view in _reachable(_PAGES.values()):
        fields = typing.get_type_hints(view)
        parts.append(f"### {view.__name__}\n\n{' '.join((view.__doc__ or '').split())}")
        if fields:
            listed = "\n".join(f"| `{name}` | {_type(kind)} |" for name, kind in fields.items())
            parts.append(f"| field | type |\n| --- | --- |\n{listed}")
    return "\n\n".join(parts) + "\n"


def _first_paragraph(view: type[Record]) -> str:
    return " ".join((view.__doc__ or "").split("\n\n")[0].split())


def _reachable(roots: typing.Iterable[type[Record]]) -> list[type[Record]]:
    """The views and all that they hold, each once, in the order in which they are met."""
    found: dict[type[Record], None] = {}
    pending = [*roots]
    while pending:
        view = pending.pop(0)
        if view not in found:
            found[view] = None
            pending += [part for kind in typing.get_type_hints(view).values() for part in _records(kind)]
    return [*found]


def _records(kind: object) -> list[type[Record]]:
    if isinstance(kind, type) and issubclass(kind, Record):
        return [kind]
    return [record for part in typing.get_args(kind) for record in _records(part)]


def _type(kind: object) -> str:
    """A type as template authors read it."""
    if isinstance(kind, type) and issubclass(kind, Record):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    parts = typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        return f"list of {_type(parts[0])}"
    if typing.get_origin(kind) is typing.Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if parts:
        return " or ".join(map(_type, parts))
    return {"str": "text", "int": "number", "bool": "true or false", "NoneType": "none"}[getattr(kind, "__name__", "")]


def main(folder: str = "docs") -> None:
    """Write the pages into the folder, which must exist."""
    for name, text in pages().items():
        Path(folder, name).write_bytes(text.encode())


if __name__ == "__main__":
    main(*sys.argv[1:2])
