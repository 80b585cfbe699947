"""The sessions of those signed in: rows of ours, known by a hash of the key in the browser.

A session ends when one signs out, in any window of one's own; when nothing has been asked for in
it for `settings.IDLE`; when the assignment that it acts in ends or changes; and a shift after one
signed in (access/acting.py). See sql/sessions.sql.
"""

from __future__ import annotations

import getpass
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import connection, connections, transaction
from django.utils import timezone

ACTING = "acting"
"""In a session: in which assignment one acts (`Acting`, as a dictionary)."""
SIGNED_IN = "signed in"
"""In a session: when one signed in, in seconds. Switching doesn't change it."""
AUTHENTICATED = "authenticated"
"""In a session: when the person last showed who they are, in seconds."""
PERSON = "person"
"""In a session: the HSA-id that the identity provider vouches for."""
ID_TOKEN = "id token"  # noqa: S105
"""In a session: what the provider said, by which one signs out there."""
THERE = "there"
"""In a session: [person, session], as the identity provider calls them; empty if it doesn't."""
BROWSER = "browser"
"""In a session: what it was begun with, in words."""
TOLD = "told"
"""In a session: what the person is told of this and earlier sign-ins (access/sign_ins.py)."""
BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def browser(agent: str) -> str:
    """A browser and its system as people call them: `Edge, Windows`."""
    known = [
        next((name for mark, name in names.items() if mark in agent), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(one for one in known if one)


def hashed(key: str) -> str:
    """What is kept of a key: long and random as it is, it needs no salt."""
    return hashlib.sha256(key.encode()).hexdigest()


class SessionStore(SessionBase):
    """As Django asks for a session, each time one plain statement: every request does."""

    def load(self) -> dict[str, Any]:
        found = self._read(alive=True)
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found)

    def look(self) -> dict[str, Any]:
        """What the session holds, without this being a sign of life from the one who sits there."""
        found = self._read(alive=False)
        return {} if found is None else self.decode(found)

    def _read(self, *, alive: bool) -> str | None:
        key = self.session_key or ""
        if not key.isalnum():  # as all keys are that we have given
            return None
        return _one(
            "select access_session_read(%s, %s, %s, %s)",
            hashed(key), settings.IDLE, alive, timezone.localdate(),
        )  # fmt: skip

    def exists(self, session_key: str) -> bool:
        return bool(SessionStore(session_key).look())

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        acting = data.get(ACTING)
        written = _one(
            "select access_session_write(%s, %s, %s, %s, %s, %s, %s)",
            hashed(self.session_key), acting and acting["person"], acting and _acts(acting),
            [hashed(name) if name else None for name in data.get(THERE, ("", ""))],
            self.encode(data), self.get_expiry_date(), must_create,
        )  # fmt: skip
        if not written:
            raise CreateError if must_create else UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            _one("select access_session_end(%s)", hashed(key))


def _acts(acting: dict[str, Any]) -> list[str]:
    """[the assignment, what it gives], as `access_rights` says it."""
    rights = [acting[name] for name in ("person", "unit", "unit_type", "role")]
    return [str(acting["assignment"]), " ".join(rights)]


def _one(sql: str, *given: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchone()[0]


# --- One's own sessions, read in one's own scope --------------------------------------------


@dataclass(frozen=True, slots=True)
class Session:
    """A session of one's own that is going on."""

    number: int
    unit_name: str
    browser: str
    signed_in: datetime
    seen_at: datetime
    this: bool


def of_person(person: str, this: str | None) -> list[Session]:
    """The person's sessions, the latest used first. `this`: the key of the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, key, data, seen_at from access_session "
            "where person = %s and ends_at > now() and seen_at > now() - %s "
            "order by seen_at desc, id desc",
            [person, settings.IDLE],
        )
        rows = cursor.fetchall()
    mine = hashed(this or "")
    store = SessionStore()
    return [
        Session(
            number,
            held[ACTING]["unit_name"],
            held.get(BROWSER, ""),
            datetime.fromtimestamp(held[SIGNED_IN], UTC),
            seen,
            key == mine,
        )
        for number, key, data, seen in rows
        if (held := store.decode(data)).get(ACTING)
    ]


def end(person: str, number: int | None = None) -> int:
    """Ends one of the person's sessions, or all. How many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from access_session where person = %s and (%s::bigint is null or id = %s)",
            [person, number, number],
        )
        return cursor.rowcount


def end_others(person: str, this: str | None) -> int:
    """Ends the person's sessions but the one that asks. How many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from access_session where person = %s and key <> %s",
            [person, hashed(this or "")],
        )
        return cursor.rowcount


def ended_there(subject: str, session: str) -> list[str]:
    """Ends the session that the provider says has ended there, or all of its person's where it
    names none. Whose they were, each time; `-` where nobody acted yet."""
    return _one(
        "select access_session_ended_there(%s, %s)",
        *(hashed(name) if name else None for name in (subject, session)),
    )


def end_as_keeper(person: str | None) -> int:
    """Ends a person's sessions, or everybody's; noted in the log. How many there were."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "delete from access_session where %s::text is null or person = %s", [person, person]
        )
        ended = cursor.rowcount
        cursor.execute(
            "insert into access_log (person, unit, action, why) values (%s, '', %s, 'keeper')",
            [f"konto:{getpass.getuser()}", f"write:sessions-ended:{person or '*'}:{ended}"],
        )
    return ended
