"""From source path to URL to output path, and from a link as written to the path it means. All pure.

Paths are project-side texts with forward slashes, relative to the content folder; an output path is a URL
without its leading slash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from posixpath import dirname, join, normpath
from typing import Literal, NamedTuple, NewType
from urllib.parse import quote, unquote

from notes_site.base import characters

NOTE_SUFFIXES = (".md", ".markdown")
SCRIPT = "site.js"
"""The file in `static/` that every page carries as its script."""
ENGINE = "search.js"
"""The file in `static/` that searches, published as part of the index."""
INDEX_STEMS = frozenset({"index", "_index", "readme"})

# Device names that Windows reserves with any extension (Microsoft, "Naming Files, Paths, and Namespaces").
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{n}" for device in ("com", "lpt") for n in "0123456789¹²³"}
)

_NEVER_ON_WINDOWS = re.compile(r'[<>:"|?*\\]|[. ]\Z')
NAME_BYTES = 255  # of one segment of a path; file systems refuse more

_LONGEST_NAME = 60  # characters: file systems take 255 bytes, readers less
_PLUS_OR_SHARP = re.compile(r"(?<=\w)[+#]+")
_SPELLED = {"+": "-plus-", "#": "-sharp-"}
_NOT_ASCII_WORD = re.compile(r"[^a-z0-9]+")
_HOST = re.compile(
    r"(?:(?P<near>localhost|\d{1,3}(?:\.\d{1,3}){3})|www\.[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}"
    r"|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|dev|app|info)"
    r"|[\w-]+(?:\.[\w-]+)*\.(?!md|py|sh|rs|pl|ps|cc|js|ts)[a-z]{2}(?=/))(?P<port>:\d+)?(?=[/?#]|$)",
    re.IGNORECASE,
)
"""The generic domains that people link to; those of countries where a path follows. Not what files end with."""
_NO_FRAGMENT = re.compile(r'[\s"#%<>\\^`{|}]')
_ELSEWHERE = re.compile(r"//|~[^/]*/|[A-Za-z]:/")
"""A server's folder, somebody's home, a drive: what shells and Windows make of a path that looks relative."""
_CONTROLS = re.compile(r"[\0-\x1f\x7f]")
_HALF = re.compile(r"(https?)(?::/?(?!/)|//)(?=[\w.-])", re.IGNORECASE)  # `https:/x.org`, `http//x.org`
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# `x.org:80` has no scheme, though the grammar of addresses says so; of one letter it is a drive of Windows.
_SCHEME = re.compile(rf"(?:(?!{_HALF.pattern}|{_HOST.pattern})[a-zA-Z][a-zA-Z0-9+.-]+:|//)", re.IGNORECASE)
_CREDENTIALS = r"https?://[^/?#]*@"
_HTTP = r"https?://(?:\[[0-9a-f:.]+\]|[^\s/?#:@\\\[\]]+)(?::[0-9]*)?(?:[/?#][^\s\\]*)?"


ContentPath = NewType("ContentPath", str)
"""A file's path in the content folder."""
ProjectPath = NewType("ProjectPath", str)
"""A file's path in the project, as problems name it."""
OutputPath = NewType("OutputPath", str)
"""Where a file lies in the output folder; with a slash before it the address within the site."""

OutputKind = Literal["asset", "page", "list", "home", "pointer"]
"""What an output is to others, which decides when it is published and when it goes: `list` is a page that shows other
pages, `pointer` a file of a fixed name that names pages, such as the feed.
"""


def in_project(folder: str, path: ContentPath) -> ProjectPath:
    """Return where a file of the content folder `folder` lies in the project."""
    return ProjectPath(f"{folder}/{path}")


class Origin(NamedTuple):
    """The file that an output shows: its layer (`content`, `static`) and its path in it."""

    layer: str
    path: str


def is_note(path: str) -> bool:
    """Tell whether the file is a note (Markdown) rather than an attachment."""
    return path.lower().endswith(NOTE_SUFFIXES)


def is_inlined(name: str) -> bool:
    """Tell whether a file in `static/` stands in other files, as their style or script, and is not published itself."""
    return name in (SCRIPT, ENGINE) or (name.startswith("css/") and name.endswith(".css"))


