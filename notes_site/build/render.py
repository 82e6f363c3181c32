"""Which outputs must be made again, and making them: the same key means nothing to do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from notes_site.base.diagnostics import Diagnostic, error
from notes_site.base.digest import combine, digest, digest_of
from notes_site.base.errors import SourceChanged, TemplateError
from notes_site.base.progress import Progress
from notes_site.build.compose import Composed
from notes_site.pages.outputs import Copy, Output, Page
from notes_site.pages.templates import distinct
from notes_site.storage.cache import Cache
from notes_site.storage.files import Stat, as_text, digest_file, settled, stat_of
from notes_site.storage.output import Staging
from notes_site.storage.record import owned_files


class SourceFile(NamedTuple):
    """A file that is published, and the digest of its bytes. What is published of it may have another."""

    file: Path
    digest: str


class Renderer:
    """Makes the outputs of one composed site, for a build and for a preview."""

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

    def source(self, output: Copy) -> SourceFile:
        """The file that an output is a copy of."""
        loaded, path = self.composed.loaded, output.origin.path
        layer = loaded.layer_of(output.origin)
        return SourceFile(Path(loaded.roots[layer], path), loaded.inputs.digests[layer][path])


class Made(NamedTuple):
    """An output that is in order: its key, the digests of its parts, the digest of its bytes, its file's stamp."""

    key: str
    parts: str
    digest: str
    stat: str


Row = tuple[str, ...]


class Rendering:
    """Finds out which outputs must be rendered, and renders them. `made` has all outputs, `why` the changed ones."""

    def __init__(self, composed: Composed, cache: Cache, output: Path) -> None:
        self.composed, self.cache, self.output = composed, cache, output
        self._root = str(output)
        self._prefix = f"{digest(as_text(str(output)).encode())}/"
        known = cache.items("outputs", self._prefix)
        self.known = {path.removeprefix(self._prefix): tuple(row.decode().split("\n")) for path, row in known.items()}
        self.owned = owned_files(output)
        self.made: dict[str, Made] = {}
        self.why: dict[str, tuple[str, ...]] = {}
        self._renderer = Renderer(composed)

    def run(self, staging: Staging | None, progress: Progress) -> tuple[Diagnostic, ...]:
        """Render what changed into `staging`. Returns the problems of templates."""
        faults: list[Diagnostic] = []
        outputs = self.composed.plan.outputs
        for done, (path, output) in enumerate(outputs.items(), 1):
            try:
                self._make(path, output, staging)
            except TemplateError as fault:
                faults.append(fault.diagnostic)
            except SourceChanged:
                message = "the file changed while the site was built"
                faults.append(error(output.source, "changed", message, hint="build again"))
            if done % 50 == 0:
                progress("rendering", done, len(outputs))
        return distinct(faults)

    def remember(self) -> None:
        """Remember what the outputs, which are in their place now, were made from."""
        written = [*self.why]
        stamps = dict(zip(written, settled_stamps(self.output / path for path in written), strict=True))
        for path, made in self.made.items():
            row = tuple(made._replace(stat=stamps.get(path, made.stat)))
            if self.known.get(path) != row:
                self.cache.put("outputs", self._prefix + path, "\n".join(row).encode())
        self.cache.forget("outputs", (self._prefix + path for path in self.known.keys() - self.made.keys()))

    def _make(self, path: str, output: Output, staging: Staging | None) -> None:
        parts, render = self._renderer.parts(output)
        key = combine(*(text for part in parts.items() for text in part))
        before = self.known.get(path)
        on_disk, stat = self._on_disk(path, before)
        if before and before[0] == key and before[2] == on_disk:
            self.made[path] = Made(key, before[1], on_disk, stat)
            return
        data = render()
        new = output.digest if isinstance(output, Copy) else digest(data)
        packed = " ".join(f"{name}:{value[:12]}" for name, value in parts.items())
        self.made[path] = Made(key, packed, new, stat)
        if new == on_disk and path in self.owned:
            return
        self.why[path] = _reasons(before, packed, on_disk)
        if staging is None:
            return
        if isinstance(output, Copy):
            source = self._renderer.source(output)
            staging.add_copy(path, source.file, output.digest, clean=source.digest != output.digest)
        else:
            staging.add(path, data)

    def _on_disk(self, path: str, before: Row | None) -> tuple[str, str]:
        """Digest and stamp of the published file, both '' when there is none."""
        try:
            stat = stat_of(os.lstat(f"{self._root}/{path}"))
        except OSError:
            return "", ""
        stamp = _stamp(stat)
        if before and stamp and before[3] == stamp:
            return before[2], stamp
        return digest_file(self.output / path), stamp


def settled_stamps(paths: Iterable[Path]) -> list[str]:
    """Return the stamps of files just written, once they vouch for the bytes; '' where stamps are whole seconds."""
    stats = [stat_of(path.stat()) for path in paths]
    if not all(map(_stamp, stats)):
        time.sleep(0.021)  # the clock's grain has passed then
    return [_stamp(stat) for stat in stats]


def _stamp(stat: Stat) -> str:
    return " ".join(map(str, stat)) if settled(stat, time.time_ns()) else ""


def _reasons(before: Row | None, parts: str, on_disk: str) -> tuple[str, ...]:
    """Return why a file is written: which parts of what it shows changed, or that it is new or not as we left it."""
    if before is None:
        return ("new",) if not on_disk else ("nothing known of it",)
    old = dict(part.split(":") for part in before[1].split())
    new = dict(part.split(":") for part in parts.split())
    changed = tuple(name for name in {**old, **new} if old.get(name) != new.get(name))
    if changed:
        return changed
    return ("deleted from the output",) if not on_disk else ("changed in the output",)
