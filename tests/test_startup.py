"""What a command loads: help and a build with nothing to do load nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import REPO, Site


def loaded_by(code: str, cwd: Path) -> set[str]:
    script = (
        f"import sys\nsys.argv = {code!r}.split()\nfrom notes_site.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=cwd,
        env={"PYTHONPATH": str(REPO)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


HEAVY = {"markdown_it", "jinja2", "pygments", "yaml", "msgspec", "nh3", "watchdog", "multiprocessing", "tomllib",
         "botocore", "traceback", "notes_site.base.model", "notes_site.base.dates", "notes_site.content.markdown",
         "notes_site.metadata", "notes_site.pages.templates", "notes_site.build.build", "notes_site.deploy.run",
         "notes_site.readme.importer", "notes_site.secrets.detect"}  # fmt: skip


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    assert not loaded_by("notes-site --help", tmp_path) & HEAVY


@pytest.mark.slow
def test_a_lexer_is_loaded_for_code_that_is_new_and_for_no_other(site: Site) -> None:
    lexers = {"pygments.lexers.python", "pygments.lexers.shell"}
    code = "```python\nprint(1)\n```\n\n```bash\nls {number}\n```\n"
    first, other, third = (code.replace("{number}", str(number)) for number in (1, 1, 2))
    site.note("cloud/one.md", first, title="One")
    assert lexers <= loaded_by("notes-site build", site.root)
    page = site.page("cloud/one.html")
    shown = page[page.index("<figure") : page.rindex("</figure>")]
    site.note("cloud/one.md", other + "More.\n", title="One")
    assert not loaded_by("notes-site build", site.root) & {*lexers, "pygments.lexer"}
    assert f"{shown}</figure>\n<p>More.</p>" in site.page("cloud/one.html")
    site.note("cloud/one.md", third, title="One")
    assert loaded_by("notes-site build", site.root) & lexers == {"pygments.lexers.shell"}


def test_build_with_nothing_to_do_loads_nothing_heavy(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", time="30 min")
    assert {"markdown_it", "jinja2"} <= loaded_by("notes-site build", site.root)
    before = {path: (site.output / path).stat().st_mtime_ns for path in site.published()}
    assert not loaded_by("notes-site build", site.root) & HEAVY
    assert {path: (site.output / path).stat().st_mtime_ns for path in site.published()} == before