@lru_cache(maxsize=65536)
def slug(text: str) -> str:
    """Return the text as one URL segment: case-folded, letters and digits of any script, `-` for the rest.

    Marks stay too: without them Hindi and Thai words fall apart. `+` and `#` behind a letter or digit are spelled
    out: C, C++ and C# are three things.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    if "+" in folded or "#" in folded:
        folded = _PLUS_OR_SHARP.sub(lambda found: "".join(_SPELLED[c] for c in found[0]), folded)
    if folded.isascii():
        return _NOT_ASCII_WORD.sub("-", folded).strip("-")
    kept = (c if unicodedata.category(c)[0] in "LNM" else "-" for c in folded)
    return re.sub("-+", "-", "".join(kept)).strip("-")


def file_name(what: str, text: str) -> str:
    """Return a file name for a title or an area (`what`): cut at a word, and never one that means something else.

    Raises:
        ValueError: the text has no letter or digit.
    """
    name = slug(text)
    if not name:
        raise ValueError(f"the {what} {text!r} has no letter or digit to name a file by")
    if len(name) > _LONGEST_NAME:
        name = name[:_LONGEST_NAME].rpartition("-")[0] or name[:_LONGEST_NAME]
    return f"{name}-note" if name in INDEX_STEMS or is_reserved(name) else name


def is_reserved(name: str) -> bool:
    """Tell whether Windows keeps a name for a device: `con`, and `con.txt` and `con .txt` too."""
    return name.partition(".")[0].rstrip(" ").casefold() in RESERVED


def is_never_on_windows(name: str) -> bool:
    """Tell whether Windows cannot hold a name: one of `<>:"|?*` or a backslash, or a dot or blank at its end.

    Device names are another matter (`is_reserved`), and control characters too (`flaw`).
    """
    return _NEVER_ON_WINDOWS.search(name) is not None


def words_of(name: str) -> str:
    """Return a folder's or file's name as a title: `cloud-web_apps` is `Cloud web apps`."""
    text = re.sub(r"[-_\s]+", " ", characters.cleaned(name)).strip()
    return text[:1].upper() + text[1:]


def stem(path: str) -> str:
    """Return the file's name without its folder and suffix."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def is_index(path: str) -> bool:
    """Tell whether the note stands for its folder (`index.md`, `_index.md`, `README.md`)."""
    return stem(path).casefold() in INDEX_STEMS


def first_folder(path: str) -> str:
    """Return the first folder of the path, '' when the file lies directly in the content folder."""
    return path.partition("/")[0] if "/" in path else ""


def note_url(path: str) -> OutputPath:
    """Return the output path of a note, a pure function of its source path.

    `Cloud Web Apps/Launch a VM.md` is `cloud-web-apps/launch-a-vm.html`. An index below the first folder stands
    for its folder: `cloud/vm/index.md` is `cloud/vm.html`. A segment without any letter or digit comes out empty;
    `checks` reports it.
    """
    named = dirname(path) if is_index(path) else path[: path.rindex(".")]
    url = "/".join(slug(segment) for segment in named.split("/")) + ".html" if named else "index.html"
    return OutputPath(url)


def file_url(path: str, fingerprint: str = "") -> OutputPath:
    """Return the output path of an attachment: slugged folders, its own name.

    With a fingerprint the name is slugged as well and carries it: `figure.1a2b3c4d.svg`.
    """
    folder, _, name = unicodedata.normalize("NFC", path).rpartition("/")
    if fingerprint:
        base, dot, suffix = name.rpartition(".")
        name = f"{slug(base or suffix) or 'file'}.{fingerprint[:8]}" + (f".{suffix.lower()}" if dot else "")
    return OutputPath("/".join([*(slug(segment) for segment in folder.split("/") if segment), name]))


def alias_url(alias: str) -> OutputPath:
    """Return the output path that answers at a former address: `/old/` and `/old` are `old/index.html`.

    '' for what is no address on this site.
    """
    path = unicodedata.normalize("NFC", unquote(alias.partition("#")[0].partition("?")[0])).strip("/")
    strange = not path.isprintable() or "\\" in path or is_external(alias)
    if strange or any(not name or name.startswith(".") or is_never_on_windows(name) for name in path.split("/")):
        return OutputPath("")
    return OutputPath(path if path.endswith((".html", ".htm")) else f"{path}/index.html")


def root_of(url: str) -> str:
    """Return what leads from a page to the site's root: `../` for each folder of its output path."""
    return "../" * url.count("/")


def is_address(alias: str) -> bool:
    """Tell whether an alias is a former address (Hugo, Jekyll) and not just another name (Obsidian)."""
    return "/" in alias or alias.endswith((".html", ".htm"))


