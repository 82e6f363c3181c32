"""Raw HTML in a note: its links become slots, its ids too, and what would run or swallow the page is taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import NamedTuple

_TAG = re.compile(r"""<([a-zA-Z][^\s/>]*)((?>[^>"'=]+|=\s*(?:"[^"]*"|'[^']*'|(?=[^"'])|$)|["'])*+)>""")
_ATTRIBUTE = re.compile(r"""(\s*/?\s*)([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*)))?""")
_END = re.compile(r"</([a-zA-Z][^\s/>]*)[^>]*>")
_SWALLOWING = frozenset({"script", "style", "textarea"})  # blocks of these end at their end tag, if anywhere

_REF_TAGS = {
    "src": frozenset({"audio", "embed", "iframe", "img", "input", "script", "source", "track", "video"}),
    "href": frozenset({"a", "area", "link"}),
    "data": frozenset({"object"}),
}
_SRCSET_TAGS = frozenset({"img", "source"})
_CANDIDATE = re.compile(r"[\s,]*+(\S*[^\s,])(?:\s++([^,]*))?(?:,|$)")  # of a `srcset`: a URL, and its width or density
_URL_NAMES = frozenset(
    {
        "action", "background", "cite", "classid", "codebase", "data", "formaction", "from", "href", "longdesc",
        "manifest", "ping", "poster", "src", "srcset", "to", "values", "xlink:href",
    }
)  # fmt: skip
_ID_NAMES = frozenset({"aria-activedescendant", "for", "form", "id", "list"})
_ID_LISTS = frozenset({"aria-controls", "aria-describedby", "aria-details", "aria-labelledby", "aria-owns", "headers"})

_CONTROLS = re.compile(r"[\x00-\x20]+")
_DANGEROUS = re.compile(r"(?:javascript|vbscript|data|file):", re.IGNORECASE)
_GOOD_DATA = re.compile(r"data:image/(?:png|gif|jpeg|webp)[;,]", re.IGNORECASE)


def is_unsafe(url: str, *, image: bool = False) -> bool:
    """Tell whether a URL must not become a link: script, data (but for plain images), the reader's own files.

    Browsers ignore control characters and spaces in front of the scheme, tabs and newlines in it.
    """
    compact = _CONTROLS.sub("", url)
    return _DANGEROUS.match(compact) is not None and not (image and _GOOD_DATA.match(compact) is not None)


def visible_text(html: str) -> str:
    """Return the text that a reader sees of a block of raw HTML, on one line."""
    parts = []
    for kind, start, end, _ in _walk(html, block=True):
        parts.append(html[start:end] if kind in ("text", "unclosed") else " ")
    return " ".join(unescape("".join(parts)).split())


class Page(NamedTuple):
    """What the rewriting of tags asks of the page. All `at` are offsets in the raw HTML."""

    ref: Callable[[str, int, int], int]  # target, start, end -> number of its slot
    claim: Callable[[str, int], None]  # an id, at
    warn: Callable[[str, str, str, int, int], None]  # code, message, hint, at, length
    keeps: Callable[[str, list[str], int], bool]  # name and attribute names of a tag, at


def rewrite(html: str, page: Page, *, block: bool) -> str:
    """Return the HTML with slots. `block`: a whole HTML block, of which nothing may reach into what follows."""
    out: list[str] = []
    for kind, start, end, tag in _walk(html, block=block):
        text = html[start:end]
        if tag is not None:
            changed = _tag(tag, page)
            text = changed + html[tag.end() : end] if changed else ""
        elif kind == "unclosed":
            what = text[:20].split("\n")[0]
            page.warn("unclosed-html", f"`{what}` is never closed and is shown as text", "close it", start, len(what))
        if kind in ("text", "unclosed"):
            text = text.replace("<", "&lt;")
        out.append(text)
    return "".join(out)


def _walk(html: str, *, block: bool) -> Iterator[tuple[str, int, int, re.Match[str] | None]]:
    """Yield the pieces: `text`, `markup` (comments, end tags), `tag` (with its match, and with the content of
    scripts and styles), and `unclosed` for the rest after something that has no end.
    """
    at = 0
    while (start := html.find("<", at)) >= 0:
        if start > at:
            yield "text", at, start, None
        tag = None
        end = _markup_end(html, start)
        if end is None and (tag := _TAG.match(html, start)):
            end = _element_end(html, tag) if block else tag.end()
        elif end is None:
            end = -1 if html[start + 1 : start + 2].isalpha() else start + 1
            if end > 0:  # a lone `<`
                yield "text", start, end, None
                at = end
                continue
        if end < 0:
            yield "unclosed", start, len(html), None
            return
        yield "tag" if tag else "markup", start, end, tag
        at = end
    if at < len(html):
        yield "text", at, len(html), None


