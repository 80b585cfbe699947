"""Live boards: what happens in a case reaches the boards of its units as it is written.

Each web process listens to the database on one connection and passes on to the boards it serves.
A board that lost the line asks for the whole again when it is back, so nothing needs replaying.
"""

from __future__ import annotations

import asyncio
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
RIGHTS = "access_rights"
"""On which is told whose session or assignment has ended, or changed (access/sql/sessions.sql)."""
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


WAKE = Change(0, 0)
"""Of no case: only wakes a line, to ask who it is for."""


@dataclass(slots=True, eq=False)
class Line:
    """What waits to be told on one board's line; None means: start over."""

    waiting: asyncio.Queue[Change | None] = field(
        default_factory=lambda: asyncio.Queue(MOST_WAITING)
    )
    ask: bool = False
    """Whether its person's rights may have changed since it was last asked who it is for."""

    def tell(self, change: Change | None) -> None:
        if self.waiting.full():
            _empty(self.waiting)
            change = None
        self.waiting.put_nowait(change)

    def ask_again(self) -> None:
        self.ask = True
        if not self.waiting.full():
            self.waiting.put_nowait(WAKE)


@dataclass(slots=True)
class Hub:
    """The lines that this process serves, by unit and by person."""

    boards: dict[str, set[Line]] = field(default_factory=dict)
    people: dict[str, set[Line]] = field(default_factory=dict)
    listening: asyncio.Task[None] | None = None

    def full(self, person: str) -> bool:
        lines = sum(len(lines) for lines in self.people.values())
        return lines >= MOST_LINES or len(self.people.get(person, ())) >= MOST_LINES_OF_ONE

    def tell(self, units: list[str], change: Change | None) -> None:
        for unit in units:
            for line in self.boards.get(unit, ()):
                line.tell(change)

    def rights_changed(self, person: str) -> None:
        for line in self.people.get(person, ()):
            line.ask_again()

    @asynccontextmanager
    async def board(self, unit: str, person: str = "") -> AsyncIterator[Line]:
        """A line to somebody at a unit, for as long as it stands open."""
        line = Line()
        places = [(self.boards, unit), (self.people, person)]
        for lines, key in places:
            lines.setdefault(key, set()).add(line)
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self._listen())
        try:
            yield line
        finally:
            for lines, key in places:
                lines[key].discard(line)
                if not lines[key]:
                    del lines[key]

    async def _listen(self) -> None:
        """Listens as long as the process lives; after a break every board starts over."""
        while True:
            with suppress(psycopg.OperationalError, OSError):
                connection = await psycopg.AsyncConnection.connect(conninfo(), autocommit=True)
                async with connection:
                    await connection.execute(f"listen {CHANNEL}; listen {RIGHTS}")
                    self._start_over()
                    while True:
                        async for notice in connection.notifies(timeout=HEARTBEAT):
                            self._heard(notice)
                        await connection.execute("select 1")  # is it still there?
            await asyncio.sleep(1)

    def _start_over(self) -> None:
        """Whatever was told meanwhile has not been heard."""
        for person in self.people:
            self.rights_changed(person)
        self.tell(list(self.boards), None)

    def _heard(self, notice: psycopg.Notify) -> None:
        if notice.channel == RIGHTS:
            self.rights_changed(notice.payload)
        else:
            told = orjson.loads(notice.payload)
            self.tell(told["units"], _change(told))


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

    Ends when the person no longer acts for the unit: at once when a session or an assignment
    ends, and within ASK_AGAIN when its time runs out, also on a line that is never silent.
    """
    clock = asyncio.get_running_loop().time
    async with hub.board(unit, person) as line:
        asked = clock()
        yield b"retry: 2000\nevent: ready\ndata: \n\n"
        while True:
            changes = await _next(line.waiting)
            if line.ask or clock() - asked >= ASK_AGAIN:
                line.ask, asked = False, clock()
                if not await still_acting():
                    yield sent("signed-out", "")
                    return
            if changes is None:
                yield sent("restart", "")
            elif not changes:
                yield sent("alive", "")
            else:
                for change in changes:
                    yield sent("row", await render(change.case), id=f"{change.case}-{change.seq}")


async def _next(queue: asyncio.Queue[Change | None]) -> list[Change] | None:
    """What has happened, the latest of each case; empty when nothing has. None: start over."""
    try:
        waiting = [await asyncio.wait_for(queue.get(), HEARTBEAT)]
    except TimeoutError:
        return []
    while not queue.empty():
        waiting.append(queue.get_nowait())
    latest = {change.case: change for change in waiting if change and change is not WAKE}
    return None if None in waiting else list(latest.values())


def sent(event: str, data: str, id: str | None = None) -> bytes:
    """One server-sent event. Every line of the data is its own `data:` line."""
    lines = [f"event: {event}", *(f"data: {line}" for line in data.splitlines() or [""])]
    if id is not None:
        lines.append(f"id: {id}")
    return ("\n".join(lines) + "\n\n").encode()
