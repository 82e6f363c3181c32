"""A site's templates compute pages: they read the view, and reach nothing else of Python or the machine."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from notes_site.base.errors import TemplateError
from notes_site.build.compose import compose
from notes_site.pages.outputs import Page
from notes_site.pages.templates import CompiledTemplates, Templates, TemplateSource
from notes_site.pages.views import View
from notes_site.storage.cache import Cache
from tests.harness import Site, codes

pytestmark = pytest.mark.slow

RUN = "popen('touch {}').read()"
PAYLOADS = [
    # by what Jinja gives to every template
    "{{ cycler.__init__.__globals__.os.RUN }}",
    "{{ joiner.__init__.__globals__.os.RUN }}",
    "{{ namespace.__init__.__globals__.os.RUN }}",
    "{{ lipsum.__globals__['os'].RUN }}",
    "{{ lipsum.__globals__.__builtins__.__import__('os').RUN }}",
    "{{ dict.__base__.__subclasses__() }}",
    "{{ range.__class__.__base__.__subclasses__()[140] }}",
    "{{ self.__init__.__globals__.__builtins__.__import__('os').RUN }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.RUN }}",
    "{{ self._TemplateReference__context.environment.from_string('x') }}",
    # by what any value is
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__']['__mro__'][1]['__subclasses__']() }}",
    "{{ ''.__class__.mro()[1].__subclasses__() }}",
    "{{ ''.__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}",
    "{{ ().__class__.__bases__[0].__subclasses__()[59].__init__.func_globals.linecache.os.RUN }}",
    "{{ [].__class__.__base__.__subclasses__()|length }}",
    "{{ {}.__class__.__base__ }}",
    "{{ 1.__class__ }}",
    "{{ (1).__class__.__base__.__subclasses__() }}",
    "{{ none.__class__.__base__.__subclasses__() }}",
    "{{ x.__init__.__globals__ }}",
    "{% for c in [].__class__.__base__.__subclasses__() %}{{ c.__name__ == 'catch_warnings' }}{% endfor %}",
    "{% for c in ().__class__.__base__.__subclasses__() %}{{ c()._module.__builtins__ }}{% endfor %}",
    # by filters
    "{{ ''|attr('__class__')|attr('__mro__')|last }}",
    "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f')|attr('\\x5f\\x5fmro\\x5f\\x5f') }}",
    "{{ ''|attr(['_'*2,'class','_'*2]|join)|string|length }}",
    "{{ ''|attr('%c%cclass%c%c'|format(95,95,95,95)) }}",
    "{{ ''|attr('_class_'|replace('_','__')) }}",
    "{{ ['']|map(attribute='__class__')|list }}",
    "{{ ['']|map('attr','__class__')|list }}",
    "{{ ['']|groupby('__class__')|list }}",
    "{{ ['']|sum('__class__') }}",
    "{{ [view]|selectattr('__class__')|list }}",
    "{{ ['']|sort(attribute='__class__') }}",
    "{{ ['', '']|unique(attribute='__class__')|list }}",
    "{{ ['']|max(attribute='__class__') }}",
    "{% for k, v in [cycler]|groupby_run('__init__.__globals__') %}{{ k.os.RUN }}{% endfor %}",
    "{{ ['']|groupby_run('__class__') }}",
    # by formatting
    "{{ '{0.__class__.__mro__}'.format('') }}",
    "{{ '{x.__init__.__globals__}'.format(x=cycler) }}",
    "{{ '{x.__class__}'.format_map({'x': view}) }}",
    "{{ ('{0.__class__}'|attr('format'))('') }}",
    "{% set f = '{0.__class__}'.format %}{{ f(view) }}",
    "{{ (['{0.__class__}']|map(attribute='format')|first)('') }}",
    "{{ ('<b>{0.__class__}</b>'|safe).format(view) }}",
    "{{ view.site.texts.bar.__class__.format('{0.__class__}', 1) }}",
    # by the view, macros, loops, blocks
    "{{ view.__class__.__init__.__globals__ }}",
    "{{ view.__struct_fields__ }}",
    "{{ view['__struct_config__'] }}",
    "{{ view|attr('__struct_config__') }}",
    "{{ view.site.__class__.__mro__ }}",
    "{% macro m() %}{% endmacro %}{{ m.__call__.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m.__init__.__globals__['__builtins__'] }}",
    "{% for x in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterator }}{% endfor %}",
    "{% set n = namespace() %}{{ n.__init__.__globals__ }}",
    "{% set n = namespace() %}{% set n.__class__ = 1 %}{{ n.__class__.x }}",
    "{{ caller.__globals__ }}",
    "{{ super.__globals__ }}",
    "{{ (view.site.areas|map('string')).gi_frame.f_globals }}",
    "{% set g = ['']|map('upper') %}{{ g.gi_code }}{{ g.gi_frame.f_back }}",
    # by what other frameworks would give
    "{{ config.__class__.__init__.__globals__['os'].RUN }}",
    "{{ request.application.__globals__.__builtins__.__import__('os').RUN }}",
    "{{ get_flashed_messages.__globals__.__builtins__ }}",
    "{{ url_for.__globals__.os.RUN }}",
    "{% import os %}{{ os.RUN }}",
    "{% import 'os' as os %}{{ os.RUN }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../etc/passwd' %}",
    "{% extends '/etc/passwd' %}",
    "{% do [].append(1) %}",
    "{{ open('/etc/passwd').read() }}",
    "{{ __import__('os') }}",
    "{{ environment.loader }}",
    "{{ context.environment }}",
    # by changing what others see
    "{% set x = [] %}{{ x.append(1) }}",
    "{{ {}.update({1: 2}) }}",
    "{{ [1].clear() }}",
    "{{ cycler.__class__ }}",
]


CODES = {"template-unsafe", "template-error", "template-syntax", "no-template", "dynamic-template"}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    """What a plain page shows."""
    site = Site(tmp_path_factory.mktemp("sandbox"))
    site.write("content/about.md", "---\ntitle: About\n---\nText.\n")
    with closing(Cache(site.project.state)) as cache:
        output = compose(site.project, cache).plan.outputs["about.html"]
    assert isinstance(output, Page)
    return output.make()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payload_is_an_error_at_its_line(view: View, tmp_path: Path, payload: str) -> None:
    ran = tmp_path / "ran"
    sources = {"page.html": TemplateSource("templates/page.html", f"<p>\n{payload.replace('RUN', RUN.format(ran))}\n")}
    templates = Templates([sources, {}], lambda digest: "", CompiledTemplates(), sandboxed=True)
    with pytest.raises(TemplateError) as fault:
        made(templates, view)
    assert not ran.exists()
    found = fault.value.diagnostic
    assert (found.path, found.line, found.severity) == ("templates/page.html", 2, "error"), found
    assert found.code in CODES


def made(templates: Templates, view: View) -> bytes:
    """As a build makes a page."""
    templates.digest("page.html")
    return templates.render("page.html", view)


def test_refused_attribute_is_pointed_at(site: Site) -> None:
    site.write("content/about.md", "---\ntitle: About\n---\nText.\n")
    site.write("templates/page.html", "<p>{{ cycler.__init__.__globals__.os.environ }}</p>\n")
    [problem] = [d for d in site.build().diagnostics if d.severity == "error"]
    assert (problem.code, problem.line, problem.column, problem.length) == ("template-unsafe", 1, 14, 8)
    assert "`__init__`" in problem.message
    assert "(page about.html)" in problem.message


@pytest.mark.parametrize(
    "printed", ["{'a': view.meta.url}|items", "[[view.meta.url]|select]", "cycler(1)", "view.meta.url.upper"]
)
def test_what_has_no_text_of_its_own_is_an_error_at_its_place(site: Site, printed: str) -> None:
    """Its address in memory would be shown, another one at each build."""
    site.write("content/about.md", "---\ntitle: About\n---\nText.\n")
    site.write("templates/page.html", f"<p>\n{{{{ {printed} }}}}\n")
    [problem] = [d for d in site.build().diagnostics if d.severity == "error"]
    assert (problem.code, problem.path, problem.line) == ("template-error", "templates/page.html", 2)
    assert "has no text of its own (page about.html)" in problem.message


@pytest.mark.parametrize(
    "template",
    [
        "{% for x in range(10**12) %}{{ x }}{% endfor %}",
        "{{ range(10**12)|list|length }}",
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
        "{% macro a(n) %}{{ b(n) }}{% endmacro %}{% macro b(n) %}{{ a(n) }}{% endmacro %}{{ a(0) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% include 'page.html' %}",
    ],
)
def test_what_never_ends_is_an_error_at_once(site: Site, template: str) -> None:
    site.write("content/about.md", "---\ntitle: About\n---\nText.\n")
    site.write("templates/page.html", f"<p>\n{template}\n")
    started = time.process_time()
    report = site.build()
    assert time.process_time() - started < 20
    [problem] = [d for d in report.diagnostics if d.severity == "error"]
    assert (problem.path, problem.line) == ("templates/page.html", 2)
    assert problem.code in ("template-error", "template-endless")


def pages(published: dict[str, bytes]) -> dict[str, bytes]:
    """What readers get: the build record says that there are other sources."""
    return {path: data for path, data in published.items() if path != ".notes-site/build.json"}


def test_a_site_with_a_template_of_its_own_has_the_same_pages(site: Site) -> None:
    """All others are the theme's, and now run in the sandbox."""
    site.write("notes-site.toml", 'base_url = "https://example.org/notes"\nauthor = "Me"\n')
    for number in range(4):
        more = {"estimate": "2 h", "tags": ["x"], "date": f"2018-10-0{number + 1}", "link": "https://example.org/x"}
        body = f"## Part\n\n```python\nprint({number})\n```\n[next](n{(number + 1) % 4}.md) ![](p.svg)\n"
        site.note(f"cloud/n{number}.md", body, title=f"Note {number}", time="30 min", level="Beginner", **more)
    site.note("docker/planned.md", "", title="Planned", link="https://example.org/y", estimate="1 h")
    site.write("content/cloud/p.svg", "<svg/>")
    site.write("content/about.md", "---\ntitle: About\n---\nText.\n")
    site.build()
    before = pages(site.published())
    site.write("templates/mine.html", "{{ view.site.title }}")
    report = site.build()
    assert codes(report, "error") == []
    assert pages(site.published()) == before
    assert before == pages(site.clean_build(site.root.parent / "clean" / "out"))
    site.write("templates/404.html", '{% extends "default/404.html" %}')
    assert site.build().published
    assert pages(site.published()) == before


def test_templates_are_the_themes_only_in_its_own_folder(site: Site, tmp_path: Path) -> None:
    """Whatever the folder is called."""
    site.write("content/about.md", "---\ntitle: About\n---\nText.\n")
    site.write("theme-templates/page.html", "{{ cycler.__init__.__globals__ }}")
    site.write("notes-site.toml", 'templates = "theme-templates"\n')
    assert "template-unsafe" in codes(site.build(), "error")
