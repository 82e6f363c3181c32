"""What a folder remembers of its deploys: the nonce of the last one to each target.

While a deploy runs, its process holds a lock of the system's beside the nonce. So whoever gets that lock knows that
the former process has ended, however it ended, and may take over what it left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notes_site.deploy.model import DeployError
from notes_site.digest import digest
from notes_site.files import STATE, Busy, lock


@contextmanager
def remembered(output: Path, target: str, nonce: str) -> Iterator[str]:
    """Remember a nonce while the body runs. Gives the one of the last deploy that did not end well, '' for none.

    Raises:
        DeployError: another process is deploying this folder to this target.
    """
    folder = output / STATE / "deploy" / digest(target.encode())[:8]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        yield ""  # a folder that cannot be written to remembers nothing
        return
    try:
        with lock(folder):
            file = folder / "nonce"
            former = file.read_text(encoding="utf-8") if file.is_file() else ""
            file.write_text(nonce, encoding="utf-8")
            yield former
            file.unlink()
    except Busy as exc:
        raise DeployError(f"another deploy of {output} to {target} is running ({exc})") from None
