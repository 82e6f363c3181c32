"""Markdown to a body with slots, its headings, refs and plain text. The only package that knows markdown-it.

The dialect and its deviations from CommonMark are in `docs/markdown.md`. What happens, in order:

    source          characters that no page may hold are cut out, and `comments`
    parser          markdown-it with our rules: `block_rules`, `inline_rules`, `attributes`, `footnotes`; what is too
                    deep, long or wide is shown as text
    html_balance    tags that enclose nothing, or are none of HTML (`html_syntax`), become text
    headings        the title, and the levels of the other headings
    block_renderer  tokens to HTML with slots and plain text, in one walk; `inline_renderer`, `fences`, `raw_html`
    shown_as_text   what was meant as markup and is none
    raw_html        the whole body through nh3, when the note asks for it
"""

from __future__ import annotations

from notes_site.base.diagnostics import Diagnostic, in_order
from notes_site.base.model import Heading, HtmlMode, ParseOptions, Record, Ref, Section
from notes_site.content.highlight import Highlighter
from notes_site.content.markdown import comments, footnotes, headings, html_balance, parser, raw_html, shown_as_text
from notes_site.content.markdown.block_renderer import BlockRenderer
from notes_site.content.markdown.parser import commonmark
from notes_site.content.markdown.source import Source

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
    highlighter: Highlighter | None = None,
) -> Rendered:
    """Render a note's text: no front matter, LF line ends, no NUL. Never fails; problems are in `diagnostics`.

    `first_line` is the line of the file at which the text starts: all lines that come back are lines of the file.
    The first H1 leaves the body when `title` is None (it becomes the title) or says the same. A `Ref` stands where
    its destination stands, a reference link where the whole link stands; a column of 0 means the whole line (in
    table cells with `\\|`). `highlighter` may remember the note's code.
    """
    text = comments.cut_out(Source(source, path, first_line))
    tokens, env = parser.parse(text, html=html != "escaped", typographer=options.typographer)
    if env["html"]:
        html_balance.balance(tokens, hides=html == "raw")
    shown_title = headings.take_title(tokens, title, text)
    tokens = footnotes.collect(tokens, env)
    page = BlockRenderer(text, env, html, highlighter or Highlighter({}))
    body = page.render(tokens)
    unread = shown_as_text.report(tokens, text)
    return Rendered(
        title=shown_title,
        html=raw_html.sanitized(body) if html == "safe" and body else body,
        headings=tuple(page.headings),
        refs=tuple(page.refs),
        anchors=page.ids.anchors(),
        text="\n".join(page.texts),
        lead=headings.lead_text(page.leads, unread),
        sections=page.sections(),
        words=headings.count_words(page.prose),
        diagnostics=in_order(text.problems),
    )
