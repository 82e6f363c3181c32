"""The theme in a browser: keys, no scripts, files, phones, dark, forced colours, paper, accessibility, weight."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from notes_site.pages.stylesheet import script
from tests import browser
from tests.browser import DESKTOP, PHONE, Window, eventually
from tests.harness import REPO, Site
from tests.serving import Serving

pytestmark = pytest.mark.slow

AXE = REPO / "tests/node_modules/axe-core/axe.min.js"
SMALL = ViewportSize(width=320, height=640)
WIDE = ViewportSize(width=1440, height=900)
MOST_BYTES = 12 * 1024  # of a page with its style and script, gzip
MOST_SCRIPT = 3 * 1024  # bytes as they stand in the page

ALL_FEATURES = """
Text with `code`, a [link](https://example.org/a/path?query=1), **bold**, ==marked==, <kbd>Ctrl</kbd>, a note.[^1]
Averyveryverylongwordthatnoscreenofaphoneisevergoingtobewideenoughforhoweverhardittries.

[^1]: A footnote.

## Code

```python title="app.py" {2} linenos
import boto3
client = boto3.client("s3", region_name="us-east-1", endpoint_url="https://storage.example.org/very/long/address")
```

```bash diff
-sudo yum update
+sudo dnf upgrade
```

    an indented block that is far wider than any telephone has ever been, so that it has to scroll or to be wrapped

### A table

| Instance type | vCPU | Memory (GiB) | Storage | Network performance | Price per hour | Good for |
| :-- | --: | :-: | --- | --- | --: | --- |
| t2.micro | 1 | 1 | EBS only | Low to moderate | $0.0116 | trying things out |

## Callouts

> [!NOTE]
> Security groups are stateful.

> [!WARNING] Billed by the second
> Stop it.

> [!question]- Why?
> Folded.

## Lists

- [x] done
- [ ] to do
  1. one
  2. two

Term
: What it means.

> A quotation.

## Pictures

![Three hosts](pic.svg "Figure 1: our network")
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The example course under its Content-Security-Policy, with a note that has everything."""
    root = tmp_path_factory.mktemp("theme") / "site"
    shutil.copytree(REPO / "content", root / "content")
    config = (REPO / "notes-site.toml").read_text(encoding="utf-8")
    site = Site(root)
    site.write("notes-site.toml", f'edit_url = "https://example.org/edit/{{path}}"\n{config}\n[theme]\ncsp = true\n')
    site.note(
        "cloud-web-apps/everything.md", ALL_FEATURES, title="Everything", level="beginner", tags=["web"], time="1h 15m",
        sessions=[{"date": "2018-10-01", "time": "40 min"}, {"date": "2018-11-20", "time": "35 min"}],
        link="https://example.org/everything",
    )  # fmt: skip
    site.write("content/cloud-web-apps/pic.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="90"/>')
    assert site.build().published
    return site


KINDS = {
    "home": "index.html",
    "area": "cloud-web-apps.html",
    "note": "cloud-web-apps/lamp-on-amazon-linux-2.html",
    "everything": "cloud-web-apps/everything.html",
    "planned": "sdn-and-nfv/install-dpdk.html",
    "page": "about.html",
    "resources": "resources.html",
    "by-time": "resources-by-time.html",
    "timeline": "timeline.html",
    "review": "review.html",
    "tags": "tags.html",
    "tag": "tags/web.html",
    "evidence": "evidence.html",
    "one-page": "print/cloud-web-apps.html",
    "missing": "404.html",
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as started:
        yield started


Windows = Callable[..., Window]


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Windows]:
    with browser.windows(chromium) as opener:
        yield opener


def address(site: Site, kind: str) -> str:
    return (site.output / KINDS[kind]).as_uri()


# --- accessibility


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm is missing")
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, axe: str, *rules: str) -> list[str]:
    """What axe finds on a page: rule, what it means, where."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = [*rules]
    page.evaluate(axe)
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{v['id']}: {v['help']}: {[n['html'][:120] for n in v['nodes'][:3]]}" for v in found]


@each_kind
def test_axe_finds_nothing(example: Site, windows: Windows, axe: str, kind: str) -> None:
    page = windows(WIDE).open(address(example, kind))
    assert violations(page, axe) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, axe, "color-contrast", "link-in-text-block") == []
    page.set_viewport_size(PHONE)
    assert violations(page, axe) == []


