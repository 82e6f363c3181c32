"""The search in a real browser: from files and over HTTP, by keyboard, within its budgets, accessible."""

from __future__ import annotations

import functools
import gzip
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from notes_site.base.paths import ENGINE
from notes_site.pages.stylesheet import script
from tests.browser import PHONE, Window, chromium, eventually, windows
from tests.harness import REPO, Site

pytestmark = pytest.mark.slow

AXE = REPO / "tests/node_modules/axe-core/axe.min.js"
KILOBYTE = 1024


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., Window]]:
    with windows(browser) as open_window:
        yield open_window


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("search") / "site"
    shutil.copytree(REPO / "tests/search/corpus", root / "content")
    site = Site(root)
    assert site.build().published
    return site.output


@pytest.fixture(scope="module")
def server(output: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(output))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def ask(page: Page, query: str) -> None:
    """Open the dialog by its key and ask."""
    page.keyboard.press("/")
    page.locator("dialog input").fill(query)
    page.locator("dialog li").first.wait_for()


def titles(page: Page) -> list[str]:
    return page.locator("dialog li strong").all_inner_texts()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText || document.activeElement.name || ''"))


def test_from_files(window: Callable[..., Window], output: Path) -> None:
    here = window()
    page = here.open((output / "cloud/functions.html").as_uri())
    ask(page, "docker networking")
    assert titles(page)[0] == "Lab: Docker Networking"
    page.locator("dialog li p mark").first.wait_for()
    page.locator("dialog li a").first.click()
    page.wait_for_url("**/containers/docker-networking.html")
    assert here.complaints == []


