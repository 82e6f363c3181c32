"""Tells which files changed, after a quiet moment: the system's events where there are any, else polling."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

QUIET = 0.012  # seconds without an event before a save counts as done: editors write in several steps
POLL_EVERY = 0.5  # seconds

_UNTOUCHED = frozenset({"opened", "closed_no_write"})

Report = Callable[[frozenset[Path] | None], Awaitable[None]]
"""Called with the files that changed; None when only a full scan can tell."""


class Watcher(FileSystemEventHandler):
    """Watches folders and single files from its own thread, and reports in the event loop's."""

    def __init__(self, report: Report, *, poll: bool, say: Callable[[str], None]) -> None:
        self._report, self._poll, self._say = report, poll, say
        self._loop = asyncio.get_running_loop()
        self._changed: set[Path] | None = set()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._observer: BaseObserver | None = None
        self._watched: dict[Path, bool] = {}
        self._named: frozenset[Path] = frozenset()

    def watch(self, folders: Iterable[Path], files: Iterable[Path]) -> None:
        """Watch these folders and all below them, and these files; what was watched before is let go.

        A folder that is not there yet is waited for.
        """
        named = frozenset((*folders, *files))
        wanted = {place: True for place in folders if place.is_dir()}
        for place in named:
            if not wanted.get(place) and place.parent.is_dir():
                wanted.setdefault(place.parent, False)
        if wanted == self._watched and self._alive():
            return
        self._named = named
        self.stop()
        self._watched = wanted
        if not self._poll and not self._start(Observer()):
            self._say("the system cannot watch so many files: polling twice a second instead")
            self._poll = True
        if self._poll:
            self._start(PollingObserver(timeout=POLL_EVERY))

    def _start(self, observer: BaseObserver) -> bool:
        try:
            for folder, below in self._watched.items():
                observer.schedule(self, str(folder), recursive=below)
            observer.start()
        except OSError:
            with suppress(RuntimeError):
                observer.stop()
            return False
        self._observer = observer
        return True

    def _alive(self) -> bool:
        return self._observer is not None and self._observer.is_alive()

    def stop(self) -> None:
        """Watch nothing any more."""
        if self._observer:
            self._observer.stop()
            self._observer.join(2)
            self._observer = None

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called in the observer's thread."""
        if event.event_type in _UNTOUCHED:
            return
        # What happened to a whole folder, only a scan can tell; that a folder's own entry changed says nothing.
        doubt = event.is_directory and event.event_type != "modified"
        places = [Path(str(place)) for place in (event.src_path, event.dest_path) if place]
        places = [place for place in places if self._watched.get(place.parent) is not False or place in self._named]
        if places and (doubt or not event.is_directory):
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._note, None if doubt else places)

    def _note(self, places: list[Path] | None) -> None:
        if places is None or self._changed is None:
            self._changed = None
        else:
            self._changed.update(places)
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(QUIET, self._tell)

    def _tell(self) -> None:
        if self._task and not self._task.done():  # one report at a time, and none is lost
            self._timer = self._loop.call_later(QUIET, self._tell)
            return
        changed, self._changed = self._changed, set()
        reported = None if changed is None else frozenset(changed)
        self._task = self._loop.create_task(self._run(reported))

    async def _run(self, changed: frozenset[Path] | None) -> None:
        await self._report(changed)
        if not self._alive() or not all(folder.is_dir() for folder in self._watched):
            self._watched = {}  # a root was replaced: watch the new one
            await self._report(None)
