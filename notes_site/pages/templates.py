"""The only module that knows Jinja: templates as scanned text, their digests, and rendering."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, NamedTuple, get_type_hints

import jinja2
import msgspec
from jinja2 import meta, nodes
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from notes_site.base import durations, slots
from notes_site.base.diagnostics import Diagnostic, error, nearest, suggestion
from notes_site.base.digest import combine, digest
from notes_site.base.errors import TemplateError
from notes_site.base.language import attributes
from notes_site.base.model import Record
from notes_site.base.paths import host, href
from notes_site.pages.addresses import own_url
from notes_site.pages.jsonld import linked_data
from notes_site.pages.views import Body, View

ABSENT = "absent"
DEFAULT = "default/"  # `{% extends "default/note.html" %}` reaches the file that an override replaces


class TemplateSource(NamedTuple):
    """A template: `shown` is its path as people know it."""

    shown: str
    text: str


_Kept = tuple[dict[str, tuple[str, ...]], dict[str, bytes]]  # references by digest, bytecode by Jinja's key


class CompiledTemplates(jinja2.BytecodeCache):
    """What parsing and compiling templates gave, to be kept across builds: some 60 ms of a small one."""

    def __init__(self, kept: bytes | None = None) -> None:
        """`kept` is what `dump` returned for the same templates, program and Python."""
        known: _Kept = ({}, {})
        with suppress(msgspec.MsgspecError):  # damaged: nothing is kept
            known = msgspec.msgpack.decode(kept or b"", type=_Kept)
        self._references: dict[str, tuple[str, ...]] = known[0]
        self._code: dict[str, bytes] = known[1]
        self.changed = False

    def dump(self) -> bytes:
        """Return everything as bytes."""
        return msgspec.msgpack.encode((self._references, self._code))

    def references(self, env: jinja2.Environment, source: TemplateSource) -> tuple[str, ...]:
        """Return the names of the templates that one refers to."""
        key = digest(source.text.encode())
        if key not in self._references:
            self._references[key] = _references(env, source)
            self.changed = True
        return self._references[key]

    def load_bytecode(self, bucket: Bucket) -> None:
        """Called by Jinja: fill the bucket when its template is known."""
        if code := self._code.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Called by Jinja: remember a template just compiled."""
        self._code[bucket.key + bucket.checksum] = bucket.bytecode_to_string()
        self.changed = True


class _Sandbox(ImmutableSandboxedEnvironment):
    """Where templates read values and call what we give them, and reach nothing else of Python."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute: those of views without a look at what they are, for they hold only values."""
        if isinstance(obj, Record) and attribute[0] != "_":
            try:
                return getattr(obj, attribute)
            except AttributeError:  # said below, in words
                pass
        return super().getattr(obj, attribute)

    def unsafe_undefined(self, obj: Any, attribute: str) -> jinja2.Undefined:
        """Refuse an attribute at once, not when somebody does something with it."""
        raise SecurityError(f"{attribute!r} of {type(obj).__name__!r} is out of reach of templates")


