"""Live boards: what is done in a case reaches the boards of its units, and no others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import cast

import pytest
from django.db import connection
from django.test import Client
from stage import Stage, owner

from sammanhang.access.acting import LONGEST_SESSION, SESSION_KEY, SIGNED_IN, Acting, still
from sammanhang.access.sessions import SessionStore
from sammanhang.casework import live
from sammanhang.site.database import Server

WITHIN = 5  # seconds, on the slowest machine


async def told(case: int) -> str:
    return f"rad {case}"


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def line_of(
    who: Acting, still_acting: Callable[[], Awaitable[bool]] = yes
) -> AsyncGenerator[bytes, None]:
    return cast(AsyncGenerator[bytes, None], live.stream(who.unit, told, still_acting))


async def next_event(stream: AsyncIterator[bytes]) -> list[str]:
    return (await asyncio.wait_for(anext(stream), WITHIN)).decode().strip().split("\n")


async def listening(who: Acting) -> AsyncGenerator[bytes, None]:
    """A board's line, once the process listens to the database."""
    stream = line_of(who)
    assert "event: ready" in await next_event(stream)
    assert "event: restart" in await next_event(stream)  # it may have missed something till now
    return stream


@pytest.fixture(autouse=True)
def _a_hub_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub belongs to a process and its event loop."""
    monkeypatch.setattr(live, "hub", live.Hub())


def test_what_is_done_reaches_the_boards_of_all_units_of_the_case_and_no_others(
    stage: Stage,
) -> None:
    case = stage.notified()

    async def story() -> None:
        lines = [await listening(stage.ward)]
        lines += [line_of(who) for who in (stage.centre, stage.officer)]
        outside = line_of(stage.other_centre)
        for line in (*lines[1:], outside):
            assert "event: ready" in await next_event(line)
        await asyncio.to_thread(live_act, stage, case)
        for line in lines:
            assert await next_event(line) == [
                "event: row", f"data: rad {case}", f"id: {case}-3",
            ]  # fmt: skip
        assert not live.hub.boards[stage.other_centre.unit].copy().pop().waiting.qsize()
        for line in (*lines, outside):
            await line.aclose()
        assert live.hub.boards == {}

    asyncio.run(story())


def live_act(stage: Stage, case: int, act: str = "kvittens") -> None:
    try:
        stage.did(stage.centre, case, act)
    finally:
        connection.close()


def test_of_many_changes_in_one_case_a_slow_board_gets_the_latest(stage: Stage) -> None:
    case = stage.notified()

    async def story() -> None:
        async with aclosing(await listening(stage.ward)) as line:
            board = live.hub.boards[stage.ward.unit].copy().pop().waiting
            for _ in range(5):
                await asyncio.to_thread(live_act, stage, case, "anteckning")
            while board.qsize() < 5:
                await asyncio.sleep(0.01)
            assert f"id: {case}-7" in await next_event(line)
            assert board.empty()

    asyncio.run(story())


def test_a_refused_act_is_told_to_nobody(stage: Stage) -> None:
    case = stage.notified()

    async def story() -> None:
        async with aclosing(await listening(stage.ward)) as line:
            await asyncio.to_thread(stage.does, stage.ward, case, "utskrivning")
            await asyncio.to_thread(live_act, stage, case)
            assert f"id: {case}-3" in await next_event(line)

    asyncio.run(story())


def test_a_line_ends_when_the_person_no_longer_acts_for_the_unit_however_busy(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = stage.notified()
    monkeypatch.setattr(live, "ASK_AGAIN", 0)

    async def story() -> None:
        line = line_of(stage.ward, no)
        assert "event: ready" in await next_event(line)
        live.hub.tell([stage.ward.unit], live.Change(case, 3))
        assert "event: signed-out" in await next_event(line)
        with pytest.raises(StopAsyncIteration):
            await anext(line)

    asyncio.run(story())


def test_a_person_has_so_many_lines_and_no_more_until_one_is_closed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_LINES_OF_ONE", 2)
    client, other = Client(), Client()
    client.post("/logga-in/", {"assignment": stage.ward.assignment})
    other.post("/logga-in/", {"assignment": stage.centre.assignment})

    async def work() -> list[int]:
        answers = []
        async with live.hub.board(stage.ward.unit, stage.ward.person):
            async with live.hub.board(stage.ward.unit, stage.ward.person):
                for who in (client, other):
                    answers.append(await asyncio.to_thread(status, who))
            answers.append(await asyncio.to_thread(status, client))
        return answers

    def status(who: Client) -> int:
        try:
            return who.get("/direkt/").status_code
        finally:
            connection.close()

    assert asyncio.run(work()) == [429, 200, 200]
    assert live.hub.people == {}
    ((refused,),) = owner("select person from access_log where action = 'denied:limit:line'")
    assert refused == stage.ward.person


def test_a_board_starts_over_when_the_database_has_been_away(
    stage: Stage, server: Server, database: str
) -> None:
    case = stage.notified()

    async def story() -> None:
        async with aclosing(await listening(stage.ward)) as line:
            server.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                f"where datname = '{database}' and usename = 'sammanhang_app'"
            )
            assert "event: restart" in await next_event(line)
            await asyncio.to_thread(live_act, stage, case)
            assert f"id: {case}-3" in await next_event(line)

    asyncio.run(story())


def session_of(who: Acting, signed_in: float) -> SessionStore:
    session = SessionStore()
    session[SESSION_KEY] = asdict(who)
    session[SIGNED_IN] = signed_in
    session.create()
    return session


def test_a_line_may_stay_open_only_in_the_same_assignment_while_it_is_in_force(
    stage: Stage,
) -> None:
    old = session_of(stage.ward, time.time() - LONGEST_SESSION - 1)
    session = session_of(stage.ward, time.time())

    assert not still(old.session_key, stage.ward)
    assert still(session.session_key, stage.ward)
    assert not still(session.session_key, stage.officer)
    assert not still("okänd", stage.ward)
    ends(stage.ward)
    assert not still(session.session_key, stage.ward)


def ends(who: Acting) -> None:
    owner(
        "update directory_assignment set until = current_date where id = %s returning id",
        who.assignment,
    )


@pytest.mark.parametrize("how", ["assignment", "session"])
def test_a_silent_line_ends_at_once_when_the_assignment_or_the_session_does(
    stage: Stage, how: str
) -> None:
    session, other = session_of(stage.ward, time.time()), session_of(stage.officer, time.time())

    def line_in(who: Acting, key: str | None) -> AsyncGenerator[bytes, None]:
        async def still_acting() -> bool:
            return await live.in_thread(still, key, who)

        return cast(
            AsyncGenerator[bytes, None], live.stream(who.unit, told, still_acting, who.person)
        )

    def happens() -> None:
        try:
            ends(stage.ward) if how == "assignment" else session.delete()
        finally:
            connection.close()

    async def story() -> None:
        line = line_in(stage.ward, session.session_key)
        stays = line_in(stage.officer, other.session_key)
        assert "event: ready" in await next_event(line)
        assert "event: restart" in await next_event(line)
        assert "event: ready" in await next_event(stays)
        await asyncio.to_thread(happens)
        assert "event: signed-out" in await next_event(line)
        assert not live.hub.people[stage.officer.person].copy().pop().ask
        await stays.aclose()

    asyncio.run(story())
