"""What is published of the files of a site: remembered by content; and where a position is left in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from notes_site.copying import Cleaned, look
from notes_site.diagnostics import Diagnostic, warning
from notes_site.digest import combine
from notes_site.loader import Loaded
from notes_site.paths import is_inlined, is_note


def cleaned(loaded: Loaded, layer: str) -> dict[str, Cleaned]:
    """Return what is published of the files of a layer by path. Each content is looked at once, and remembered."""
    found = {}
    for path, known in loaded.inputs.digests.get(layer, {}).items():
        if is_inlined(path) if layer == "static" else is_note(path):
            continue
        key = combine("cleaned", known, loaded.program)
        kept = loaded.memo.get(key)
        if kept is None:
            original, found[path] = look(Path(loaded.roots[layer], path))
            if original == known:
                loaded.memo.put(key, " ".join(found[path]).encode())
        else:
            found[path] = Cleaned(*kept.decode().split(" "))
    return found


_LEFT = {
    "damaged": "and cannot be taken apart, so that this stays in it",
    "format": "in a format from which this cannot be taken out",
}


def leaks(found: Mapping[str, Cleaned], originals: Mapping[str, str], allow: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Yield a warning for each file in which a position is left. `originals`: their digests; both by shown path."""
    for path, (_, left) in found.items():
        mark = originals[path][:12]
        if left and mark not in allow:
            message = f"this names the place where it was taken, {_LEFT[left]}"
            hint = f'save it as JPEG, PNG or MP4; if all may know it, add "{mark}" to `leaks.allow` in notes-site.toml'
            yield warning(path, "leak", message, hint=hint)
