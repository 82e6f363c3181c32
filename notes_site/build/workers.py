"""Parsing many notes: here, or in worker processes when that pays."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

import msgspec

from notes_site.base.model import ParseOptions, SearchRecord
from notes_site.base.paths import ContentPath
from notes_site.secrets import streams

NEVER_KEPT = frozenset({"slow-code"})
"""Codes of problems that depend on the machine's speed: a note with one is parsed again next time."""

_PAYS_FROM = 150_000  # bytes of Markdown: some 70 ms of work, what starting two processes costs
_CHUNK = 30_000  # bytes handed to a worker at a time


class Task(NamedTuple):
    """A note to parse: its path, its bytes, and the code that it had when it was last parsed (see `Result`)."""

    path: str
    data: bytes
    code: bytes = b""


class Result(NamedTuple):
    """A parsed note: the encoded `Parsed` without body and search record, these two, and its highlighted code, which
    means something to a `Task` alone.
    """

    path: str
    encoded: bytes
    body: str
    search: SearchRecord
    code: bytes


def parse_all(
    tasks: Sequence[Task], options: ParseOptions, jobs: int | None, progress: Callable[[str, int, int], None]
) -> Iterator[Result]:
    """Yield the result of each task, in the tasks' order. `jobs`: processes, None for as many as pay."""
    size = sum(len(task.data) for task in tasks)
    workers = jobs or (os.cpu_count() or 1 if size >= _PAYS_FROM else 1)
    chunks = list(_chunks(tasks))
    done = 0
    for chunk in _run(chunks, options, min(workers, len(chunks))):
        done += len(chunk)
        progress("parsing notes", done, len(tasks))
        yield from chunk


def _run(chunks: Sequence[Sequence[Task]], options: ParseOptions, workers: int) -> Iterator[list[Result]]:
    if workers <= 1:
        yield from (parse_chunk(chunk, options) for chunk in chunks)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Forking is fastest, and safe where nothing else runs; macOS and Windows start afresh.
    alone = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if alone else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker) as pool:
        try:
            with _signals_held():  # the workers start here
                results = pool.map(parse_chunk, chunks, [options] * len(chunks))
            yield from results
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back what ends us. Python runs hooks around a fork and drops any exception that is raised within one, and
    so would drop a signal that arrives there.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """Ctrl-C reaches every process of a terminal: the parent alone answers it. SIGTERM ends a worker at once, and so
    does the end of its parent, which a killed one cannot tell of.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)  # held back when we were started
    threading.Thread(target=_end_with_parent, daemon=True).start()
    streams.install()
    gc.disable()


def _end_with_parent() -> None:
    from multiprocessing import connection, parent_process

    if parent := parent_process():
        connection.wait([parent.sentinel])
        os._exit(1)


def _chunks(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    chunk: list[Task] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += len(task.data)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def parse_chunk(tasks: Sequence[Task], options: ParseOptions) -> list[Result]:
    """Parse some notes, in whichever process this is."""
    from notes_site.content.highlight import Highlighter
    from notes_site.content.note import parse_note

    encode = msgspec.msgpack.Encoder().encode
    decode = msgspec.msgpack.Decoder(dict[str, str]).decode
    results = []
    for path, data, known in tasks:
        code = Highlighter({})
        with suppress(msgspec.MsgspecError):  # nothing is known, or the cache is damaged
            code = Highlighter(decode(known))
        parsed = parse_note(ContentPath(path), data, options, code)
        bare = msgspec.structs.replace(parsed, body="", search=SearchRecord())
        results.append(Result(path, encode(bare), parsed.body, parsed.search, encode(code.used)))
    return results
