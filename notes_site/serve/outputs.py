"""What is asked about the outputs of the site in view, and about the files that they are made from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from notes_site.build.compose import Composed
from notes_site.build.inputs import stamp_of
from notes_site.build.load import Loaded
from notes_site.pages.outputs import Output
from notes_site.storage.files import digest_of_open, open_plain, stat_of

_LAYERS = ("content", "static", "theme-static")


class Outputs:
    """The outputs of the site in view by their addresses. `_stamps` has those of sources as read, by `layer:path`."""

    def __init__(self) -> None:
        self._shown: Composed | None = None
        self._stamps: dict[str, str] = {}

    @property
    def shown(self) -> Composed:
        """The site that is in view."""
        assert self._shown
        return self._shown

    @property
    def base(self) -> str:
        """The path at which the site stands, decoded: that of `base_url`, with a slash at both ends."""
        path = unquote(self.shown.loaded.config.base_url.partition("://")[2].partition("/")[2].strip("/"))
        return f"/{path}/" if path else "/"

    @property
    def outputs(self) -> Mapping[str, Output]:
        """All outputs by path."""
        return self.shown.plan.outputs

    def note_pages(self) -> frozenset[str]:
        """Return the outputs of notes."""
        folder = f"{self.shown.loaded.config.content}/"
        pages = (path for path, output in self.outputs.items() if output.source.startswith(folder))
        return frozenset(path for path in pages if path.endswith(".html"))

    def is_touched(self, path: str) -> bool:
        """Tell whether the stamp of an output's source is no longer the one that was read, or cannot be trusted."""
        output = self.outputs.get(path)
        source, loaded = output.source if output else "", self.shown.loaded
        for layer in _LAYERS:
            folder, _, name = source.partition(f"{loaded.shown.get(layer, loaded.shown['static'])}/")
            if not folder and name in loaded.inputs.digests.get(layer, ()):
                file = Path(loaded.roots[layer], name)
                return self._stamps.get(f"{layer}:{name}") != _stamp_now(file)
        return False

    def published(self, address: str) -> str | None:
        """Return the output at an address (decoded, below `base`), as a static host finds it; None for none."""
        if address.endswith("/") or not address:
            address += "index.html"
        return address if address in self.outputs else None

    def is_folder(self, address: str) -> bool:
        """Tell whether a static host sends a browser from this address to the same one with a slash."""
        return bool(address) and f"{address}/index.html" in self.outputs


def opened(file: Path, digest: str, loaded: Loaded, stamps: Mapping[str, str]) -> BinaryIO | None:
    """Open a file of a layer that still has the bytes of this digest, None when it no longer has. What is looked at is
    what was opened, whatever takes its place meanwhile. `stamps`: those that were read.
    """
    try:
        held = open_plain(Path(os.path.realpath(file)))
    except OSError:
        return None
    known = digest, stamp_of(stat_of(os.fstat(held.fileno())))
    if known in _known(file, loaded, stamps) or digest_of_open(held) == digest:
        held.seek(0)
        return held
    held.close()
    return None


def _known(file: Path, loaded: Loaded, stamps: Mapping[str, str]) -> Iterator[tuple[str | None, str | None]]:
    """Digest and stamp of a file in each layer that it is part of."""
    for layer in _LAYERS:
        root = loaded.roots.get(layer)
        if root and file.is_relative_to(root):
            name = file.relative_to(root).as_posix()
            yield loaded.inputs.digests[layer].get(name), stamps.get(f"{layer}:{name}")


def _stamp_now(file: Path) -> str:
    """A file's stamp, 'gone' when it is no longer there: no file has that one."""
    try:
        return stamp_of(stat_of(file.stat()))
    except OSError:
        return "gone"
