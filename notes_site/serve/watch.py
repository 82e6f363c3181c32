"""Tells which files changed, after a quiet moment: by the system's events where there are any, else by polling."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sys
import warnings
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from watchdog import events
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from notes_site.build.inputs import ignored_in

logging.getLogger("watchdog").addHandler(logging.NullHandler())  # what it logs is no news for those who write notes

QUIET = 0.012  # seconds without an event before a save counts as done: editors write in several steps
POLL_EVERY = 0.5  # seconds
FIRST_SCAN = 0.5  # seconds after the start: the first page comes first
_LONGEST = 0.5  # seconds after which a change is told though more keep coming
_MANY = 2000  # events in a row; the system may have lost some of so many
_TOO_MANY = "the system cannot watch so many folders"
_WHY_POLLING = {errno.ENOSPC: _TOO_MANY, errno.EMFILE: _TOO_MANY, errno.ENFILE: _TOO_MANY}
_POLLING = ": polling twice a second instead"

# Nothing that merely reads: our own reading of a whole site would fill the system's queue.
_EVENTS: list[type[events.FileSystemEvent]] = [
    events.FileCreatedEvent, events.FileModifiedEvent, events.FileClosedEvent, events.FileMovedEvent,
    events.FileDeletedEvent, events.DirCreatedEvent, events.DirMovedEvent, events.DirDeletedEvent,
]  # fmt: skip

Reporter = Callable[[frozenset[Path] | None], Awaitable[None]]
"""Called with the files that changed; None when only a full scan can tell."""


class _WatchedFolder(NamedTuple):
    """A folder to watch: its name, where that really leads and to which folder of the disk. With a layer, all below
    it matters by that layer's rules; without one, only the entries `names` and `places` do: single files, and what
    the folders of layers hang on.
    """

    folder: Path
    real: str
    identity: tuple[int, int]
    layer: str
    names: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    def matters(self, parts: tuple[str, ...]) -> bool:
        """Return whether an entry below the folder is one to tell of."""
        if self.layer:
            return not any(map(ignored_in(self.layer), parts))
        return len(parts) == 1 and parts[0] in self.names | self.places


class _EventHandler(events.FileSystemEventHandler):
    """Passes on the events of one folder, in a thread of the observer's."""

    def __init__(self, watched: _WatchedFolder, tell: Callable[[list[Path] | None], None]) -> None:
        self._watched, self._tell = watched, tell

    def on_any_event(self, event: events.FileSystemEvent) -> None:
        """Pass on what matters; what happened to a whole folder only a scan can tell."""
        relative = (
            os.path.relpath(os.fsdecode(path), self._watched.real) for path in (event.src_path, event.dest_path) if path
        )
        found = [parts for path in relative if self._watched.matters(parts := Path(path).parts)]
        if found:
            doubt = event.is_directory or any(parts[:1] and parts[0] in self._watched.places for parts in found)
            self._tell(None if doubt else [self._watched.folder.joinpath(*parts) for parts in found])


