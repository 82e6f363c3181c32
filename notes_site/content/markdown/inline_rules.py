"""Inline rules of our dialect. Every link, image and tag keeps where it stands: `meta["at"]`, in its block's text."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import autolink as _md_autolink
from markdown_it.rules_inline import html_inline as _md_html
from markdown_it.rules_inline import image as _md_image
from markdown_it.rules_inline import link as _md_link
from markdown_it.token import Token

from notes_site.content.markdown import attributes, footnotes
from notes_site.content.markdown.block_rules import remember_ids

Rule = Callable[[StateInline, bool], bool]

# All characters that some rule may start at; `h` and `w` only where a bare URL may.
_STOP = re.compile(r"[\n&*<\[\\\]_`{~!=^hw](?:(?<![hw])|(?<=h)(?=ttps?://)|(?<=w)(?=ww\.))")

_WIKILINK = re.compile(r"\[\[([^\[\]\n|]*[^\[\]\s|#][^\[\]\n|]*)(?:\|([^\[\]\n]*))?\]\]")
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?$")
_BELOW = re.compile(r"(?<=\S)#+(?=\w)")  # `Languages#Python`: a heading below a heading; `C# basics`, `Part #1` are one
_EMBEDDED = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|ico)$", re.IGNORECASE)

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"`\x00-\x1f，。；：！？、（）「」『』【】《》“”]+")
_HOST = re.compile(r"(?:https?://|www\.)(?=[^\W_])(?:[\w-]+\.)*[\w-]*[^\W_](?=[/?#:]|$)")
_TRAILING = "?!.,:;*_~'\"])}"

_SHORTCODE = re.compile(r"\{\{<[^\n]{0,300}?>\}\}")  # of Hugo: no tag, whatever it is called

_BEFORE_ATTRIBUTES = frozenset({"code_inline", "image", "link_close", "mark_close", "span_close"})


def install(md: MarkdownIt) -> None:
    """Add the rules to the parser, in the place of markdown-it's where it has one."""
    ruler = md.inline.ruler
    ruler.at("text", _text)
    ruler.at("link", _link)
    ruler.at("image", _image)
    ruler.at("autolink", _placed(_md_autolink, "<"))
    ruler.at("html_inline", _html)
    ruler.at("footnote_ref", footnotes.rule)
    ruler.after("link", "span", _span)
    ruler.push("mark", _mark)
    ruler.push("attributes", _attributes)
    ruler.push("url", _url)


def _text(state: StateInline, silent: bool) -> bool:
    start = state.pos
    found = _STOP.search(state.src, start, state.posMax)
    end = found.start() if found else state.posMax
    if end == start:
        return False
    if not silent:
        state.append_pending(state.src[start:end])
    state.pos = end
    return True


def _placed(rule: Rule, first: str) -> Rule:
    """Return the rule, noting where its first token came from."""

    def placed(state: StateInline, silent: bool) -> bool:
        start = state.pos
        if state.src[start] != first:
            return False
        if silent:
            return rule(state, True)
        before = len(state.tokens)
        if not rule(state, False):
            return False
        _place(state, before, start)
        return True

    return placed


def _place(state: StateInline, before: int, start: int) -> None:
    """Note the place in the first token since `before` that is not the text in front of it."""
    token = state.tokens[before]
    if token.type == "text":
        token = state.tokens[before + 1]
    token.meta["at"] = (start, state.pos)


_standard_link = _placed(_md_link, "[")
_standard_image = _placed(_md_image, "!")


