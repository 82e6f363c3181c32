"""The table of markup that is none here: what it looks like, why it stays text, our form for it. See `lookalikes`."""

from __future__ import annotations

from typing import NamedTuple

# Stand in a block's text for what is code or HTML, for a link or an image, and for an address alone.
CODE, LINKED, URL = "\0\1\2"
_LINK = f"[{LINKED}{URL}]"


class Form(NamedTuple):
    """A form: what it looks like in a block's text, why it stays text, and our form. `first`: it begins a line of a
    paragraph.
    """

    pattern: str
    why: str
    hint: str
    first: bool = False


_ADDRESS = rf"(?:{URL}|https?:|\.{{0,2}}/[^\s()]|#[\w-]|[^\s()\[\]]+\.(?:md|html?|pdf|png|jpe?g|gif|svg|webp)\b)"
_TARGET = rf"(?:{URL}|https?:|[^\s\[\]{{}}]+\.(?:md|html?|pdf|png|jpe?g)\b)"
SPACES = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
_TITLE = r"(?:\"[^\"\n]*\"|'[^'\n]*')"
_LINK_FORM = "write `[text](address)`"
_CALLOUT_FORM = "write a callout: `> [!NOTE] Title`, with `> ` before each line below it"
_FRONT_MATTER_FORM = "write it in the front matter, or leave it out"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TAGS = "(?i:todo|fixme|note|wip|done|xxx)"  # hashtags, whatever follows them
_SUFFIXES = "(?:css|html?|jpe?g|js|json|md|mp[34]|pdf|png|py|ts|txt|zip)"
BULLETS = "•●▪◦‣"
_DASHES = r":?-+:?"
_ROW = r"\|(?:[^|\n]*\|){2,}[ \t]*"
OPENERS = r"\w\s*|(\[{<\-/"  # behind these, stars begin emphasis