class Watcher:
    """Watches the folders of layers and single files, and reports in the event loop what changed in them."""

    def __init__(self, report: Reporter, *, poll: bool, say: Callable[[str], None]) -> None:
        self._report, self._poll, self._say = report, poll, say
        self._loop = asyncio.get_running_loop()
        self._changed: set[Path] | None = set()
        self._events, self._since = 0, 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._observer: BaseObserver | None = None
        self._watched: frozenset[_WatchedFolder] = frozenset()
        self._fresh = False
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)  # watchdog's, of folders that move fast

    def watch(self, layers: Mapping[str, str | Path], files: Iterable[Path]) -> None:
        """Watch the folders of these layers and all below them, and these files; what was watched before is let go.

        A folder that is not there yet is waited for. To be called again after each report, for folders come and go.
        Where it has to begin it asks for a full scan: nobody watched until now.
        """
        wanted = frozenset(_folders_to_watch(layers, files))
        if wanted == self._watched and self._is_alive():
            return
        first = not self._watched
        self._watched = wanted
        self._begin()
        self._loop.call_later(FIRST_SCAN if first else 0, self._collect, None)

    def _begin(self) -> None:
        self.stop()
        self._fresh = True
        if not self._poll:
            try:
                self._start(Observer())
                self._probe()
            except OSError as exc:
                self.stop()
                self._poll = True
                self._say(_WHY_POLLING.get(exc.errno or 0, f"the system cannot watch ({exc.strerror})") + _POLLING)
        if self._poll:
            try:
                self._start(PollingObserver(timeout=POLL_EVERY))
            except OSError:  # it is tried again after the next report
                self.stop()

    def _start(self, observer: BaseObserver) -> None:
        """Watch all folders but those that have gone meanwhile: the folders that they hang on tell when they
        come back.
        """
        self._observer = observer
        observer.start()
        for watched in self._watched:
            try:
                handler = _EventHandler(watched, self._on_events)
                observer.schedule(handler, watched.real, recursive=bool(watched.layer), event_filter=_EVENTS)
            except (FileNotFoundError, NotADirectoryError):
                self._watched -= {watched}

    def _probe(self) -> None:
        """See whether the system takes one watch more; else some folders below may have none, and nobody said so."""
        if sys.platform != "linux" or not self._watched:
            return
        probe = Observer()
        try:
            probe.schedule(events.FileSystemEventHandler(), next(iter(self._watched)).real, event_filter=_EVENTS)
            probe.start()
        except (FileNotFoundError, NotADirectoryError):
            return
        probe.stop()
        probe.join()

    def _is_alive(self) -> bool:
        observer = self._observer
        return observer is not None and observer.is_alive() and all(e.is_alive() for e in list(observer.emitters))

    def stop(self) -> None:
        """Watch nothing any more."""
        if self._observer:
            self._observer.stop()
            self._observer.join(2)
            self._observer = None

    def _on_events(self, places: list[Path] | None) -> None:
        """Called in the observer's thread."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._collect, places)

    def _collect(self, places: list[Path] | None) -> None:
        now = self._loop.time()
        if not self._events:
            self._since = now
        self._events += 1
        if places is None or self._changed is None or self._events > _MANY:
            self._changed = None
        else:
            self._changed.update(places)
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(min(now + QUIET, max(now, self._since + _LONGEST)), self._report_soon)

    def _report_soon(self) -> None:
        if self._task and not self._task.done():  # one report at a time, and none is lost
            self._timer = self._loop.call_later(QUIET, self._report_soon)
            return
        changed, self._changed = self._changed, set()
        self._events = 0
        self._task = self._loop.create_task(self._run(None if changed is None else frozenset(changed)))

    async def _run(self, changed: frozenset[Path] | None) -> None:
        if changed is None and not self._poll and not self._fresh:
            self._begin()  # of folders that were made and moved in a row the observer may have missed some
        self._fresh = False
        await self._report(changed)


def _folders_to_watch(layers: Mapping[str, str | Path], files: Iterable[Path]) -> Iterable[_WatchedFolder]:
    """Yield the folders to watch: those of the layers, and those in which they and the single files stand."""
    roots = {layer: Path(root) for layer, root in layers.items()}
    for layer, root in roots.items():
        if root.is_dir():
            yield _watched(root, layer)
    names: dict[Path, set[str]] = defaultdict(set)
    places: dict[Path, set[str]] = defaultdict(set)
    for file in files:
        names[file.parent].add(file.name)
    for root in {*roots.values(), *(root.resolve() for root in roots.values())}:
        place = root
        while not place.parent.is_dir():
            place = place.parent
        places[place.parent].add(place.name)
    for folder in {*names, *places}:
        if folder.is_dir():
            yield _watched(folder, "")._replace(names=frozenset(names[folder]), places=frozenset(places[folder]))


def _watched(folder: Path, layer: str) -> _WatchedFolder:
    try:
        found = folder.stat()
        identity = found.st_dev, found.st_ino
    except OSError:  # gone this moment
        identity = 0, 0
    return _WatchedFolder(folder, os.path.realpath(folder), identity, layer)