# --- sizes


@each_kind
def test_nothing_is_wider_than_the_smallest_screen(example: Site, windows: Windows, kind: str) -> None:
    window = windows(SMALL)
    page = window.open(address(example, kind))
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    for button in page.locator(".site-header a:visible, .site-header button:visible, .crumbs a").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 24  # WCAG 2.2, success criterion 2.5.8


def test_text_has_a_width_that_reads_well(example: Site, windows: Windows) -> None:
    page = windows(WIDE).open(address(example, "note"))
    zero = page.evaluate(
        """() => {
            const text = document.querySelector(".prose > p");
            const range = document.createRange();
            const node = [...text.childNodes].at(-1);
            let lines = 1, last = null;
            for (let at = 0; at < node.length; at++) {
                range.setStart(node, at);
                range.setEnd(node, at + 1);
                const { bottom } = range.getBoundingClientRect();
                if (last !== null && bottom > last + 5) lines++;
                last = bottom;
            }
            return text.textContent.length / lines;
        }"""
    )
    assert 55 <= zero <= 80


# --- keys


def test_keyboard_alone(example: Site, windows: Windows) -> None:
    window = windows(WIDE)
    page = window.open(address(example, "note"))
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("node => node === document.activeElement")
    eventually(lambda: (skip.bounding_box() or {"y": -1})["y"] >= 0, page)
    page.keyboard.press("Enter")
    eventually(lambda: page.evaluate("document.activeElement.id") == "site.main", page)
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                """() => {
                    const node = document.activeElement;
                    const { outlineStyle, outlineWidth } = getComputedStyle(node);
                    return `${node.tagName} ${outlineStyle} ${outlineWidth}`;
                }"""
            )
        )
    assert {name.split()[0] for name in seen} >= {"A", "PRE", "BUTTON"}
    assert {name.split(maxsplit=1)[1] for name in seen if not name.startswith("BODY")} == {"solid 3px"}


def test_menu_leads_to_the_navigation_on_a_phone(example: Site, windows: Windows) -> None:
    page = windows(PHONE).open(address(example, "note"))
    page.get_by_role("link", name="Menu").click()
    eventually(lambda: 0 <= (page.locator("nav[aria-label=Site]").bounding_box() or {"y": -1})["y"] < 300, page)
    main, nav = (page.locator(where).evaluate("node => [...document.querySelectorAll('*')].indexOf(node)")
                 for where in ("main", "nav[aria-label=Site]"))  # fmt: skip
    assert main < nav


# --- the script


def test_the_script_is_small(example: Site) -> None:
    shown = script((REPO / "static/site.js").read_text(encoding="utf-8"))
    assert len(shown.encode()) <= MOST_SCRIPT
    assert f"<script>{shown}</script>" in example.page("index.html")


def test_theme_switch(example: Site, windows: Windows) -> None:
    window = windows(WIDE)
    page = window.open(address(example, "note"))
    switch = page.locator(".theme-switch")
    ground = "getComputedStyle(document.body).backgroundColor"
    seen = []
    for _ in range(4):
        seen.append((switch.get_attribute("aria-label"), page.evaluate(ground)))
        switch.click()
    light, dark = "rgb(253, 253, 252)", "rgb(20, 22, 26)"
    assert [colour for _, colour in seen] == [light, light, dark, light]
    assert seen[2][0] == "Colours: dark"
    switch.click()
    page.goto(address(example, "home"))
    assert page.evaluate(ground) == dark
    assert not window.complaints


