"""How one output is made: the digests of its parts, and its bytes. The same for a build and for a preview."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from notes_site.base.digest import digest_of
from notes_site.build.compose import Composed
from notes_site.pages.outputs import Copy, Output, Page


class Origin(NamedTuple):
    """A file that is published, and the digest of its bytes. What is published of it may have another."""

    file: Path
    digest: str


class Maker:
    """Makes the outputs of one composed site."""

    def __init__(self, composed: Composed) -> None:
        self.composed = composed
        self._last: dict[str, tuple[object, str]] = {}

    def parts(self, output: Output) -> tuple[dict[str, str], Callable[[], bytes]]:
        """The digests of all that the output is made from, and the function that makes its bytes."""
        if isinstance(output, Copy):
            return {"file": output.digest}, lambda: b""
        view = output.make()
        parts = {name: self._digest(name, getattr(view, name)) for name in view.__struct_fields__}
        parts["program"] = self.composed.loaded.program
        if isinstance(output, Page):
            templates, name = self.composed.templates, output.template
            parts["template"] = templates.digest(name)
            return parts, lambda: templates.render(name, view)  # type: ignore[arg-type]
        return parts, lambda: output.render(view)

    def _digest(self, name: str, value: object) -> str:
        """The digest of a view's field; one that pages share in a row is digested once."""
        last = self._last.get(name)
        if last is None or last[0] is not value:
            last = self._last[name] = (value, digest_of(value))
        return last[1]

    def origin(self, output: Copy) -> Origin:
        """The file that an output is a copy of."""
        loaded = self.composed.loaded
        layer, digests = output.origin, loaded.inputs.digests
        name = output.source.removeprefix(f"{loaded.shown[layer]}/")
        if layer == "static" and name not in digests.get(layer, {}):
            layer = "theme-static"
        return Origin(Path(loaded.roots[layer], name), digests[layer][name])
