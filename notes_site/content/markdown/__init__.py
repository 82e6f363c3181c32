"""Markdown to a body with slots, its headings, refs and plain text. The only package that knows markdown-it.

The dialect and its deviations from CommonMark are in `docs/markdown.md`. What happens, in order:

    source          characters that no page may hold, and `comments`, are cut out
    parser          markdown-it with our rules: `block_rules`, `inline_rules`, `tables`, `footnotes`; what is too
                    deep, long or wide is shown as text
    balance         tags that enclose nothing, or are none of HTML, become text; `nesting`, `elements`, `tags`
    lead            the paragraphs of which descriptions are made
    headings        the title, and the levels of the other headings
    block_html      tokens to HTML with slots and plain text, in one walk; `inline_html`, `fences`, `rawhtml`
    safe            the whole body through nh3, when the note asks for it
"""

from __future__ import annotations

from notes_site.base.diagnostics import Diagnostic, in_order
from notes_site.base.model import Heading, HtmlMode, ParseOptions, Record, Ref, Section
from notes_site.content.highlight import Highlighter
from notes_site.content.markdown import balance, footnotes, lead, lookalikes, parser, plain, safe
from notes_site.content.markdown.block_html import Renderer
from notes_site.content.markdown.headings import take_title
from notes_site.content.markdown.source import Source
from notes_site.content.markdown.words import count_words

__all__ = ["Rendered", "commonmark", "render"]


class Rendered(Record, frozen=True):
    """A rendered note. `html` has slots, as `bodies` documents them; slot n stands for `refs[n]`.

    `title` is the text of the first H1, None without one. `anchors` holds every id that a link may name: of
    headings, of `{#id}`, of raw HTML (`id`, and `name` of `<a>`), of footnotes. `text` is the plain text, blocks
    separated by newlines, code included; `lead` is that of the first paragraphs; `sections` is the whole by heading;
    `words` counts the words outside code blocks.
    """

    title: str | None
    html: str
    headings: tuple[Heading, ...]
    refs: tuple[Ref, ...]
    anchors: frozenset[str]
    text: str
    lead: str
    sections: tuple[Section, ...]
    words: int
    diagnostics: tuple[Diagnostic, ...]


def render(
    source: str,
    *,
    path: str,
    first_line: int = 1,
    options: ParseOptions,
    html: HtmlMode,
    title: str | None = None,
    extensions: bool = True,
    highlighter: Highlighter | None = None,
) -> Rendered:
    """Render a note's text: no front matter, LF line ends, no NUL. Never fails; problems are in `diagnostics`.

    `first_line` is the line of the file at which the text starts: all lines that come back are lines of the file.
    The first H1 leaves the body when `title` is None (it becomes the title) or says the same. A `Ref` stands where
    its destination stands, a reference link where the whole link stands; a column of 0 means the whole line (in
    table cells with `\\|`). Without `extensions` the result is plain CommonMark, without slots. `highlighter` may
    remember the note's code.
    """
    if not extensions:
        return Rendered(None, commonmark(source), (), (), frozenset(), source, source, (), count_words(source), ())
    file = Source(source, path, first_line)
    env = parser.new_env()
    tokens = parser.extended(html != "escaped", options.typographer).parse(file.text, env)
    if html != "escaped" and env["html"]:
        balance.balance(tokens, hides=html == "raw")
    shown_title = take_title(tokens, title, file)
    tokens = footnotes.collect(tokens, env)
    for severity, code, message, hint, index in env["findings"]:
        file.report(severity, code, message, hint, index=index)
    page = Renderer(file, env, html, highlighter or Highlighter({}))
    body = page.render(tokens)
    unread = lookalikes.report(tokens, file)
    if html == "safe" and body:
        body = safe.clean(body)
    return Rendered(
        title=shown_title,
        html=body,
        headings=tuple(page.headings),
        refs=tuple(page.refs),
        anchors=page.ids.anchors(),
        text="\n".join(page.texts),
        lead=lead.beginning(page.leads, unread),
        sections=page.sections(),
        words=count_words(page.prose),
        diagnostics=in_order(file.problems),
    )


def commonmark(source: str, *, extensions: bool = False) -> str:
    """Return the final HTML of plain CommonMark, as its specification prints it.

    With `extensions` the text is read in our dialect and still written in that way: what differs is a deviation.
    """
    return plain.render(source, extensions=extensions)