def _link(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "[":
        return False
    if state.src.find("]", start, state.posMax) < 0:  # what makes a run of brackets quadratic
        return False
    if state.src.startswith("[[", start) and (found := _WIKILINK.match(state.src, start, state.posMax)):
        if state.linkLevel > 0:
            return False
        if not silent:
            _push_link(state, found)
        state.pos = found.end()
        return True
    return _standard_link(state, silent)


def _image(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "!":
        return False
    if state.src.startswith("![[", start) and (found := _WIKILINK.match(state.src, start + 1, state.posMax)):
        if not silent:
            if _names_image(found):
                _push_image(state, found)
            elif state.linkLevel > 0:
                return False
            else:
                _push_link(state, found)
        state.pos = found.end()
        return True
    return _standard_image(state, silent)


def _names_image(found: re.Match[str]) -> bool:
    """Return whether the target is an image by its name."""
    return _EMBEDDED.search(found[1].strip()) is not None


def _push_link(state: StateInline, found: re.Match[str]) -> None:
    """Add the link. Its text is the label, else the title of its target, which is known later."""
    path, _, heading = (part.strip() for part in found[1].strip().partition("#"))
    heading = heading.lstrip("# ")
    label = (found[2] or "").strip()
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": _percent(path) + (f"#{heading.replace('%', '%25')}" if heading else "")}
    token.markup = "wikilink"
    token.meta["at"] = found.span(1)
    if label:
        state.push("text", "", 0).content = label
    else:
        if path:
            state.push("target_title", "", 0).content = path
        if heading:
            state.push("text", "", 0).content = (" › " if path else "") + _BELOW.sub(" › ", heading)
    state.push("link_close", "a", -1).markup = "wikilink"


def _percent(path: str) -> str:
    """Escape what would mean something in a URL: a wikilink is a plain name."""
    return path.replace("%", "%25").replace("?", "%3F")


def _push_image(state: StateInline, found: re.Match[str]) -> None:
    """Add the image. What follows the bar is a width (`300`, `300x200`) or the alternative text, else its name."""
    token = state.push("image", "img", 0)
    token.attrs = {"src": _percent(found[1].strip()).replace("#", "%23"), "alt": ""}
    token.markup = "wikilink"
    token.meta["at"] = found.span(1)
    label, _, size = (found[2] or "").rpartition("|")
    if measured := _SIZE.match(size.strip()):
        token.attrs["width"] = measured[1]
        if measured[2]:
            token.attrs["height"] = measured[2]
    else:
        label = found[2] or ""
    token.children = [Token("text", "", 0, content=label.strip() or found[1].strip())]


def _html(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "<" or _SHORTCODE.match(state.src, max(start - 2, 0)):
        return False
    before = len(state.tokens)
    if not _md_html(state, silent):
        return False
    if not silent:
        _place(state, before, start)
        state.env["html"] = True
        remember_ids(state.tokens[-1].content, state.env)
    return True


def _span(state: StateInline, silent: bool) -> bool:
    """Read `[text]{.class}`; links go first."""
    start, maximum = state.pos, state.posMax
    if state.src[start] != "[" or state.src.find("]{", start, maximum) < 0:
        return False
    end = parseLinkLabel(state, start)
    found = attributes.match(state.src, end + 1, maximum) if end >= 0 else None
    if found is None:
        return False
    if not silent:
        token = state.push("span_open", "span", 1)
        _apply_attributes(state, token, found[1])
        _inside(state, start + 1, end)
        state.push("span_close", "span", -1)
    state.pos, state.posMax = found[0], maximum
    return True


def _mark(state: StateInline, silent: bool) -> bool:
    """Read `==marked==`: between words, without spaces on the inner side."""
    start, src, maximum = state.pos, state.src, state.posMax
    if not src.startswith("==", start) or start + 4 >= maximum:
        return False
    end = src.find("==", start + 2, maximum)
    if end < 0 or src[start + 2].isspace() or src[start + 2] == "=" or src[end - 1].isspace():
        return False
    after = src[end + 2 : min(end + 3, maximum)]
    if after == "=" or after.isalnum() or (start and (src[start - 1] == "=" or src[start - 1].isalnum())):
        return False
    if not silent:
        state.push("mark_open", "mark", 1)
        _inside(state, start + 2, end)
        state.push("mark_close", "mark", -1)
    state.pos, state.posMax = end + 2, maximum
    return True


def _inside(state: StateInline, start: int, end: int) -> None:
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)


def _attributes(state: StateInline, silent: bool) -> bool:
    """Read `{...}` right behind an image, a link, code or a span."""
    if silent or state.src[state.pos] != "{" or state.pending or not state.tokens:
        return False
    target = state.tokens[-1]
    if target.type not in _BEFORE_ATTRIBUTES:
        return False
    found = attributes.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if target.nesting < 0:
        target = _opening(state.tokens)
    _apply_attributes(state, target, found[1])
    state.pos = found[0]
    return True


def _opening(tokens: list[Token]) -> Token:
    depth = 0
    for token in reversed(tokens):
        depth += token.nesting
        if depth == 0:
            return token
    return tokens[-1]


def _apply_attributes(state: StateInline, target: Token, given: attributes.Attributes) -> None:
    block = state.env["block"]
    attributes.apply(target, given, state.env, block.map[0] if block and block.map else 0)


def _url(state: StateInline, silent: bool) -> bool:
    """Read a bare `https://...` or `www....` (GFM, autolinks extension)."""
    start, src = state.pos, state.src
    if silent or state.linkLevel > 0 or src[start] not in "hw":
        return False
    found = _URL.match(src, start, state.posMax)
    if found is None or (start and _glued(src[start - 1])):
        return False
    text = _trimmed(found[0])
    if _HOST.match(text) is None or (text[0] == "w" and "." not in text[4:]):
        return False
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": text if text[0] == "h" else f"http://{text}"}
    token.markup, token.info = "autolink", "auto"
    token.meta["at"] = (start, start + len(text))
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)
    state.pos = start + len(text)
    return True


def _glued(before: str) -> bool:
    """Return whether a URL cannot start after this character. Letters of scripts without spaces may stand there."""
    return before.isascii() and (before.isalnum() or before in "_/@.:=-")


def _trimmed(url: str) -> str:
    """Return the URL without the punctuation of the sentence around it; closing brackets stay where they match."""
    surplus = url.count(")") - url.count("(")
    end = len(url)
    while end and url[end - 1] in _TRAILING:
        if url[end - 1] == ")":
            if surplus <= 0:
                break
            surplus -= 1
        end -= 1
    return url[:end]
