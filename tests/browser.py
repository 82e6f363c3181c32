"""Chromium for tests: one browser for a module, a fresh profile for each window, and what the consoles complain of."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright

PATIENCE = 15.0  # seconds after which a condition that does not come true is a failure
DESKTOP = ViewportSize(width=1200, height=800)
PHONE = ViewportSize(width=390, height=760)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic", "--no-first-run",
)  # fmt: skip


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser of this machine; where there is none, the test is skipped."""
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


@contextmanager
def windows(browser: Browser) -> Iterator[Callable[..., Window]]:
    """Yield what opens windows; it takes the options of Playwright's `new_context`."""
    opened: list[BrowserContext] = []

    def open_window(viewport: ViewportSize = DESKTOP, *, scripts: bool = True) -> Window:
        opened.append(browser.new_context(viewport=viewport, java_script_enabled=scripts))
        return Window(opened[-1])

    yield open_window
    for context in opened:
        # Now and then Chromium does not answer, and Playwright would wait for ever; the browser's end takes it along.
        with suppress(TimeoutError):
            context._sync(asyncio.wait_for(context._impl_obj.close(reason=None), PATIENCE))


def eventually(condition: Callable[[], object], page: Page, what: str = "") -> None:
    """Wait until a condition holds; the browser goes on meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"never: {what or condition}")


def shows(page: Page, text: str) -> None:
    """Wait until a page's visible text has this in it."""
    page.get_by_text(re.compile(re.escape(text))).first.wait_for()