class Templates:
    """The templates of a site over those of the theme."""

    def __init__(
        self,
        layers: Sequence[Mapping[str, TemplateSource]],
        body: Callable[[str], str],
        compiled: CompiledTemplates,
        *,
        sandboxed: bool,
    ) -> None:
        """`layers`: the site's own first, the theme's last. `body` returns a rendered body by its digest; `sandboxed`
        is to be False only where all are the theme's: it costs a quarter of the time that rendering takes.
        """
        self.compiled = compiled
        self._kind = _Sandbox if sandboxed else jinja2.Environment
        self._sources = {DEFAULT + name: source for name, source in layers[-1].items()}
        for layer in reversed(layers):
            self._sources.update(layer)
        self._body = body
        self._env = self._environment()
        self._references: dict[str, tuple[str, ...]] = {}
        self._digests: dict[str, str] = {}

    def _environment(self) -> jinja2.Environment:
        env = self._kind(
            loader=jinja2.FunctionLoader(self._load),
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=self.compiled,
            finalize=_refuse_addresses if self._kind is _Sandbox else None,
        )
        # Nothing by chance: a page is a function of its view.
        del env.globals["lipsum"], env.filters["random"]
        env.filters |= {
            "day": _day,
            "duration": durations.show,
            "fill": self._fill,
            "href": href,
            "linked_data": lambda view: Markup(linked_data(view)),
            "host": host,
            "own_url": own_url,
            "lang": lambda tag, around="en": Markup(attributes(tag, around)),
            "groupby_run": _runs,
        }
        return env

    def _load(self, name: str) -> tuple[str, str, None] | None:
        source = self._sources.get(name)
        return (source.text, source.shown, None) if source else None

    @jinja2.pass_context
    def _fill(self, context: jinja2.runtime.Context, body: Body) -> Markup:
        view: View = context["view"]
        return Markup(slots.fill(self._body(body.digest), body.slots, view.meta.root, body.prefix, body.shift))

    def digest(self, name: str) -> str:
        """Return the digest of a template with all that it extends, includes or imports, absent ones too.

        Raises:
            TemplateError: a template does not parse, or names another one by a variable.
        """
        if name not in self._digests:
            closure = sorted(self._closure(name))
            texts = ((n, self._sources[n].text if n in self._sources else ABSENT) for n in closure)
            self._digests[name] = combine(*(part for text in texts for part in text))
        return self._digests[name]

    def _closure(self, name: str) -> set[str]:
        """A template and all that it refers to."""
        closure, pending = set[str](), [name]
        while pending:
            current = pending.pop()
            if current not in closure:
                closure.add(current)
                pending.extend(self._refers_to(current))
        return closure

    def _refers_to(self, name: str) -> tuple[str, ...]:
        if name not in self._references:
            source = self._sources.get(name)
            self._references[name] = self.compiled.references(self._env, source) if source else ()
        return self._references[name]

    def faults(self, names: Iterable[str]) -> tuple[Diagnostic, ...]:
        """Return why templates cannot be used, as far as that shows without a view: these, and all of the site's own
        that they refer to.
        """
        found = dict[Diagnostic, None]()
        for name in names:
            try:
                for needed in sorted(self._closure(name)):
                    if needed in self._sources and not self._is_theirs(needed):
                        self._env.get_template(needed)
            except TemplateError as fault:
                found[fault.diagnostic] = None
            except jinja2.TemplateSyntaxError as exc:
                found[_syntax(exc, self._sources.get(exc.name or name), self._env.filters)] = None
        return tuple(found)

    def _is_theirs(self, name: str) -> bool:
        """Tell whether a template is the theme's."""
        return name.startswith(DEFAULT) or self._sources[name] is self._sources.get(DEFAULT + name)

    def render(self, name: str, view: View) -> bytes:
        """Return the page.

        Raises:
            TemplateError: the template does not parse, is not there, or uses what the view does not have.
        """
        try:
            return self._env.get_template(name).render(view=view).encode()
        except jinja2.TemplateSyntaxError as exc:
            raise TemplateError(_syntax(exc, self._sources.get(exc.name or name), self._env.filters)) from exc
        except RecursionError as exc:
            raise TemplateError(self._endless(exc, name, view)) from exc
        except jinja2.TemplateNotFound as exc:
            raise TemplateError(self._not_found(exc, name, view)) from exc
        except SecurityError as exc:
            raise TemplateError(self._unsafe(exc, name, view)) from exc
        except jinja2.TemplateError as exc:
            raise TemplateError(self._runtime(exc, name, view)) from exc
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as exc:
            if not self._line_of(exc)[1]:
                raise
            raise TemplateError(self._runtime(exc, name, view)) from exc

    def _not_found(self, exc: jinja2.TemplateNotFound, name: str, view: View) -> Diagnostic:
        missing = str(exc.name or name)
        shown, line = self._line_of(exc)
        message = f"there is no template `{missing}` (page {view.meta.url})"
        hint = suggestion(missing, (n for n in self._sources if not n.startswith(DEFAULT)))
        hint = hint or "write it, or correct the name"
        return error(shown or missing, "no-template", message, hint=hint, **self._place(shown, line, missing))

    def _endless(self, exc: RecursionError, name: str, view: View) -> Diagnostic:
        shown, line = self._line_of(exc)
        message = f"this never ends: a template includes, extends or calls itself (page {view.meta.url})"
        hint = "`default/` before the name reaches the template that this one replaces"
        return error(shown or name, "template-endless", message, hint=hint, **self._place(shown, line))

    def _unsafe(self, exc: SecurityError, name: str, view: View) -> Diagnostic:
        shown, line = self._line_of(exc)
        said = _in_backticks(str(exc))
        place = self._place(shown, line, *re.findall("`([^`]+)`", said))
        message = f"{said} (page {view.meta.url})"
        hint = "a template shows what its view has: docs/templates.md lists it"
        return error(shown or name, "template-unsafe", message, hint=hint, **place)

    def _runtime(self, exc: Exception, name: str, view: View) -> Diagnostic:
        shown, line = self._line_of(exc)
        said, hint = _in_backticks(str(exc)), ""
        if lacking := _LACKING.match(said):
            said = f"`{lacking[1]}` has no `{lacking[2]}`"
            hint = _likely_field(lacking[1], lacking[2])
        elif said == "`view` is undefined":
            hint = "import what uses it `with context`: `{% from 'parts.html' import table with context %}`"
        elif said.endswith(_NO_TEXT):
            hint = "loop over it or call it, or show a field of it"
        hint = hint or "a template sees `view` alone; docs/templates.md lists what each view has"
        names = reversed(re.findall("`([^`]+)`", said))
        return error(
            shown or name,
            "template-error",
            f"{said} (page {view.meta.url})",
            hint=hint,
            **self._place(shown, line, *names),
        )

    def _place(self, shown: str, line: int, *names: str) -> dict[str, Any]:
        """The place in a line of a template: of the first of the names that stands in it, else of its tag."""
        source = next((s for s in self._sources.values() if s.shown == shown), None)
        return _place_in(_line_of(source.text, line) if source else "", line, names)

    def _line_of(self, exc: BaseException) -> tuple[str, int]:
        """The innermost template line of a traceback: Jinja maps its frames back to template lines."""
        shown = {source.shown for source in self._sources.values()}
        frames = [f for f in traceback.extract_tb(exc.__traceback__) if f.filename in shown]
        return (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)


