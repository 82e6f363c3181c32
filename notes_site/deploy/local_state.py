"""What a folder remembers of its deploys: the nonces of those to each target that have not ended well.

While a deploy runs, its process holds a lock of the system's beside them. So whoever gets that lock knows that the
former processes have ended, however they ended, and may take over what they left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notes_site.base.digest import digest
from notes_site.base.errors import DeployError, LockHeld
from notes_site.storage.files import STATE
from notes_site.storage.lock import lock


@contextmanager
def remembered(output: Path, target: str, nonce: str) -> Iterator[frozenset[str]]:
    """Remember a nonce until the body has ended well. Gives those of deploys that have not.

    Raises:
        DeployError: another process is deploying this folder to this target.
    """
    folder = output / STATE / "deploy" / digest(target.encode())[:8]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        yield frozenset()  # a folder that cannot be written to remembers nothing
        return
    try:
        with lock(folder):
            file = folder / "nonces"
            former = file.read_text(encoding="utf-8").split() if file.is_file() else []
            file.write_text("\n".join([*former[-20:], nonce]), encoding="utf-8")
            yield frozenset(former)
            file.unlink()
    except LockHeld as exc:
        raise DeployError(f"another deploy of {output} to {target} is running ({exc})") from None