def test_copy_and_wrap(example: Site, windows: Windows) -> None:
    window = windows(WIDE)
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.open(address(example, "everything"))
    figure = page.locator("figure.code").first
    figure.hover()
    figure.get_by_role("button", name="Copy").click()
    figure.get_by_role("button", name=re.compile("Copied|Press Ctrl")).wait_for()
    said = page.evaluate("navigator.clipboard.readText().catch(() => getSelection().toString())")
    assert said.startswith("import boto3\nclient = boto3")
    wrap = figure.get_by_role("button", name="Wrap")
    wrap.click()
    assert wrap.get_attribute("aria-pressed") == "true"
    pre = figure.locator("pre")
    assert pre.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert not window.complaints


def test_the_current_section_is_marked(example: Site, windows: Windows) -> None:
    page = windows(PHONE).open(address(example, "note"))
    summary = page.locator(".toc summary")
    page.locator("h2", has_text="Test PHP").evaluate("node => node.scrollIntoView({ behavior: 'instant' })")
    eventually(lambda: "Test PHP" in summary.inner_text(), page)
    assert (summary.bounding_box() or {"y": -1})["y"] == 0
    summary.click()
    page.locator(".toc a", has_text="Secure the database").click()
    eventually(lambda: "Secure the database" in summary.inner_text(), page)
    assert page.locator(".toc").get_attribute("open") is None
    page.set_viewport_size(WIDE)
    assert page.locator(".toc a", has_text="Test PHP").is_visible()


def test_an_id_with_a_percent_sign_stops_no_script(site: Site, windows: Windows) -> None:
    site.note("cloud/one.md", "## All {#100%}\n\nText.\n\n## More {#a%20b}\n\nText.\n", title="One")
    site.build()
    window = windows(WIDE)
    page = window.open((site.output / "cloud/one.html").as_uri())
    assert page.locator(".toc [aria-current=location]").count() <= 1
    assert page.locator(".theme-switch").is_visible()
    page.keyboard.press("/")
    page.get_by_role("dialog").wait_for()
    assert window.complaints == []


def test_a_long_navigation_shows_the_current_note(site: Site, windows: Windows) -> None:
    for number in range(60):
        site.note(f"cloud/{number:02}.md", "Text.\n", title=f"Note {number:02}")
    site.build()
    page = windows(WIDE).open((site.output / "cloud/50.html").as_uri())
    box = page.locator("nav [aria-current=page]").bounding_box() or {"y": -1}
    assert 0 <= box["y"] < WIDE["height"]
    assert page.evaluate("scrollY") == 0


STUB = "window.notesSearch = { open(query) { (window.asked ??= []).push(query); } };"


def test_the_way_into_the_search(example: Site, windows: Windows, tmp_path: Path) -> None:
    shutil.copytree(example.output, tmp_path / "site")
    entry = tmp_path / "site/search/entry.js"
    entry.parent.mkdir(exist_ok=True)
    entry.write_text(STUB)
    page = windows(WIDE).open((tmp_path / "site" / KINDS["note"]).as_uri())
    assert page.locator("script[src*=entry]").count() == 0
    page.keyboard.press("/")
    eventually(lambda: page.evaluate("window.asked") == [""], page)
    page.keyboard.press("Control+k")
    field = page.get_by_role("searchbox")
    field.click()
    eventually(lambda: page.evaluate("window.asked.length") == 3, page)
    field.press_sequentially("s3/x")
    assert page.evaluate("window.asked.at(-1)") == "s3/x", "a / is a letter where one writes"
    assert page.locator("script[src*=entry]").count() == 1