def _references(env: jinja2.Environment, source: TemplateSource) -> tuple[str, ...]:
    try:
        tree = env.parse(source.text, filename=source.shown)
    except jinja2.TemplateSyntaxError as exc:
        raise TemplateError(_syntax(exc, source, ())) from exc
    found = tuple(meta.find_referenced_templates(tree))
    if None in found:
        kinds = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)
        line = next(n.lineno for n in tree.find_all(kinds) if None in meta.find_referenced_templates(_alone(n)))
        message = "the template to use is named by a variable, so no page could tell when to be made again"
        hint = "write its name as text, or include the alternatives by `{% if %}`"
        place = _place_in(_line_of(source.text, line), line, ())
        raise TemplateError(error(source.shown, "dynamic-template", message, hint=hint, **place))
    return tuple(name for name in found if name)


def _alone(node: nodes.Node) -> nodes.Template:
    return nodes.Template([node], lineno=node.lineno)


def _syntax(exc: jinja2.TemplateSyntaxError, source: TemplateSource | None, filters: Iterable[str]) -> Diagnostic:
    shown = source.shown if source else exc.filename or exc.name or "template"
    message = _in_backticks(exc.message or "this does not parse").rstrip(".")
    quoted = re.findall("`([^`]+)`", message)
    hint = suggestion(quoted[0], filters) if quoted else ""
    place = _place_in(_line_of(source.text, exc.lineno) if source else "", exc.lineno, quoted)
    return error(shown, "template-syntax", message, hint=hint or _SYNTAX_HINT, **place)


_SYNTAX_HINT = "templates are written for Jinja: https://jinja.palletsprojects.com/templates/"


@jinja2.pass_context
def _day(context: jinja2.runtime.Context, date: str) -> str:
    """Return an ISO date as the catalogue writes dates."""
    view: View = context["view"]
    year, month, day = date.split("-")
    return view.site.texts.day.format(day=int(day), month=view.site.texts.months.split()[int(month) - 1], year=year)


@jinja2.pass_environment
def _runs(env: jinja2.Environment, items: Sequence[object], attribute: str) -> list[tuple[object, list[object]]]:
    """Return runs of items with the same value, in their order (Jinja's own `groupby` sorts)."""
    key = make_attrgetter(env, attribute)  # which may be asked for what the sandbox refuses
    return [(value, list(members)) for value, members in groupby(items, key=key)]


def _refuse_addresses(value: object) -> object:
    """Return what a template prints; refuse what Python spells with its address in memory, another one each time."""
    if not isinstance(value, str | int | float) and _ADDRESS.search(str(value)):
        raise jinja2.TemplateRuntimeError(f"a `{type(value).__name__}` {_NO_TEXT}")
    return value


_ADDRESS = re.compile(" at 0x[0-9a-fA-F]{6,}>")
_NO_TEXT = "has no text of its own"
_LACKING = re.compile(r"`notes_site\.[\w.]+\.(\w+) object` has no attribute `(\w+)`")


_TAG = re.compile(r"\{%-?\s*(?:extends|from|import|include)\b.*?%\}")


def distinct(faults: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the first of faults that differ in nothing but the page on which they showed."""
    found: dict[tuple[str, int, str], Diagnostic] = {}
    for fault in faults:
        found.setdefault((fault.path, fault.line, re.sub(r" \(page .*\)", "", fault.message)), fault)
    return tuple(found.values())


def _in_backticks(message: str) -> str:
    """Return a message with its names in backticks, as we quote them; Jinja does in single quotes."""
    return re.sub(r"(?<!\w)'([^'\n]+)'(?!\w)", r"`\1`", message)


def _likely_field(view_name: str, name: str) -> str:
    """Return the suggestion of a field of the view of that name, or of one of the views in it."""
    view = next(kind for kind in _kinds_of(Record) if kind.__name__ == view_name)
    known = {field: [field] for field in view.__struct_fields__}
    for field, kind in get_type_hints(view).items():
        if isinstance(kind, type) and issubclass(kind, Record):
            for inner in kind.__struct_fields__:
                known.setdefault(inner, []).append(f"{field}.{inner}")
    near = nearest(name, known)
    return f"did you mean `{'` or `'.join(known[near])}`?" if near else ""


def _kinds_of(kind: type[Record]) -> Iterator[type[Record]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _kinds_of(inner)


def _line_of(text: str, number: int) -> str:
    """Return a line of a text by its number from 1, '' where there is none."""
    lines = text.split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _place_in(text: str, line: int, names: Iterable[str]) -> dict[str, Any]:
    """Return the fields of a problem that name a place in a line: that of the first of the names that stands in it,
    else of a tag that names a template.
    """
    found = (re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)
    match = next(filter(None, found), None) or _TAG.search(text)
    column, length = (match.start() + 1, len(match[0])) if match else (0, 0)
    return {"line": line, "column": column, "length": length, "text": text}
