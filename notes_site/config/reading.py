"""notes-site.toml: read it, and its JSON Schema. What may stand in it is declared in `base.config`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from notes_site.base.codes import ErrorCode, WarningCode, severity_of
from notes_site.base.config import SETTINGS, Config
from notes_site.base.decoding import decode
from notes_site.base.diagnostics import Diagnostic, diagnostic, error, suggestion
from notes_site.base.errors import Problem
from notes_site.base.kinds import DEFAULT_KINDS
from notes_site.base.model import ParseOptions
from notes_site.config.checks import CHECKS
from notes_site.config.places import NOWHERE, Located, locate
from notes_site.secrets import detect, masking

FOLDERS = tuple(setting.key for setting in SETTINGS if setting.type == "folder")
_BY_KEY = {setting.key: setting for setting in SETTINGS}
_TABLES = {table for table, dot, _ in (setting.key.partition(".") for setting in SETTINGS) if dot}


def parse_config(path: str, data: bytes) -> tuple[Config, tuple[Diagnostic, ...]]:
    """Return the configuration, every default filled in, and its problems, which name `path`; never raises.

    A setting with a bad value (an error) keeps its default; a file that cannot be read is as if empty.
    """
    source, problem = decode(path, data)
    if problem:
        return _filled({}), masking.of_bytes((problem,), data)
    config, problems = _read(path, source)
    return config, (*problems, *detect.check(path, source, config.leaks_allow))


def _read(path: str, source: str) -> tuple[Config, tuple[Diagnostic, ...]]:
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as bad:
        return _filled({}), masking.of_text((_syntax_error(path, source, bad),), source)
    except (ValueError, RecursionError):
        message = "a value is too deep or too large to be read"
        hint = "settings are texts, numbers and lists of texts"
        return _filled({}), (error(path, "toml-syntax", message, hint=hint),)
    reader = _Reader(path, source)
    values = reader.read(document)
    config = _filled(values)
    return config, masking.of_text(reader.problems, source, config.leaks_allow)


def parse_options(config: Config) -> ParseOptions:
    """Return the part of the configuration that parsing a note reads."""
    kinds = tuple((kind, tuple(prefixes)) for kind, prefixes in (config.kinds or DEFAULT_KINDS).items())
    return ParseOptions(kinds=kinds, html=config.html, typographer=config.typographer, allowed_leaks=config.leaks_allow)


def _filled(values: Mapping[str, Any]) -> Config:
    return Config(**{**values, "kinds": {**DEFAULT_KINDS, **values.get("kinds", {})}})


def _syntax_error(path: str, source: str, bad: tomllib.TOMLDecodeError) -> Diagnostic:
    """Return the error at the place that its message names (3.14 has attributes for it, 3.11 has not)."""
    said = re.match(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(bad), re.DOTALL)
    reason = said[1] if said else str(bad)
    lines = source.rstrip().split("\n")
    line, column = (int(said[2]), int(said[3])) if said and said[2] else (len(lines), len(lines[-1]) + 1)
    text = lines[line - 1] if line <= len(lines) else ""
    if "overwrite" in reason or "twice" in reason:
        hint = "a name may stand only once: keep one"
    elif reason.startswith("Illegal character '\\n'"):
        hint = "close the text with its quote"
    else:
        hint = 'write `name = value`; texts stand in quotes: `title = "My notes"`'
    message = f"this is no TOML: {reason}"
    return error(path, "toml-syntax", message, line=line, column=column, length=1, hint=hint, text=text)


class _Reader:
    """Checks one document against the table of settings and gathers the problems."""

    def __init__(self, path: str, source: str) -> None:
        self.problems: list[Diagnostic] = []
        self._path, self._source = path, source
        self._places: dict[tuple[str, ...], Located] | None = None

    def read(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the values that pass their checks, by attribute of `Config`."""
        values: dict[str, Any] = {}
        for key, value in document.items():
            if key in _TABLES and isinstance(value, dict):
                for inner, inner_value in value.items():
                    self._take(values, (key, inner), inner_value)
            else:
                self._take(values, (key,), value)
        self._check_folders(values)
        return values

    def _take(self, values: dict[str, Any], key: tuple[str, ...], value: Any) -> None:
        setting = _BY_KEY.get(".".join(key))
        if setting is None:
            self._tell_unknown(key)
            return
        try:
            values[setting.attribute] = CHECKS[setting.type].check(value)
        except Problem as bad:
            name = ".".join((setting.key, *bad.key))
            self._tell("bad-setting", key + bad.key, f"{name}: {bad}", bad.hint)

    def _tell_unknown(self, key: tuple[str, ...]) -> None:
        name = ".".join(key)
        if key[0] in _TABLES and len(key) == 1:
            hint = f"write a table: `[{name}]`"
            self._tell("bad-setting", key, f"{name}: this is a table of settings, not a value", hint)
            return
        known = sorted(_BY_KEY, key=lambda k: (k.rpartition(".")[2] != key[-1], k))
        same = known[0] if known and known[0].rpartition(".")[2] == key[-1] else ""
        hint = f"did you mean `{same}`?" if same else suggestion(name, known) or suggestion(key[-1], known)
        self._tell("unknown-setting", key, f"`{name}` is no setting", hint or "see docs/configuration.md")

    def _check_folders(self, values: dict[str, Any]) -> None:
        """Refuse folders that lie in one another: what one holds would be taken for the other's."""
        default = Config()
        folders = {name: str(values.get(name, getattr(default, name))) for name in FOLDERS}
        for i, one in enumerate(FOLDERS):
            for other in FOLDERS[i + 1 :]:
                a, b = (folders[name].casefold() for name in (one, other))
                if a == b or f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/"):
                    key = other if other in values else one
                    both = f"`{one}` ({folders[one]}) and `{other}` ({folders[other]})"
                    message = f"{key}: the folders {both} overlap"
                    self._tell("bad-setting", (key,), message, "give each a folder of its own")
                    values.pop(key, None)
                    return

    def _tell(self, code: ErrorCode | WarningCode, key: tuple[str, ...], message: str, hint: str) -> None:
        if self._places is None:
            self._places = locate(self._source)
        found = next((self._places[key[:n]] for n in range(len(key), 0, -1) if key[:n] in self._places), NOWHERE)
        place = found.value if severity_of(code) == "error" else found.key
        text = self._source.split("\n")[place.line - 1] if place.line else ""
        self.problems.append(diagnostic(self._path, code, message, hint=hint, text=text, **place._asdict()))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of notes-site.toml, for editors."""
    properties: dict[str, Any] = {}
    for setting in SETTINGS:
        table, _, name = setting.key.rpartition(".")
        described = {"description": setting.doc, **CHECKS[setting.type].schema}
        if (default := _default(setting.attribute)) is not None:
            described["default"] = default
        where = properties
        if table:
            properties.setdefault(table, {"type": "object", "properties": {}, "additionalProperties": False})
            where = properties[table]["properties"]
        where[name] = described
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of a site (notes-site.toml)",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _default(name: str) -> Any:
    value = getattr(_filled({}), name)
    if isinstance(value, dict):
        return {name: list(texts) for name, texts in value.items()}
    return list(value) if isinstance(value, tuple) else value
