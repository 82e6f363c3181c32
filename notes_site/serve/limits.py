"""How many may be connected, and for how long without asking for anything: a preview must stay there for its owner."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 10.0  # seconds in which a request must have come in full


class Door:
    """The open connections of a server, oldest first. When there is no room, the oldest that waits makes some."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._inside: dict[Connection, None] = {}

    def protocol(self, *args: Any, **named: Any) -> Connection:
        """Return the protocol of a new connection (called by uvicorn)."""
        return Connection(self, *args, **named)

    def enter(self, connection: Connection) -> None:
        """Let a connection in."""
        if len(self._inside) >= self._room:
            waiting = (other for other in self._inside if other.is_waiting)
            next(waiting, next(iter(self._inside))).give_up()
        self._inside[connection] = None

    def leave(self, connection: Connection) -> None:
        """A connection has ended, or become a reload channel, which is counted elsewhere."""
        self._inside.pop(connection, None)


class Connection(H11Protocol):
    """An HTTP connection that is given up when a request does not come."""

    def __init__(self, door: Door, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._door = door
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """Tell whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def give_up(self) -> None:
        """End the connection at once."""
        self._door.leave(self)
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called by asyncio."""
        super().connection_made(transport)
        self._door.enter(self)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio. A part of a request buys no more time."""
        super().data_received(data)
        if not self.is_waiting:
            self._stop_waiting()
        elif self._timer is None and self.transport.get_protocol() is self:  # else it has become a reload channel
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._stop_waiting()
        self._door.leave(self)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Called when the connection becomes a reload channel."""
        self._stop_waiting()
        self._door.leave(self)
        super().handle_websocket_upgrade(event)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(PATIENCE, self.give_up)

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
