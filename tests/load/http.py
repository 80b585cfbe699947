"""Clients of the service, as lean as can be: they share the machine's cores with the server."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from tests.load.sizes import ACT, BOARD, PERSON, SECONDS, WORKERS


@contextmanager
def served() -> Iterator[int]:
    """The service with two workers, on the port given."""
    from sammanhang.site.processes import children, free_port, server_command

    port = free_port()
    with children() as running:
        running.start(server_command("127.0.0.1", port, 2))
        await_answer(port)
        yield port


def assignment(ward: str) -> tuple[int, str]:
    """(its number, the unit's kind): the person's own at the ward, as of everybody who acts."""
    from django.db import connections

    given = {"person": PERSON, "ward": ward}
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into directory_unit (hsa_id, type, organisation_id, synthetic) "
            "select %(ward)s, 'avdelning', min(number), true from directory_organisation "
            "on conflict do nothing",
            given,
        )
        cursor.execute(
            "insert into directory_staff (hsa_id, given_name, family_name, sort_key) "
            "values (%(person)s, 'Prov', 'Person', 'person prov') on conflict do nothing",
            given,
        )
        cursor.execute(
            "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
            "values (%(person)s, %(ward)s, 'ward_nurse', 'Vård och behandling', '2020-01-01') "
            "on conflict do nothing",
            given,
        )
        cursor.execute(
            "select a.id, u.type from directory_assignment a "
            "join directory_unit u on u.hsa_id = a.unit_id "
            "where a.staff_id = %(person)s and a.unit_id = %(ward)s",
            given,
        )
        return cursor.fetchone()


def session(ward: str) -> tuple[str, str]:
    """(session key, ward): someone signed in at the ward."""
    from sammanhang.access.sessions import ACTING, SIGNED_IN, SessionStore

    number, kind = assignment(ward)
    store = SessionStore()
    store[SIGNED_IN] = time.time()
    store[ACTING] = {
        "person": PERSON, "person_name": "Prov Person", "unit": ward, "unit_name": "Prov",
        "unit_type": kind, "assignment": number, "role": "ward_nurse",
    }  # fmt: skip
    store.create()
    return str(store.session_key), ward


class Client:
    """A lean HTTP client on one kept connection: what it costs is taken from the server's cores."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._kept = b""

    def ask(self, head: str, body: str = "") -> tuple[int, bytes]:
        """(status, body) for a request without its ending headers."""
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self._socket.sendall(f"{head}\r\nHost: localhost\r\n{length}\r\n{body}".encode())
        while (at := self._kept.find(b"\r\n\r\n")) < 0:
            self._more()
        headers, self._kept = self._kept[:at].lower(), self._kept[at + 4 :]
        found = re.search(rb"content-length: (\d+)", headers)
        wanted = int(found[1]) if found else 0
        while len(self._kept) < wanted:
            self._more()
        content, self._kept = self._kept[:wanted], self._kept[wanted:]
        return int(headers[9:12]), content

    def _more(self) -> None:
        more = self._socket.recv(1 << 17)
        if not more:
            raise SystemExit("Servern stängde förbindelsen.")
        self._kept += more


def clients(
    port: int,
    one: Callable[[Client, int], Any],
    many: int = WORKERS,
    seconds: float = SECONDS,
    every: float = 0,
) -> tuple[float, list[float]]:
    """Requests per second from some clients at once, and how many seconds each took. `every`: a
    client asks no oftener than with so many seconds in between."""
    took: list[float] = []

    def run(number: int) -> None:
        client = Client(port)
        one(client, number)
        n = number
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            n += many
            began = time.monotonic()
            one(client, n)
            took.append(time.monotonic() - began)
            time.sleep(max(0.0, began + every - time.monotonic()))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took) / seconds, took


def board(client: Client, session: tuple[str, str]) -> int:
    """How many people stand on it."""
    status, page = client.ask(f"GET /tavla/ HTTP/1.1\r\nCookie: sammanhang={session[0]}")
    if status != 200:
        raise SystemExit(f"tavla: {status}")
    return page.count(b"person-link")


def send(
    client: Client, sessions: list[tuple[str, str]], n: int, cases: int, key: UUID | None = None
) -> None:
    at = n % len(sessions)
    wards = max(1, cases // BOARD)
    case = at + 1 + wards * (n // len(sessions) % max(1, cases // wards))
    token = "a" * 32
    status, _ = client.ask(
        f"POST /arende/{case}/gor/{ACT}/ HTTP/1.1\r\n"
        f"Cookie: sammanhang={sessions[at][0]}; csrf={token}\r\n"
        "Content-Type: application/x-www-form-urlencoded",
        f"csrfmiddlewaretoken={token}&key={key or uuid4()}&f-meddelandetext=Rollator+hemma",
    )
    if status != 302:
        raise SystemExit(f"sändning: {status}")


def await_answer(port: int) -> None:
    for _ in range(300):
        try:
            Client(port).ask("GET /logga-in/ HTTP/1.1")
            return
        except OSError:
            time.sleep(0.1)