@pytest.mark.parametrize("width", [320, 650, 768, 962, 1280])
def test_nothing_is_cut_off_or_scrolls_sideways(site: Site, windows: Windows, width: int) -> None:
    address_as_title = "https://docs.example.org/" + "a-very-long-address/" * 6
    long = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel" * 2
    site.note("cloud/one.md", "Text.\n", title=address_as_title, time="1h 30 min", estimate="2h", date="2018-10-01",
              level=long, kind="tutorial", tags=[long], link="https://example.org/")  # fmt: skip
    site.note("cloud/two.md", "Text.\n", title=long, area=long, group=long, time="20 min", date="2018-10-03",
              level="beginner", link=address_as_title)  # fmt: skip
    site.note("cloud/three.md", "Text.\n", title="Three", status="planned", estimate="1h 45 min")
    site.write(
        "notes-site.toml",
        f'title = "{long}"\nlevels = ["beginner", "{long}"]\n[theme]\nfooter = "{address_as_title}"\n',
    )
    assert site.build().published
    page = windows(ViewportSize(width=width, height=900)).open((site.output / "index.html").as_uri())
    for path in sorted(path for path in site.published() if path.endswith(".html") and path != "404.html"):
        page.goto((site.output / path).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate("[...document.querySelectorAll('.list')].every(e => e.offsetLeft + e.offsetWidth"
                             " <= e.parentElement.clientWidth + e.parentElement.offsetLeft)"), path  # fmt: skip


def test_a_language_that_runs_from_right_to_left(site: Site, windows: Windows) -> None:
    site.write("notes-site.toml", 'language = "ar"\n')
    site.note("cloud/one.md", "السلام عليكم.\n", title="ملاحظة")
    site.note("cloud/two.md", "Hello.\n", title="Two", lang="en")
    site.build()
    page = windows(WIDE).open((site.output / "cloud/one.html").as_uri())
    turn = "selector => getComputedStyle(document.querySelector(selector)).direction"
    assert [page.evaluate(turn, selector) for selector in ("body", ".prose")] == ["rtl", "rtl"]
    page.goto((site.output / "cloud/two.html").as_uri())
    assert [page.evaluate(turn, selector) for selector in ("body", ".prose", "h1")] == ["rtl", "ltr", "ltr"]


# --- without scripts


def test_without_scripts(example: Site, windows: Windows) -> None:
    window = windows(WIDE, scripts=False)
    page = window.open(address(example, "home"))
    assert not page.locator(".theme-switch").is_visible()
    page.get_by_role("link", name="Cloud Web Apps").first.click()
    page.get_by_role("link", name="AWS Tutorial: Launch a VM").first.click()
    assert page.locator(".toc a").first.is_visible()
    page.get_by_role("searchbox").fill("docker")
    with page.expect_request(re.compile(r"/search\.html\?q=docker$")):
        page.get_by_role("searchbox").press("Enter")


def test_lists_are_filtered_and_sorted_without_scripts(example: Site, windows: Windows) -> None:
    page = windows(WIDE, scripts=False).open(address(example, "resources"))
    rows = page.locator("tr[data-status]:visible")
    everything = rows.count()
    page.get_by_label("done", exact=True).check()
    done = rows.count()
    assert 0 < done < everything
    assert page.locator("tr[data-status=done]").count() == done
    page.get_by_label("all", exact=True).check()
    assert rows.count() == everything
    page.get_by_role("link", name="by time").click()
    assert page.locator("tbody th").first.inner_text().startswith("Everything")


def test_contents_open_without_scripts_on_a_phone(example: Site, windows: Windows) -> None:
    page = windows(PHONE, scripts=False).open(address(example, "note"))
    assert not page.locator(".toc a").first.is_visible()
    page.locator(".toc summary").click()
    assert page.locator(".toc a").first.is_visible()


# --- what readers ask their system for


def test_forced_colours(example: Site, windows: Windows) -> None:
    page = windows(WIDE).open(address(example, "home"))
    page.emulate_media(forced_colors="active", color_scheme="dark")
    bar = page.locator(".bar").first
    assert bar.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
    parts = [bar.locator(f".{name}").evaluate("node => getComputedStyle(node).fill") for name in ("all", "done")]
    assert len(set(parts)) == 2
    days = page.locator(".days td").evaluate_all("nodes => nodes.map((n) => getComputedStyle(n).backgroundColor)")
    assert len(set(days)) >= 3


def test_reduced_motion(example: Site, windows: Windows) -> None:
    page = windows(WIDE).open(address(example, "note"))
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    assert page.evaluate(behaviour) == "smooth"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(behaviour) == "auto"


@pytest.mark.parametrize("kind", ["note", "everything", "one-page", "evidence"])
def test_on_paper(example: Site, windows: Windows, kind: str) -> None:
    page = windows(WIDE).open(address(example, kind))
    page.locator(".theme-switch").click(click_count=2)  # dark
    page.emulate_media(media="print")
    for gone in (".search-form", ".theme-switch", "nav[aria-label=Site]", ".toc", ".pager", ".tools"):
        assert page.locator(gone).locator("visible=true").count() == 0, gone
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    for link in page.locator("main a.external").all()[:5]:
        after = link.evaluate("node => getComputedStyle(node, '::after').content")
        assert (link.get_attribute("href") or "?") in after
    for pre in page.locator("pre").all():
        assert pre.evaluate("node => getComputedStyle(node).whiteSpace") == "pre-wrap"
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")


def test_paper_shows_wide_tables_and_long_calendars_whole(site: Site, windows: Windows) -> None:
    row = "|" + "A column of some words|" * 12
    site.note("cloud/one.md", f"{row}\n{'|-' * 12}|\n{row}\n", title="One", time="1h", date="2021-06-01")
    site.note("cloud/two.md", "Text.\n", title="Two", time="1h", date="2023-06-01")
    site.build()
    page = windows(ViewportSize(width=672, height=900)).open((site.output / "index.html").as_uri())
    page.emulate_media(media="print")
    for path in ("cloud/one.html", "timeline.html", "index.html"):
        page.goto((site.output / path).as_uri())
        whole = "[...document.querySelectorAll('.table, .scroll')].map(e => [e.scrollWidth, e.clientWidth])"
        sizes = page.evaluate(whole)
        assert sizes, path
        assert all(inner <= outer for inner, outer in sizes), (path, sizes)


# --- weight and policy


def test_weight(example: Site) -> None:
    for kind, path in KINDS.items():
        if kind not in ("everything", "one-page"):  # which are as long as what people write
            page = re.sub(r"<meta http-equiv=.*?>\n", "", example.page(path))  # a header carries the policy as well
            assert len(gzip.compress(page.encode(), 9)) <= MOST_BYTES, path


def test_every_page_carries_the_same_style_and_script_and_no_style_of_its_own(example: Site) -> None:
    found = set()
    for path, data in example.published().items():
        if path.endswith(".html"):
            page = data.decode()
            found.add(
                (*re.findall("<style>(.*?)</style>", page), *re.findall(r"<script>(.*?)</script>", page, re.DOTALL))
            )
            assert not re.search(r"<[^>]* style=", page), path
            assert not re.search(r"<[^>]* on\w+=", re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)), path
    assert len(found) == 1


