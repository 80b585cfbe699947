"""Live boards: what happens in a case reaches the boards of its units as it is written.

Each web process listens to the database on one connection and passes on to the boards it serves.
A board that lost the line asks for the whole again when it is back, so nothing needs replaying.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson
import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

CHANNEL = "casework"
HEARTBEAT = 15  # seconds; also how soon a vanished browser is noticed
MOST_WAITING = 500
"""Changes that a slow board may lag behind by before it is told to start over."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened in a case."""

    case: int
    seq: int


@dataclass(slots=True)
class Hub:
    """The boards that this process serves, by unit."""

    boards: dict[str, set[asyncio.Queue[Change | None]]] = field(default_factory=dict)
    listening: asyncio.Task[None] | None = None

    def tell(self, units: list[str], change: Change | None) -> None:
        for unit in units:
            for queue in self.boards.get(unit, ()):
                if queue.full():
                    _empty(queue)
                    queue.put_nowait(None)
                else:
                    queue.put_nowait(change)

    @asynccontextmanager
    async def board(self, unit: str) -> AsyncIterator[asyncio.Queue[Change | None]]:
        """A queue of changes for a unit; None in it means: start over."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(MOST_WAITING)
        self.boards.setdefault(unit, set()).add(queue)
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self._listen())
        try:
            yield queue
        finally:
            left = self.boards[unit]
            left.discard(queue)
            if not left:
                del self.boards[unit]

    async def _listen(self) -> None:
        """Listens as long as the process lives; after a break every board starts over."""
        while True:
            with suppress(psycopg.OperationalError, OSError):
                connection = await psycopg.AsyncConnection.connect(conninfo(), autocommit=True)
                async with connection:
                    await connection.execute(f"listen {CHANNEL}")
                    self.tell(list(self.boards), None)
                    async for notice in connection.notifies():
                        told = orjson.loads(notice.payload)
                        self.tell(told["units"] or [], Change(told["case"], told["seq"]))
            await asyncio.sleep(1)


def _empty(queue: asyncio.Queue[Change | None]) -> None:
    while not queue.empty():
        queue.get_nowait()


hub = Hub()


def conninfo() -> str:
    """Where Django's default connection goes, for a connection of our own."""
    database = settings.DATABASES["default"]
    known = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database["HOST"],
        "port": database["PORT"],
    }
    return make_conninfo(**{key: value for key, value in known.items() if value})


async def stream(
    unit: str,
    render: Callable[[int], Awaitable[str]],
    still_acting: Callable[[], Awaitable[bool]],
) -> AsyncIterator[bytes]:
    """Server-sent events for a unit's board: `row` with a row's new HTML, `restart`, heartbeats.

    Ends when the person no longer acts for the unit.
    """
    async with hub.board(unit) as queue:
        yield b"retry: 2000\nevent: ready\ndata: \n\n"
        while True:
            try:
                change = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                if not await still_acting():
                    yield sent("signed-out", "")
                    return
                yield b": still here\n\n"
                continue
            if change is None:
                yield sent("restart", "")
            else:
                yield sent("row", await render(change.case), id=f"{change.case}-{change.seq}")


def sent(event: str, data: str, id: str | None = None) -> bytes:
    """One server-sent event. Every line of the data is its own `data:` line."""
    lines = [f"event: {event}", *(f"data: {line}" for line in data.splitlines() or [""])]
    if id is not None:
        lines.append(f"id: {id}")
    return ("\n".join(lines) + "\n\n").encode()