def test_result_names_path_words_and_headings(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/index.html")
    ask(page, "iptables rules")
    first = page.locator("dialog li").first
    first.locator("p").wait_for()
    assert first.locator("span").inner_text() == "Containers › Intermediate"
    assert first.locator("p mark").all_inner_texts() == ["rules", "iptables"]
    assert first.locator("ul a").inner_text() == "Publishing ports"
    assert str(first.locator("ul a").get_attribute("href")).endswith("docker-networking.html#publishing-ports")
    assert page.locator("dialog [role=status]").inner_text() == "1 result"


def test_typo_is_marked_as_what_was_found(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/index.html")
    ask(page, "iptabels")
    page.locator("dialog li p mark").first.wait_for()
    assert page.locator("dialog li p mark").first.inner_text() == "iptables"


def test_words_of_scripts_without_spaces_are_marked(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/index.html")
    ask(page, "ネットワーク")
    page.locator("dialog li p mark").first.wait_for()
    assert "".join(page.locator("dialog li p mark").all_inner_texts()) == "ネットワーク"


def test_areas_and_levels(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/index.html")
    ask(page, "start")
    everything = titles(page)
    page.get_by_label("Area", exact=True).select_option("Containers")
    eventually(lambda: 0 < len(titles(page)) < len(everything), page)
    page.get_by_label("Level", exact=True).select_option("Intermediate")
    eventually(lambda: titles(page) == ["Tutorial: Several containers with docker-compose"], page)


def test_by_keyboard_alone(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/cloud/functions.html")
    page.keyboard.press("Tab")
    before = focused(page)
    page.keyboard.press("Control+k")
    page.locator("dialog[open]").wait_for()
    page.keyboard.type("container")
    page.locator("dialog li p mark").first.wait_for()
    links = page.locator("dialog li a").all_inner_texts()  # of notes, and of headings in them
    for key, at in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("ArrowUp", 0)):
        page.keyboard.press(key)
        assert focused(page) == links[at]
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.tagName") == "INPUT"
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")
    assert focused(page) == before
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("malloc")
    eventually(lambda: titles(page) == ["Reading: Pointers in C"], page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/languages/c.html")


def test_focus_comes_back_to_the_form(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/index.html")
    field = page.locator("header input[name=q]")
    field.click()
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")
    assert focused(page) == "q"


def test_what_is_found_is_announced(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/index.html")
    page.keyboard.press("/")
    status = page.locator("dialog [role=status]")
    for query, said in (
        ("kubernetes", "1 result"),
        ("xylophone", "Nothing found for “xylophone”. Try fewer or other words."),
        ("overlay deadlock", "No note has all the words; 2 with some of them"),
        (" ", "Type to search titles, headings and texts."),
    ):
        page.locator("dialog input").fill(query)
        eventually(lambda: status.inner_text() == said, page, said)  # noqa: B023


def test_search_page_shows_results_in_place(window: Callable[..., Window], output: Path) -> None:
    here = window()
    page = here.open((output / "search.html").as_uri() + "?q=malloc")
    page.locator("main li strong").first.wait_for()
    assert page.locator("main li strong").all_inner_texts() == ["Reading: Pointers in C"]
    assert not page.locator(".search-list").first.is_visible()
    page.locator("main input").fill("")
    page.locator(".search-list").first.wait_for()
    assert here.complaints == []


def test_without_scripts_the_form_leads_to_everything(window: Callable[..., Window], server: str) -> None:
    page = window(scripts=False).open(f"{server}/cloud/functions.html")
    page.locator("header input[name=q]").fill("malloc")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=malloc")
    assert page.locator(".search-list li").count() == 26
    assert page.get_by_text("Lab: Infrastructure with Terraform").is_visible()


def test_site_published_anew_while_somebody_searches(
    window: Callable[..., Window], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry that the page has is older than the shards: it is loaded again, and the question asked anew."""
    monkeypatch.setattr("notes_site.search.shards._IN_ENTRY", 0)
    older, newer = (Site(tmp_path / name) for name in ("older", "newer"))
    for site in (older, newer):
        shutil.copytree(REPO / "tests/search/corpus", site.root / "content", dirs_exist_ok=True)
    newer.note("algebra/groups.md", "Pigeonhole.\n", title="Groups")
    for site in (older, newer):
        assert site.build().published
    page = window().context.new_page()
    published = older.output
    page.route(
        "http://notes.test/**", lambda route: route.fulfill(path=published / urlsplit(route.request.url).path[1:])
    )
    page.goto("http://notes.test/index.html")
    page.keyboard.press("/")
    page.locator("dialog[open]").wait_for()
    published = newer.output
    page.locator("dialog input").fill("pigeonhole")
    eventually(lambda: titles(page) == ["Groups"], page)


def test_keys_before_the_script_has_come_are_not_lost(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/index.html")
    held: list[Route] = []
    page.route("**/search/entry.js", lambda route: held.append(route))
    page.get_by_role("link", name="Timeline").focus()
    with page.expect_request("**/search/entry.js"):
        page.keyboard.press("/")
    page.keyboard.type("net/")
    eventually(lambda: held, page)
    held.pop().continue_()
    page.locator("dialog[open]").wait_for()
    page.keyboard.type("work")
    assert page.locator("dialog input").input_value() == "net/work"
    page.keyboard.press("Escape")
    assert focused(page) == "Timeline"
    page.keyboard.press("/")
    page.locator("dialog[open]").wait_for()
    assert page.locator("dialog input").input_value() == ""


def test_who_writes_into_the_field_goes_on_in_the_dialog(window: Callable[..., Window], server: str) -> None:
    page = window().open(f"{server}/index.html")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("m")
    page.locator("dialog[open]").wait_for()
    page.keyboard.type("alloc")
    assert page.locator("dialog input").input_value() == "malloc"


# --- budgets


def test_budgets(window: Callable[..., Window], server: str, output: Path) -> None:
    """At most two requests and 45 KiB compressed to the first result, and none before the search is used."""
    page = window().open(f"{server}/index.html")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.wait_for_timeout(200)
    assert [url for url in requests if "/search/" in url] == []
    page.keyboard.press("/")
    page.locator("dialog[open]").wait_for()
    page.keyboard.type("kubernetes")
    page.locator("dialog li strong").first.wait_for()
    files = [url.partition("/search/")[2].partition("?")[0] for url in requests if "/search/" in url]
    first = [name for name in files if not name.startswith("_")]
    assert len(first) <= 2
    size = sum(len(gzip.compress((output / "search" / name).read_bytes())) for name in first)
    assert size <= 45 * KILOBYTE


def test_engine_is_small() -> None:
    source = (REPO / "static" / ENGINE).read_text(encoding="utf-8")
    assert len(gzip.compress(script(source).encode())) <= 4 * KILOBYTE


# --- accessible


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, server: str, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make tests/node_modules/stamp")
    for size in (None, PHONE):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True, **({"viewport": size} if size else {}))  # type: ignore[arg-type]
        page = context.new_page()
        for address in ("index.html", "search.html", "search.html?q=container"):
            page.goto(f"{server}/{address}")
            if address == "index.html":
                ask(page, "container")
            if address != "search.html":
                page.locator("li p mark").first.wait_for()
            page.add_script_tag(path=AXE)
            found = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes.map(n => n.target)))")
            assert found == [], (address, size)
        context.close()
