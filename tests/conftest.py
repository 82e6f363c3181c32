from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.harness import Site

# In CI the same examples each time: a change is judged by what it changed. Anywhere else always new ones.
settings.register_profile(
    "default",
    deadline=None,
    derandomize="NOTES_SITE_NO_SKIPS" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", settings.get_profile("default"), max_examples=10)
settings.register_profile("full", settings.get_profile("default"), max_examples=400)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


# What is kept for the user outside of projects: the tests leave theirs alone.
_KEPT = tempfile.mkdtemp(prefix="notes-site-")
os.environ["LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME"] = _KEPT

# A shell that starts CI in the background has Ctrl-C ignored, and every process below it would ignore it too.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    """Called by pytest at its end."""
    shutil.rmtree(_KEPT, ignore_errors=True)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty site."""
    return Site(tmp_path / "site")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where skips are forbidden (CI has everything), a skipped test has failed."""
    report = yield
    if report.skipped and os.environ.get("NOTES_SITE_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where skips are forbidden: {report.longrepr}"
    return report