def collision_key(url: str) -> str:
    """Return the key under which two outputs are one file on some system: case-folded and NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", url).casefold())


def is_external(target: str) -> bool:
    """Tell whether a link names another site or scheme (RFC 3986, section 3.1; `//host` too)."""
    return _SCHEME.match(target) is not None


def meant_address(target: str) -> str:
    """Return the address that a link without a whole scheme was to be, '' if it is none: `www.x.org`, `github.com/x`,
    `x.de/y`, `localhost:8000`, `https:/x.org`, `a@x.org`.
    """
    if half := _HALF.match(target):
        return f"{half[1]}://{target[half.end() :]}"
    if _MAIL.fullmatch(target):
        return f"mailto:{target}"
    host = _HOST.match(target)
    if host is None:
        return ""
    return f"http://{target}" if host["near"] or host["port"] else f"https://{target}"


def is_web(target: str) -> bool:
    """Tell whether a link is an address of the web, as a resource has one."""
    return target[:8].lower().startswith(("http://", "https://"))


class LinkTarget(NamedTuple):
    """A link taken apart: `path` relative to the content folder, None when it leaves that folder."""

    path: str | None
    query: str
    fragment: str


def resolve(target: str, source: str) -> LinkTarget:
    """Return what a relative link, written in the note `source`, means.

    `/x` starts at the content folder. Percent escapes are decoded. A bare `#fragment` has an empty path;
    the content folder itself is `index.html`.
    """
    rest, _, fragment = target.partition("#")
    rest, _, query = rest.partition("?")
    path = unquote(rest)
    if not path:
        return LinkTarget("", query, unquote(fragment))
    full = below(path, source)
    return LinkTarget(full and ("index.html" if full == "." else nfc(full)), query, unquote(fragment))


def below(path: str, source: str) -> str | None:
    """Return what a path (percent escapes decoded) that stands in the file `source` names, relative to the folder to
    which `source` is relative; None for what names no place below that folder.

    Every path that an input names is judged here, before any look at the disk; `inside` judges where links lead.
    """
    path = path.replace("\\", "/")
    full = normpath(path.lstrip("/") if path.startswith("/") else join(dirname(source), path))
    strange = _ELSEWHERE.match(path) or _ELSEWHERE.match(full) or _CONTROLS.search(path)
    again = normpath(unquote(full)) if "%" in full else full  # somebody behind us may decode it once more
    return None if strange or any(name == ".." or name.startswith("../") for name in (full, again)) else full


def spellings(path: str) -> Iterator[str]:
    """Yield the source files that a link may mean: itself, without its suffix, or the index of a folder."""
    yield path
    yield path + ".md"
    for name in ("index", "_index", "README", "readme"):
        yield f"{path}/{name}.md".lstrip("/")
    if path.endswith(".html"):
        yield path[: -len(".html")] + ".md"


def nfc(text: str) -> str:
    """Return the text composed (Unicode Normalization Form C)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def flaw(path: str) -> str:
    """Return what is wrong with the path of a file to publish, in words, '' when nothing is."""
    if any(segment in ("", ".", "..") for segment in path.split("/")):
        return "has an empty segment, `.` or `..`"
    if path.isascii() and path.isprintable():
        return ""
    if any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in path):
        return "has a control character"
    if any("\ud800" <= c <= "\udfff" for c in path):
        return "is no text in UTF-8"
    return "" if nfc(path) == path else "is not composed (Unicode NFC)"


def host(url: str) -> str:
    """Return the host of a URL without `www.`."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")


def href(path: str, fragment: str = "", query: str = "") -> str:
    """Return an output path as it stands in an `href`, percent-encoded (RFC 3986) except letters of any script."""
    plain = path.replace("/", "").replace("-", "").replace(".", "").isalnum()
    text = path if plain else quote(path, safe="/~@!$&'()*,;=")
    return text + (f"?{query}" if query else "") + (f"#{_NO_FRAGMENT.sub(_escaped, fragment)}" if fragment else "")


def _escaped(found: re.Match[str]) -> str:
    return quote(found[0])


def has_credentials(url: str) -> bool:
    """Return whether an http(s) URL holds a user name or password, which publishing it would give away."""
    return re.match(_CREDENTIALS, url, re.IGNORECASE) is not None


def is_http(url: str) -> bool:
    """Return whether a text is an absolute http(s) URL that names a host and holds no credentials."""
    return re.fullmatch(_HTTP, url, re.IGNORECASE) is not None