def _element_end(html: str, tag: re.Match[str]) -> int:
    """Return where the tag ends; of a script, a style or a text area, where the element does (-1: nowhere)."""
    name = tag[1].lower()
    if name not in _SWALLOWING:
        return tag.end()
    close = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(html, tag.end())
    return close.end() if close else -1


def _markup_end(html: str, start: int) -> int | None:
    """Return where a comment, declaration or end tag ends; -1 when nowhere; None when it is something else."""
    if html.startswith("<!--", start):
        for short in ("<!-->", "<!--->"):
            if html.startswith(short, start):
                return start + len(short)
        end = html.find("-->", start + 4)
        return end + 3 if end >= 0 else -1
    if html.startswith(("<!", "<?"), start):
        end = html.find(">", start)
        return end + 1 if end >= 0 else -1
    if html.startswith("</", start) and html[start + 2 : start + 3].isalpha():
        found = _END.match(html, start)
        return found.end() if found else -1
    return None


def _tag(found: re.Match[str], page: Page) -> str:
    """Return the start tag with slots for its links and ids; '' when it does not stay."""
    name, attributes = found[1].lower(), found[2]
    items = list(_ATTRIBUTE.finditer(attributes)) if attributes else []
    if not page.keeps(name, [item[2].lower() for item in items], found.start()):
        return ""
    base = found.start(2)
    parts = [f"<{found[1]}"]
    last = 0
    for item in items:
        changed = _attribute(name, item, base, page)
        if changed is not None:
            parts += (attributes[last : item.start()], changed)
            last = item.end()
    parts += (attributes[last:], ">")
    return "".join(parts)


def _attribute(tag: str, item: re.Match[str], base: int, page: Page) -> str | None:
    """Return what stands for an attribute; None for itself."""
    key = item[2].lower()
    group = 3 if item[3] is not None else 4 if item[4] is not None else 5
    if item[group] is None:
        return None
    value, at = unescape(item[group]).strip(), base + item.start(group)
    if "\0" in value:
        value = value.replace("\0", "\ufffd")
    if key == "srcset" and tag in _SRCSET_TAGS:
        slot = _srcset(item[group], at, page)
        return item[1].rstrip(" ") + slot if slot else item[1]
    if key in _URL_NAMES and _is_refused(value, key, tag, (at, base + item.end(group)), page):
        return item[1]
    if tag in _REF_TAGS.get(key, ()) or key == "poster":
        number = page.ref(value, at, base + item.end(group))
        return f"{item[1].rstrip(' ')}\0r{number}\t{key}\0"
    if key == "id" or (key == "name" and tag == "a"):
        page.claim(value, at)
        return f'{item[1] or " "}{key}="\0p\0{_quoted(value)}"' if value else None
    if key in _ID_NAMES or key in _ID_LISTS:
        names = " ".join(f"\0p\0{_quoted(name)}" for name in value.split())
        return f'{item[1]}{key}="{names}"'
    if key in ("href", "xlink:href", "usemap") and value.startswith("#"):
        return f'{item[1]}{key}="#\0p\0{_quoted(value[1:])}"'
    if "url(#" in value:
        return f'{item[1]}{key}="{_quoted(value)}"'.replace("url(#", "url(#\0p\0")
    return None


def _is_refused(url: str, key: str, tag: str, span: tuple[int, int], page: Page) -> bool:
    """Tell whether a URL is not let through, after a warning."""
    if not is_unsafe(url, image=tag in ("img", "source", "image")):
        return False
    message = f"`{url[:300]}` is not let through in `{key}`"
    page.warn("unsafe-link", message, "link to a page or a file", span[0], span[1] - span[0])
    return True


def _srcset(value: str, at: int, page: Page) -> str:
    """Return the slot of a list of images, each with the width or density for which it is (HTML, section 4.8.4.2.1)."""
    numbers, behind = [], []
    place = 0
    while found := _CANDIDATE.match(value, place):
        place = found.end()
        url, span = unescape(found[1]).replace("\0", "\ufffd"), (at + found.start(1), at + found.end(1))
        if not _is_refused(url, "srcset", "img", span, page):
            numbers.append(str(page.ref(url, *span)))
            behind.append(_quoted(" ".join(unescape(found[2] or "").replace("\0", "\ufffd").split())))
    return "\0r{}\tsrcset\t{}\0".format(" ".join(numbers), "\t".join(behind)) if numbers else ""


def _quoted(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
