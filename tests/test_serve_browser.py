"""The live preview as its reader sees it: a real browser beside a real `notes-site serve`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, WebSocket, expect

from tests import browser
from tests.browser import DESKTOP, PHONE, Window, eventually, shows
from tests.harness import Site
from tests.serving import Serving

pytestmark = pytest.mark.slow

LONG = "\n\n".join(f"Paragraph {number} of a long note." for number in range(150))
STYLE = "body {{ background: {colour}; }}\n"
MARKED = "window.marked === true"
DIALOG = "notes-site-preview dialog"
BADGE = "notes-site-preview .badge"

Windows = Callable[..., Window]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as started:
        yield started


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Windows]:
    with browser.windows(chromium) as opener:
        yield opener


@pytest.fixture
def window(windows: Windows) -> Window:
    return windows()


@pytest.fixture
def course(site: Site) -> Site:
    """Two notes of one area, the second of which quotes the first, and a third in an area of its own."""
    site.note("cloud/alpha.md", f"First words.\n\n{LONG}\n", title="Alpha", time="30 min", link="https://example.org/a")
    site.note("cloud/beta.md", "See [Alpha](alpha.md).\n", title="Beta", time="1h", link="https://example.org/b")
    site.note("data/gamma.md", "Gamma rays.\n", title="Gamma", time="1h", link="https://example.org/c")
    return site


@pytest.fixture
def preview(course: Site) -> Iterator[Serving]:
    with Serving(course.root) as serving:
        yield serving


def save(site: Site, path: str, change: Callable[[str], str] | None = None, text: str = "") -> None:
    """Save as most editors do: another file, renamed over the old one."""
    file = site.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.tmp")
    new.write_text(change(file.read_text()) if change else text)
    os.replace(new, file)


def overwrite(site: Site, path: str, change: Callable[[str], str]) -> None:
    """Save as the others do: the same file, emptied first."""
    file = site.root / path
    text = change(file.read_text())
    with file.open("w") as opened:
        opened.flush()
        opened.write(text)


def words(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def connected(window: Window, address: str) -> Page:
    """Open a page, and wait until the preview has answered its greeting."""
    page = window.context.new_page()
    heard: list[str | bytes] = []
    page.on("websocket", lambda channel: channel.on("framereceived", lambda text: heard.append(text)))
    page.goto(address)
    eventually(lambda: heard, page, "an answer to the greeting")
    return page


def mark(page: Page) -> Page:
    page.evaluate("window.marked = true")
    return page


def loads(page: Page) -> list[str]:
    """The addresses that a page loads from now on."""
    found: list[str] = []
    page.on("framenavigated", lambda frame: found.append(frame.url))
    return found


def colour(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


# --- a note is saved


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("how", [save, overwrite])
def test_a_saved_note_is_shown_and_the_page_stays_where_it_was(
    course: Site, preview: Serving, windows: Windows, size: ViewportSize, how: Callable[..., None]
) -> None:
    window = windows(viewport=size)
    page = connected(window, preview.base + "cloud/alpha.html")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    middle = page.evaluate("scrollY")
    assert middle > 1000
    reloaded = loads(page)
    for round_, word in enumerate(("Second", "Third"), 1):
        how(course, "content/cloud/alpha.md", words("First words" if round_ == 1 else "Second words", f"{word} words"))
        shows(page, f"{word} words.")
        eventually(lambda: abs(page.evaluate("scrollY") - middle) < 2, page, "scrolled back")
        assert len(reloaded) == round_
    assert not window.complaints


def test_a_note_that_is_saved_leaves_other_pages_alone_unless_they_show_of_it(
    course: Site, preview: Serving, window: Window
) -> None:
    beta = mark(connected(window, preview.base + "cloud/beta.html"))
    gamma = mark(connected(window, preview.base + "data/gamma.html"))
    alpha = connected(window, preview.base + "cloud/alpha.html")
    save(course, "content/cloud/alpha.md", words("First words", "Other words"))
    shows(alpha, "Other words.")
    assert beta.evaluate(MARKED)
    assert gamma.evaluate(MARKED)
    # the title is in the navigation and the text of `beta`, which is in the same area
    save(course, "content/cloud/alpha.md", words("Alpha", "Aleph"))
    expect(beta.get_by_label("Site").get_by_text("Aleph")).to_have_count(1)
    assert not beta.evaluate(MARKED)
    assert gamma.evaluate(MARKED)
    # a sentence around a link is shown where the link leads
    mark(alpha)
    save(course, "content/cloud/beta.md", words("See [Alpha](alpha.md).", "Compare it with [Alpha](alpha.md), please."))
    shows(alpha, "Compare it with Alpha, please.")
    assert gamma.evaluate(MARKED)
    assert not window.complaints


def test_a_new_note_appears_where_a_404_was_open(course: Site, preview: Serving, window: Window) -> None:
    page = window.context.new_page()
    answer = page.goto(preview.base + "cloud/new.html")
    assert answer
    assert answer.status == 404
    course.note("cloud/new.md", "Brand new.\n", title="New", time="5 min", link="https://example.org/n")
    shows(page, "Brand new.")
    (course.root / "content/cloud/new.md").unlink()
    expect(page.get_by_text("Brand new.")).to_have_count(0)


def test_twenty_tabs_follow_an_edit(course: Site, preview: Serving, window: Window) -> None:
    pages = [connected(window, preview.base + "cloud/alpha.html") for _ in range(20)]
    save(course, "content/cloud/alpha.md", words("First words", "Words for twenty"))
    for page in pages:
        shows(page, "Words for twenty.")
    assert not window.complaints


# --- problems


def test_the_overlay_shows_a_problem_as_the_terminal_does_until_it_is_mended(
    course: Site, preview: Serving, window: Window
) -> None:
    page = mark(connected(window, preview.base + "data/gamma.html"))
    page.evaluate("document.querySelector('nav a').focus()")
    before = preview.lines
    attack = '"<img src=x onerror=document.title=1>"'
    save(course, "content/cloud/beta.md", lambda text: text.replace('"Beta"', attack).replace('"1h"', attack))
    dialog = page.get_by_role("dialog", name="1 error")
    dialog.wait_for()
    said = preview.line(r"content/cloud/beta\.md:3:7: error: ", before)
    lines = dialog.locator("section").inner_text().split("\n")
    preview.line("help: ", before)
    shown = preview.said.split("\n")
    shown = shown[shown.index(said.string) :][:4]
    assert [line for line in lines if line] == [*shown[:3], shown[3].strip()]
    assert "onerror" in shown[1]
    assert set(shown[2].strip()) == set("|^ ")
    # it is text, and beneath it is the page as it was
    assert dialog.locator("img").count() == 0
    assert page.title() != "1"
    shows(page, "Gamma rays.")
    # a modal dialog that holds the focus, and gives it back
    assert dialog.evaluate("dialog => dialog.matches(':modal')")
    assert page.evaluate("document.querySelector('notes-site-preview').shadowRoot.activeElement.textContent") == "Close"
    save(course, "content/cloud/beta.md", lambda text: text.replace(f"time: {attack}", 'time: "2h"'))
    dialog.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.textContent") == "Overview"
    assert page.locator("notes-site-preview").count() == 0
    assert page.evaluate(MARKED)
    assert not window.complaints


def test_what_was_closed_stays_closed_until_the_problem_is_another(
    course: Site, preview: Serving, window: Window
) -> None:
    page = connected(window, preview.base + "cloud/alpha.html")
    save(course, "content/cloud/beta.md", words('"1h"', '"soon"'))
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    badge = page.get_by_role("button", name="1 error")
    badge.click()
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="hidden")
    page.get_by_role("link", name="Gamma").or_(page.get_by_role("link", name="data")).first.click()
    page.get_by_role("button", name="1 error").wait_for()
    assert not dialog.is_visible()
    save(course, "content/cloud/beta.md", words('"soon"', '"later"'))
    dialog.wait_for()
    assert "later" in dialog.inner_text()
    assert not window.complaints


def test_a_problem_that_stood_before_the_page_was_opened_is_shown(
    course: Site, preview: Serving, window: Window
) -> None:
    before = preview.lines
    save(course, "content/cloud/beta.md", words('"1h"', '"soon"'))
    preview.line("bad-time", before)
    page = window.open(preview.base + "cloud/beta.html")
    page.get_by_role("dialog", name="1 error").wait_for()
    shows(page, "See Alpha.")  # the last one that was right


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_warnings_are_a_badge_that_opens_the_list(
    course: Site, preview: Serving, windows: Windows, size: ViewportSize
) -> None:
    window = windows(viewport=size)
    page = mark(connected(window, preview.base + "data/gamma.html"))
    save(course, "content/cloud/beta.md", words("alpha.md", "missing.md"))
    badge = page.get_by_role("button", name="1 warning")
    badge.wait_for()
    dialog = page.get_by_role("dialog")
    assert not dialog.is_visible()
    box = badge.bounding_box()
    assert box
    assert box["width"] * box["height"] < 0.02 * size["width"] * size["height"]
    assert box["x"] + box["width"] <= size["width"]
    badge.click()
    dialog.wait_for()
    assert "content/cloud/beta.md:6:13: warning: " in dialog.inner_text()
    box = dialog.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    # what was opened by hand stays open while there is something to show, and tells what is new
    save(course, "content/data/gamma.md", words("Gamma rays", "Gamma rays [far](off.md)"))
    page.get_by_role("button", name="2 warnings").wait_for()
    save(course, "content/data/gamma.md", words(" [far](off.md)", ""))
    save(course, "content/cloud/beta.md", words("missing.md", "alpha.md"))
    expect(page.locator("notes-site-preview")).to_have_count(0)
    assert not window.complaints


def test_a_template_at_fault_gives_a_page_that_says_so_until_it_is_mended(
    course: Site, preview: Serving, window: Window
) -> None:
    page = connected(window, preview.base + "cloud/beta.html")
    reloaded = loads(page)
    for broken, told in (
        ("{% extends 'base.html' %}{% block main %}{{ view.nothing }}{% endblock %}", "nothing"),
        ("{% extends 'base.html' %}{% block main %}", "templates/note.html:1"),
        ("{% extends 'none.html' %}", "none.html"),
    ):
        course.write("templates/note.html", broken)
        eventually(lambda told=told: told in page.locator("html").inner_text() or told in _overlay(page), page, told)  # type: ignore[misc]
    course.write("templates/note.html", "{% extends 'base.html' %}{% block main %}<p>Mended.</p>{% endblock %}")
    shows(page, "Mended.")
    page.locator(DIALOG).wait_for(state="hidden")
    count = len(reloaded)
    page.wait_for_timeout(200)
    assert len(reloaded) == count <= 6


def _overlay(page: Page) -> str:
    return page.locator(DIALOG).inner_text() if page.locator(DIALOG).count() else ""


# --- the search


def test_a_search_that_was_used_finds_what_is_new(course: Site, preview: Serving, window: Window) -> None:
    page = mark(connected(window, preview.base + "cloud/alpha.html"))
    page.keyboard.press("/")
    page.locator("dialog input").fill("neutrino")
    eventually(lambda: "neutrino" in page.locator("dialog [role=status]").inner_text(), page, "nothing found")
    for text in ("Gamma rays and a neutrino", "Gamma rays and another neutrino"):
        save(course, "content/data/gamma.md", words("Gamma rays", text))
        page.locator("dialog li", has_text=text).locator("mark").first.wait_for()
    assert page.evaluate(MARKED), "the page was loaded again"
    assert not window.complaints


def test_a_page_that_has_not_searched_loads_nothing_of_the_search(
    course: Site, preview: Serving, window: Window
) -> None:
    page = mark(connected(window, preview.base + "cloud/alpha.html"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_event("console", lambda message: message.text == "heard"):
        page.evaluate(
            "new MutationObserver(() => console.log('heard')).observe(document.documentElement, {childList: 1})"
        )
        save(course, "content/data/gamma.md", words("Gamma rays", "Neutrinos and [far](away.md)"))  # a badge comes last
    assert not asked
    assert page.evaluate(MARKED)


# --- stylesheets


def test_a_saved_stylesheet_is_swapped_without_a_reload_or_a_moment_without_style(
    course: Site, preview: Serving, window: Window
) -> None:
    page = mark(connected(window, preview.base + "cloud/alpha.html"))
    reloaded = loads(page)
    page.evaluate(
        """() => {
            window.seen = new Set();
            const look = () => {
                seen.add(getComputedStyle(document.body).backgroundColor);
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    first = colour(page)
    for name, value in (("red", "rgb(255, 0, 0)"), ("lime", "rgb(0, 255, 0)"), ("blue", "rgb(0, 0, 255)")):
        save(course, "static/css/mine.css", text=STYLE.format(colour=name))
        eventually(lambda value=value: colour(page) == value, page, name)  # type: ignore[misc]
    # the theme's own again
    (course.root / "static/css/mine.css").unlink()
    eventually(lambda: colour(page) == first, page, "the theme's colour")
    assert page.evaluate(MARKED)
    assert not reloaded
    assert page.evaluate("document.adoptedStyleSheets.length") == 1
    assert set(page.evaluate("[...seen]")) <= {first, "rgb(255, 0, 0)", "rgb(0, 255, 0)", "rgb(0, 0, 255)"}
    assert not window.complaints


# --- connections


class Channels:
    """The reload channels of a page: how many it opened, and which are open."""

    def __init__(self, page: Page) -> None:
        self.opened = 0
        self.open: set[WebSocket] = set()
        page.on("websocket", self._add)
        page.on("framenavigated", lambda frame: self.open.clear())  # the old page's are gone with it, unannounced

    def _add(self, channel: WebSocket) -> None:
        self.opened += 1
        self.open.add(channel)
        channel.on("close", lambda closed: self.open.discard(closed))


def set_hidden(page: Page, hidden: bool) -> None:
    """What a browser with a head does to a tab that another one covers."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_hidden_tab_gives_its_connection_back_and_catches_up(course: Site, preview: Serving, window: Window) -> None:
    page = window.context.new_page()
    channels = Channels(page)
    other = connected(window, preview.base + "cloud/alpha.html")
    page.goto(preview.base + "cloud/alpha.html")
    eventually(lambda: len(channels.open) == 1, page)
    mark(page)
    set_hidden(page, True)
    eventually(lambda: not channels.open, page)
    # nothing missed: nothing happens
    set_hidden(page, False)
    eventually(lambda: len(channels.open) == 1, page)
    assert page.evaluate(MARKED)
    # a stylesheet missed
    set_hidden(page, True)
    save(course, "static/css/mine.css", text=STYLE.format(colour="red"))
    eventually(lambda: colour(other) == "rgb(255, 0, 0)", page)
    assert colour(page) != "rgb(255, 0, 0)"
    set_hidden(page, False)
    eventually(lambda: colour(page) == "rgb(255, 0, 0)", page)
    assert page.evaluate(MARKED)
    # a text missed
    set_hidden(page, True)
    eventually(lambda: not channels.open, page)
    save(course, "content/cloud/alpha.md", words("First words", "Words meanwhile"))
    shows(other, "Words meanwhile.")
    assert page.evaluate(MARKED)
    set_hidden(page, False)
    shows(page, "Words meanwhile.")
    eventually(lambda: len(channels.open) == 1, page)
    # hidden and shown again at once
    before = channels.opened
    for _ in range(5):
        set_hidden(page, True)
        set_hidden(page, False)
    eventually(lambda: len(channels.open) == 1 and channels.opened == before + 5, page)
    assert not window.complaints


def test_pages_of_a_server_that_ended_come_back_with_the_next_one(course: Site, window: Window) -> None:
    with Serving(course.root) as first:
        port = first.port
        pages = [connected(window, first.base + name) for name in ("cloud/alpha.html", "cloud/beta.html")]
    save(course, "content/cloud/alpha.md", words("First words", "Words of the second run"))
    reloaded = [loads(page) for page in pages]
    with Serving(course.root, port=port) as second:
        assert second.port == port
        shows(pages[0], "Words of the second run.")
        eventually(lambda: reloaded[1], pages[1])
        save(course, "content/cloud/alpha.md", words("Alpha", "Aleph"))
        for page in pages:
            shows(page, "Aleph")
        assert [len(each) for each in reloaded] == [2, 2]  # once for the new run, once for the edit


def test_a_page_that_is_refused_for_good_does_not_reload_for_ever(preview: Serving, window: Window) -> None:
    window.context.route("**/*.html", lambda route: _with_token(route.fetch().text(), route.fulfill))
    page = window.context.new_page()
    reloaded = loads(page)
    attempts = Channels(page)
    page.goto(preview.base + "cloud/alpha.html")
    eventually(lambda: attempts.opened >= 4, page, "it keeps trying")
    assert len(reloaded) == 2


def _with_token(page: str, fulfill: Callable[..., None]) -> None:
    head, _, tail = page.partition('data-token="')
    fulfill(body=f'{head}data-token="wrong{tail}', content_type="text/html; charset=utf-8")


# --- who may listen


@contextmanager
def elsewhere(folder: Path) -> Iterator[str]:
    """Another server on this machine: another origin."""
    folder.mkdir()
    (folder / "index.html").write_text("<!DOCTYPE html><title>Elsewhere</title>")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


READ = """const read = await fetch(address).then((answer) => answer.text(), () => "refused");"""
CHANNEL = """const channel = await new Promise((done) => {
    const socket = new WebSocket(address.replace("http", "ws") + ".notes-site/reload?token=" + token);
    socket.onopen = () => done("open");
    socket.onerror = () => done("refused");
});"""
BLIND = """const blind = await fetch(address, { mode: "no-cors" }).then((answer) => answer.text(), () => "refused");
const script = await new Promise((done) => {
    const tag = document.createElement("script");
    tag.src = new URL(".notes-site/preview.js", address);
    tag.onload = () => done("run");
    tag.onerror = () => done("refused");
    document.head.append(tag);
});
const framed = await new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.src = address;
    frame.onload = () => done(frame.contentDocument?.documentElement.outerHTML ?? "refused");
    document.body.append(frame);
});"""
TRIES = (
    f"async ({{ address, token }}) => {{ {READ} {CHANNEL} {BLIND} return {{ read, channel, blind, script, framed }}; }}"
)
OWN_TRIES = f"async ({{ address, token }}) => {{ {READ} {CHANNEL} return {{ read, channel }}; }}"


def test_pages_of_other_origins_neither_listen_nor_read(preview: Serving, window: Window, tmp_path: Path) -> None:
    token = preview.script("cloud/alpha.html").token
    with elsewhere(tmp_path / "elsewhere") as address:
        other_names = [preview.base.replace("127.0.0.1", name) for name in ("localhost", "evil.localhost")]
        for origin, target in (
            (address, preview.base),  # another port
            (preview.base, other_names[0]),  # the same server under another name
            (other_names[0], preview.base),
            (other_names[1], preview.base),
        ):
            page = window.open(origin)
            found = page.evaluate(TRIES, {"address": target, "token": token})
            assert set(found.values()) == {"refused"}, (origin, target, found)
            page.close()
    # from a page of ours both succeed: the attempts are good ones
    page = window.open(preview.base)
    own = page.evaluate(OWN_TRIES, {"address": preview.base, "token": token})
    assert own["channel"] == "open"
    assert token in own["read"]


# --- the page itself


def test_the_page_works_without_scripts(preview: Serving, windows: Windows) -> None:
    window = windows(scripts=False)
    page = window.open(preview.base + "cloud/alpha.html")
    shows(page, "First words.")
    page.get_by_role("link", name="Beta").first.click()
    shows(page, "See Alpha.")
    assert not window.complaints


def test_a_strict_content_security_policy_is_no_obstacle(course: Site, window: Window) -> None:
    course.write("notes-site.toml", "[theme]\ncsp = true\n")
    with Serving(course.root) as preview:
        page = connected(window, preview.base + "cloud/alpha.html")
        save(course, "content/cloud/alpha.md", words("First words", "Words under a policy"))
        shows(page, "Words under a policy.")
        save(course, "static/css/mine.css", text=STYLE.format(colour="red"))
        eventually(lambda: colour(page) == "rgb(255, 0, 0)", page)
        save(course, "content/cloud/beta.md", words('"1h"', '"soon"'))
        dialog = page.get_by_role("dialog", name="1 error")
        dialog.wait_for()
        assert dialog.evaluate("dialog => getComputedStyle(dialog).borderTopWidth") == "4px"
        assert not window.complaints


def test_the_preview_leaves_no_trace_in_the_page_or_on_paper(course: Site, preview: Serving, window: Window) -> None:
    page = connected(window, preview.base + "data/gamma.html")
    assert page.locator("script[src*=preview]").count() == 0
    clean = page.pdf()
    page.emulate_media(media="print")
    blank = page.screenshot(full_page=True)
    page.emulate_media(media="screen")
    save(course, "content/cloud/beta.md", words("alpha.md", "missing.md"))
    page.locator(BADGE).wait_for()
    page.emulate_media(media="print")
    assert not page.locator(BADGE).is_visible()
    assert page.screenshot(full_page=True) == blank
    page.emulate_media(media="screen")
    save(course, "content/cloud/beta.md", words('"1h"', '"soon"'))
    page.locator(DIALOG).wait_for()
    page.emulate_media(media="print")
    assert not page.locator(DIALOG).is_visible()
    assert abs(len(page.pdf()) - len(clean)) < 200


def test_going_back_shows_what_is_new(course: Site, preview: Serving, window: Window) -> None:
    page = connected(window, preview.base + "cloud/alpha.html")
    page.goto(preview.base + "data/gamma.html")
    save(course, "content/cloud/alpha.md", words("First words", "Words meanwhile"))
    page.go_back()
    shows(page, "Words meanwhile.")
    assert not window.complaints
