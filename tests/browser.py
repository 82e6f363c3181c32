"""Chromium for tests: one browser for all of them, a fresh profile for each, and what its console complained of."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

PATIENCE = 15.0  # seconds after which a condition that does not come true is a failure
DESKTOP = {"width": 1200, "height": 800}
PHONE = {"width": 390, "height": 760}
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(_NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_ARGUMENTS])
        yield browser
        browser.close()


class Window:
    """A profile of its own. `complaints` are errors and warnings of the consoles of all its pages."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        context.set_default_timeout(PATIENCE * 1000)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, address: str) -> Page:
        """Open a page in a new tab."""
        page = self.context.new_page()
        page.goto(address)
        return page


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Callable[..., Window]]:
    """Opens windows; takes the options of Playwright's `new_context`."""
    opened: list[BrowserContext] = []

    def open_window(**options: object) -> Window:
        options.setdefault("viewport", DESKTOP)
        opened.append(chromium.new_context(**options))  # type: ignore[arg-type]
        return Window(opened[-1])

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def window(windows: Callable[..., Window]) -> Window:
    """One window of a desktop's size."""
    return windows()


def eventually(condition: Callable[[], object], page: Page, what: str = "") -> None:
    """Wait until a condition holds while the page lives on; an exception of the browser counts as not yet."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"never: {what or condition}")


def shows(page: Page, text: str) -> None:
    """Wait until a page's visible text has this in it."""
    page.get_by_text(re.compile(re.escape(text))).first.wait_for()
