"""What is published of the files of a site: remembered by content; and where a position is left in one."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from notes_site.base.diagnostics import Diagnostic, warning
from notes_site.base.digest import combine
from notes_site.base.paths import Origin, is_inlined, is_note
from notes_site.build.load import Loaded
from notes_site.config.project import CONFIG_NAME
from notes_site.storage.cache import Cache
from notes_site.storage.copying import Cleaned, look


def cleaned(loaded: Loaded, cache: Cache, layer: str) -> dict[str, Cleaned]:
    """Return what is published of the files of a layer by path. Each content is looked at once, and remembered."""
    found = {}
    for path, known in loaded.inputs.digests.get(layer, {}).items():
        if is_inlined(path) if layer == "static" else is_note(path):
            continue
        key = combine("cleaned", known, loaded.program)
        kept = cache.get("results", key)
        if kept is None:
            original, found[path] = look(Path(loaded.roots[layer], path))
            if original == known:
                cache.put("results", key, " ".join(found[path]).encode())
        else:
            found[path] = Cleaned(*kept.decode().split(" "))
    return found


_LEFT = {
    "damaged": "and cannot be taken apart, so that this stays in it",
    "format": "in a format from which this cannot be taken out",
}


def positions(
    loaded: Loaded, published: Mapping[str, Mapping[str, Cleaned]], copied: Container[Origin]
) -> Iterator[Diagnostic]:
    """Yield a warning for each copied file in which a position is left. `published`: by layer and path."""
    for layer, files in published.items():
        for path, (_, left) in files.items():
            shown, mark = f"{loaded.shown[layer]}/{path}", loaded.inputs.digests[layer][path][:12]
            if left and Origin(layer, path) in copied and mark not in loaded.config.leaks_allow:
                message = f"this names the place where it was taken, {_LEFT[left]}"
                hint = f'save it as JPEG, PNG or MP4; if all may know, add "{mark}" to `leaks.allow` in {CONFIG_NAME}'
                yield warning(shown, "leak", message, hint=hint)
