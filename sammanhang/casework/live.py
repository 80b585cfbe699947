"""Live boards: what happens in a case reaches the boards of its units as it is written.

Each web process listens to the database on one connection and passes on to the boards it serves.
A board that lost the line asks for the whole again when it is back, so nothing needs replaying.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

Result = TypeVar("Result")

CHANNEL = "casework"
HEARTBEAT = 15  # seconds; also how soon a vanished browser or database is noticed
ASK_AGAIN = 60  # seconds; how long a line stays open before it is asked again who it is for
MOST_LINES = 1000
"""That a process holds."""
MOST_LINES_OF_ONE = 20
"""Of one person, in one process: more windows than anyone looks at."""
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
    lines: Counter[str] = field(default_factory=Counter)
    """How many, by person."""
    listening: asyncio.Task[None] | None = None

    def full(self, person: str) -> bool:
        return self.lines[person] >= MOST_LINES_OF_ONE or self.lines.total() >= MOST_LINES

    def tell(self, units: list[str], change: Change | None) -> None:
        for unit in units:
            for queue in self.boards.get(unit, ()):
                if queue.full():
                    _empty(queue)
                    queue.put_nowait(None)
                else:
                    queue.put_nowait(change)

    @asynccontextmanager
    async def board(
        self, unit: str, person: str = ""
    ) -> AsyncIterator[asyncio.Queue[Change | None]]:
        """A queue of changes for a unit; None in it means: start over."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(MOST_WAITING)
        self.boards.setdefault(unit, set()).add(queue)
        self.lines[person] += 1
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self._listen())
        try:
            yield queue
        finally:
            self.lines[person] -= 1
            if not self.lines[person]:
                del self.lines[person]
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
                    while True:
                        async for notice in connection.notifies(timeout=HEARTBEAT):
                            told = orjson.loads(notice.payload)
                            self.tell(told["units"], _change(told))
                        await connection.execute("select 1")  # is it still there?
            await asyncio.sleep(1)


def _change(told: dict[str, Any]) -> Change | None:
    """What was told; None where no case is named: what may be seen has changed, start over."""
    return Change(told["case"], told["seq"]) if "case" in told else None


def _empty(queue: asyncio.Queue[Change | None]) -> None:
    while not queue.empty():
        queue.get_nowait()


hub = Hub()


def conninfo() -> str:
    """Where Django's default connection goes, for a connection of our own."""
    database = settings.DATABASES["default"]
    options = {key: value for key, value in database["OPTIONS"].items() if key != "pool"}
    known = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database["HOST"],
        "port": database["PORT"],
        **options,
    }
    return make_conninfo(**{key: value for key, value in known.items() if value})


async def in_thread(work: Callable[..., Result], *arguments: Any) -> Result:
    """Runs what talks to the database in a thread, which then gives its connection back.

    A board stands open for a whole shift, and must not hold a connection of the pool meanwhile.
    """

    def run() -> Result:
        try:
            return work(*arguments)
        finally:
            connection.close()

    return await asyncio.to_thread(run)


async def stream(
    unit: str,
    render: Callable[[int], Awaitable[str]],
    still_acting: Callable[[], Awaitable[bool]],
    person: str = "",
) -> AsyncIterator[bytes]:
    """Server-sent events for a unit's board: `row` with a row's new HTML, `restart`, and
    `alive` after a silence, so that the browser notices a line that is dead without telling.

    Ends when the person no longer acts for the unit, also on a line that is never silent.
    """
    clock = asyncio.get_running_loop().time
    async with hub.board(unit, person) as queue:
        asked = clock()
        yield b"retry: 2000\nevent: ready\ndata: \n\n"
        while True:
            changes = await _next(queue)
            if clock() - asked >= ASK_AGAIN:
                if not await still_acting():
                    yield sent("signed-out", "")
                    return
                asked = clock()
            if changes is None:
                yield sent("restart", "")
            elif not changes:
                yield sent("alive", "")
            else:
                for change in changes:
                    yield sent("row", await render(change.case), id=f"{change.case}-{change.seq}")


async def _next(queue: asyncio.Queue[Change | None]) -> list[Change] | None:
    """What has happened, the latest of each case; empty after a silence. None: start over."""
    try:
        waiting = [await asyncio.wait_for(queue.get(), HEARTBEAT)]
    except TimeoutError:
        return []
    while not queue.empty():
        waiting.append(queue.get_nowait())
    latest = {change.case: change for change in waiting if change is not None}
    return None if None in waiting else list(latest.values())


def sent(event: str, data: str, id: str | None = None) -> bytes:
    """One server-sent event. Every line of the data is its own `data:` line."""
    lines = [f"event: {event}", *(f"data: {line}" for line in data.splitlines() or [""])]
    if id is not None:
        lines.append(f"id: {id}")
    return ("\n".join(lines) + "\n\n").encode()
