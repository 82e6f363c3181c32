"""The garbage collector, kept away from thousands of notes that live as long as the preview does."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def off() -> Iterator[None]:
    """Without the collector, which would look at every note again and again; nor does it look at what was made
    meanwhile, until `collect`.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def collect() -> None:
    """Free what is no longer used. It takes a while."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