FORMS = (
    # Slips of Markdown
    Form(
        r"!\[[^\[\]\n]*\]\([^()\s]+[ \t]+=\d*%?(?:x\d*%?)?[ \t]*\)",
        "this is not how a size is given",
        "write `![text](image.png){width=300}`",
    ),
    Form(
        rf"(?<!\w)!?\[[^\[\]\n]*\]\((?=[^()\n]*[ \t])(?:(?<=!\[\]\()|{URL}|https?:|\.{{0,2}}/|\#"
        rf"|(?=(?:[^()\n]|\([^()\n]*\))*\.[A-Za-z]\w{{0,4}}(?:\#[^()\n]*)?(?:[ \t]+{_TITLE})?[ \t]*\)))"
        r"(?:[^()\n]|\([^()\n]*\))*\)",
        "an address ends at a space",
        "put the address in angle brackets: `[text](<a b.md>)`",
    ),
    Form(
        rf"(?<![\w\]])!?\[(?![xX ]\])[^\[\]\n]*[^\W_][^\[\]\n]*\][ \t]+\({_ADDRESS}[^()\n]*\)",
        "there is a space between `]` and `(`",
        _LINK_FORM,
    ),
    Form(
        rf"\[[^\[\]\n]+\][（](?:{URL}|https?:|\.{{0,2}}/|[^（）\n]+\.\w{{2,4}}）)[^（）\n]*）?",
        "the brackets of an address are `(` and `)`",
        _LINK_FORM,
    ),
    Form(rf"\([^()\n]+\)\[{_ADDRESS}[^\[\]\n]*\]", "the brackets are the wrong way round", _LINK_FORM),
    Form(
        rf"(?<!\[)!?\[[^\[\]\n]+\](?:\[{_TARGET}[^\[\]\n]*\]|\{{{_TARGET}[^{{}}\n]*\}})",
        "an address belongs in round brackets",
        _LINK_FORM,
    ),
    Form(rf"\[\[{_TARGET}[^\[\]\n]*\]\[[^\[\]\n]+\]\]", "this is a link of Org mode", _LINK_FORM),
    Form(
        r"!?\[\[[ \t]*(?:\#[\#\s]*(?:\|[^\[\]\n]*)?|\|[^\[\]\n]*)\]\]",
        "this wikilink names nothing",
        "write `[[note]]` or `[[#Heading]]`",
    ),
    Form(
        rf"!?\[\[[^\]\n]{{0,200}}{_LINK}[^\]\n]*\]\]",
        "a wikilink cannot contain a link",
        "name the heading by its words: `[[note#Heading]]`",
    ),
    Form(
        rf"\*\*(?=\S)[^*\n]+(?<=[^{OPENERS}])\*\*(?=\w)|(?<=\w)\*\*(?=[^\w\s*])[^*\n]+(?<=\S)\*\*"
        r"|(?<![*\w])\*(?=[^\s*])[^*\n]*[^\x00-\x7f][^*\n]*(?<=[^\w\s*])\*(?=\w)",
        "emphasis cannot begin or end between punctuation and a letter",
        "move the punctuation out of the stars, or put a space beside them",
    ),
    Form(r"\*\*[ \t]+\w[^*\n]*\*\*", "there is a space after the opening `**`", "write `**text**`", first=True),
    Form(
        r"(?<!\S)\*\*(?=\w)[^*()\n]*[^*()\s][ \t]+\*\*(?=[\s.,:;!?)]|\Z)",
        "there is a space before the closing `**`",
        "write `**text**`",
    ),
    Form(
        rf"(?:\#{{2,6}}(?=\w)|\uff03+|\#(?!{_TAGS}\b)(?=[A-Z][\w'’-]*[a-z])(?![A-Z][a-z]+[A-Z])(?=[^\#\n]*\#*$)"
        rf"|\#(?!{_TAGS}\b)(?=[A-Z][A-Z\d]*[ \t]+\S[^\#\n]*$)|\#(?=[^\x00-\x7f][^\s\#]*[ \t]+\S[^\#\n]*$))[^\n]*",
        "a heading needs a space after `#`",
        "write `# Heading`",
        first=True,
    ),
    Form(
        rf"(?:\#{{1,6}}|[-*+]|\d{{1,9}}[.)])[{SPACES}]",
        "the space after the marker is not an ordinary space",
        "type the space again",
        first=True,
    ),
    Form(
        rf"\d{{1,2}}[.)](?:{_LINK}|[^\W\d_a-zA-Z]|(?![\w-]+\.\w|{_SUFFIXES}\b)[A-Za-z]{{2}})\S*",
        "a list item needs a space after its number",
        "write `1. item`",
        first=True,
    ),
    Form(
        rf"(?<!\n)-(?:{_LINK}|[^\W\d_a-zA-Z]|[A-Za-z]{{3,}}(?=[ \t.,:;!?]|$))[^\n]*(?:\n-[^\n]*)*\Z",
        "a list item needs a space after the dash",
        "write `- item`",
        first=True,
    ),
    Form(
        r"-\[[ xX]\][ \t]+[^\n]+|\[\][ \t]+\w[^\n]*",
        "this is no task",
        "write `- [ ] task` or `- [x] task`",
        first=True,
    ),
    Form(
        r"(?<!\n)[*+](?=[^\W\d_])[^\n]*(?:\n[*+](?=[^\W\d_])[^\n]*)+\Z",
        "a list item needs a space after its marker",
        "write `- item`",
        first=True,
    ),
    Form(
        rf"(?<!\n)[{BULLETS}][^\n]*(?:\n[{BULLETS}][^\n]*)+\Z",
        "no list begins with this character",
        "write `- item`",
        first=True,
    ),
    Form(
        rf"(?:\|[ \t]*{_DASHES}|{_DASHES}[ \t]*\|[ \t]*{_DASHES})[ \t]*(?:\|[ \t]*{_DASHES}[ \t]*){{0,98}}\|?[ \t]*$",
        "this line makes no table",
        "write a header row with as many cells above it",
        first=True,
    ),
    Form(
        rf"(?<!\n)(?![\s\S]*^\|?[ \t]*{_DASHES}[ \t]*\|){_ROW}(?:\n{_ROW})+\Z",
        "a table needs a line of dashes below its header",
        "write `|---|---|` there",
        first=True,
    ),
    # Other tools
    Form(r"\+(?:[-=]{3,}\+)+[ \t]*$", "grid tables are not supported", "write `| a | b |` and `|---|---|`", first=True),
    Form(
        r"\[(?:TOC|toc|Toc|_TOC_|TOCM)\][ \t]*$",
        "the page has a table of contents anyway",
        "leave it out",
        first=True,
    ),
    Form(
        r"@\[(?:toc|code)[^\n]*|<<<[ \t]*@[^\n]*|!!!include\([^\n]*",
        "this is markup of VuePress",
        "leave it out, or write the text itself",
        first=True,
    ),
    Form(
        r"\{:(?:toc|:|[ \t]*[.\#][\w-]|[ \t]*[\w-]+[:=]|[ \t]+[\w-]+[ \t]*=)[^{}\n]*\}",
        "this is markup of kramdown",
        "write attributes as `{#id .class}`, or leave it out",
    ),
    Form(r"\{\{[<%][^\n]{0,300}?[>%]\}\}", "Hugo's shortcodes are not supported", "write Markdown or HTML"),
    Form(r"\{%-?[ \t]*[a-z][^\n]{0,300}?%\}", "Liquid's tags are not supported", "write Markdown or HTML"),
    Form(r"<%[-=*_+]?[ \t]*[\w.]+[^\n]{0,300}?%>", "templates are not filled in here", "write the text itself"),
    Form(r"(?<![$\\{])\{\{[^{}\n]+\}\}", "nothing is filled in here", "write the text itself, or put it in backticks"),
    Form(r":{3,}[ \t]*(?:\{[^}\n]*\}|[A-Za-z][\w-]*)[^\n]*", "`:::` is not supported", _CALLOUT_FORM, first=True),
    Form(
        r"(?:!!!|\?\?\?\+?)[ \t]+[A-Za-z][\w-]*(?:[ \t]+[a-z]+){0,2}(?:[ \t]+[\"“][^\n]*[\"”])?[ \t]*$",
        "admonitions of MkDocs are not supported",
        _CALLOUT_FORM,
        first=True,
    ),
    Form(r"===[!+]?[ \t]+\"[^\"\n]+\"[ \t]*$", "tabs of MkDocs are not supported", "write headings", first=True),
    Form(
        r"/{3,}[ \t]+[a-z][\w-]*(?:[ \t]*\|[^\n]*)?$", "blocks of MkDocs are not supported", _CALLOUT_FORM, first=True
    ),
    Form(r"--8<--[^\n]*", "nothing is included here", "write the text itself", first=True),
    Form(r"\#\+[A-Za-z_]+[^\n]*", "Org mode is not supported", "write Markdown", first=True),
    Form(
        r"\\(?:newpage|pagebreak|clearpage|tableofcontents|begin\{|end\{)[^\n]*",
        "LaTeX is not supported",
        "leave it out",
        first=True,
    ),
    Form(
        r"(?<![\w:/])(?::[a-z][a-z0-9_+-]*[a-z0-9]|:[+-]1):(?![\w:/\0])",
        "short codes of emoji are not supported",
        "write the character itself, such as ⚠",
    ),
    Form(
        r"(?:^|(?<=[ \t]))\^(?=[\w-]*[A-Za-z])[A-Za-z0-9-]{3,}[ \t]*\Z",
        "no block stands before it that could have a name",
        "write it at the end of a paragraph or list item, or on a line below the block",
    ),
    Form(
        r"[A-Za-z][\w-]*::[ \t]+[^\n]+",
        "properties of Logseq and Dataview are not supported",
        _FRONT_MATTER_FORM,
        first=True,
    ),
    Form(
        r"\[[A-Za-z][\w-]*::[ \t]+[^\[\]\n]+\]|\([A-Za-z][\w-]*::[ \t]+[^()\n]+\)",
        "fields of Dataview are not supported",
        _FRONT_MATTER_FORM,
    ),
    Form(
        r"\[-?@[A-Za-z][\w:.-]*\d{2}[^\[\]\n]*\]",
        "citations of Pandoc are not supported",
        "write a link or a footnote: `[^1]`",
    ),
    Form(r"(?<=\w)~[^~\s]{1,10}~(?!~)", "subscripts are not written like this", "write `<sub>2</sub>`"),
    Form(
        r"(?<=[\w)])\^[^\^\s\[\]]{1,10}\^(?!\w)",
        "superscripts are not written like this",
        "write `<sup>2</sup>`",
    ),
    Form(
        rf"\(\({_UUID}\)\)",
        "Logseq's block references are not supported",
        "link to a heading: `[text](note.md#heading)`",
    ),
)