@each_kind
def test_requests_and_policy(example: Site, windows: Windows, kind: str) -> None:
    window = windows(DESKTOP)
    page = window.context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address(example, kind))
    images = page.locator("img").count()
    assert len(requests) <= 2 + images + (kind == "missing")  # the page and its icon
    assert all(url.startswith("file:") for url in requests)
    if kind == "missing":  # whose addresses are absolute
        window.complaints.clear()
    assert window.complaints == []
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), { text: 'window.evil = 1' }))")
    assert page.evaluate("window.evil") is None
    assert any("Content Security Policy" in told for told in window.complaints)


def test_the_policy_is_an_option(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    site.build()
    assert "Content-Security-Policy" not in site.page("index.html")


# --- what is not there


def test_nearest_pages_of_a_missing_address(example: Site, windows: Windows) -> None:
    with Serving(example.root) as preview:
        page = windows(WIDE).open(f"{preview.base}cloud-web-apps/lauch-vm.html")
        near = page.get_by_role("region", name="Did you mean").get_by_role("link")
        near.first.wait_for()
        assert near.first.inner_text() == "AWS Tutorial: Launch a VM"
        near.first.click()
        page.wait_for_url("**/cloud-web-apps/launch-a-vm.html")


# --- machines


def test_linked_data(example: Site) -> None:
    (told,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', example.page(KINDS["note"]))
    resource, crumbs = json.loads(told)["@graph"]
    assert resource["@type"] == "LearningResource"
    assert resource["timeRequired"] == "PT45M"
    assert resource["educationalLevel"] == "Intermediate"
    assert [item["name"] for item in crumbs["itemListElement"]][:2] == ["Overview", "Cloud Web Apps"]
