"""Writing: starting a draft, saving it, saying that one has it open, proposing it; and what was
decided on it.

Run in the scope of who does it; row security lets only process leaders write, and only
secretaries register decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction

from sammanhang.access.acting import Acting
from sammanhang.access.requires import Denied
from sammanhang.casework.documents import DayHasBegun, InForce, put_in_force
from sammanhang.governance.drafts import (
    DECIDED,
    DRAFT,
    REFERRED,
    Saving,
    Version,
    saving,
    version,
)

LARGEST = 400_000
"""Bytes of a document: ten times the county guideline."""


class NotSaved(Exception):
    """A text that can't be kept; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Saved:
    """`revision`: the text's own. `met`: what someone else had saved meanwhile; the text then lies
    beside the draft until the two are put together."""

    revision: int
    met: Saving | None = None


def start(
    *, acting: Acting, document: str, file: str, title: str, based_on: str | None, text: str
) -> int:
    """A new draft with its first text. Its number."""
    _check_size(text)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into governance_version (document, file, title, based_on, started_by) "
            "values (%s, %s, %s, %s, %s) returning id",
            [document, file, title, based_on, acting.person],
        )
        number = cursor.fetchone()[0]
        _insert(number, 1, 0, False, text, acting)
        _stand(number, acting, DRAFT, revision=1)
    return number


def save(*, acting: Acting, number: int, onto: int, text: str) -> Saved:
    """Saves a text that was made from the revision `onto`. If somebody has saved another since
    then, both are kept: theirs as the draft, this one beside it."""
    text = text.replace("\r\n", "\n")
    _check_size(text)
    _lock(number)
    now = version(number)
    if not now.is_draft:
        raise NotSaved(
            f"Texten är {now.standing.status} och kan inte ändras. Börja ett nytt utkast."
        )
    if text == now.head.text:
        return Saved(now.head.revision)
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(revision) + 1, max(revision) filter (where aside and saved_by = %s "
            "and text = %s and onto = %s) from governance_saving where version = %s",
            [acting.person, text, onto, number],
        )
        following, already = cursor.fetchone()
    if not 0 < onto < following:
        raise Denied("saving")
    met = now.head if onto != now.head.revision else None
    if already and met:
        return Saved(already, met)
    _insert(number, following, onto, met is not None, text, acting)
    return Saved(following, met)


def propose(
    *, acting: Acting, number: int, onto: int, as_number: str, in_force_from: date | None
) -> None:
    """Proposes the draft as it stands, so that it is sent out for opinions. `onto`: the revision
    that one has seen; a later one is nothing that one has proposed."""
    _lock(number)
    now = version(number)
    if not now.is_draft:
        raise NotSaved(f"Texten är redan {now.standing.status}.")
    if now.head.revision != onto:
        raise NotSaved(
            f"{now.head.name} har sparat en annan text. Läs den först och föreslå sedan."
        )
    _stand(number, acting, REFERRED, onto, as_number, in_force_from)


def decide(*, acting: Acting, number: int, decision: str, binds_running: bool, today: date) -> None:
    """Registers that the version has been decided: from its day cases run under it."""
    _lock(number)
    now = version(number)
    _check_referred(now)
    since, as_number = now.standing.in_force_from, now.standing.number
    if since is None or as_number is None:
        raise NotSaved("Texten säger inte från vilken dag den ska gälla. Sänd tillbaka den.")
    text = saving(number, now.standing.revision).text
    _stand(number, acting, DECIDED, now.standing.revision, as_number, since, decision)
    try:
        with transaction.atomic():
            put_in_force(
                InForce(
                    now.document, as_number, now.file, text, since, binds_running=binds_running
                ),
                today,
            )
    except DayHasBegun:
        raise NotSaved("Dagen då texten skulle börja gälla har redan kommit.") from None
    except IntegrityError:
        raise NotSaved(f"Version {as_number} är redan beslutad.") from None


def send_back(*, acting: Acting, number: int) -> None:
    """The version is a draft again."""
    _lock(number)
    now = version(number)
    _check_referred(now)
    _stand(number, acting, DRAFT, now.standing.revision)


def _check_referred(now: Version) -> None:
    if now.standing.status != REFERRED:
        raise NotSaved(f"Versionen är redan {now.standing.status}.")


def say_present(*, acting: Acting, number: int) -> None:
    """That one has the draft open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into governance_writing (version, person, name) values (%s, %s, %s) "
            "on conflict (version, person) do update set seen_at = now()",
            [number, acting.person, acting.person_name],
        )
        cursor.execute("delete from governance_writing where seen_at < now() - interval '1 hour'")


def _check_size(text: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise NotSaved(f"Texten är för lång. Den får vara högst {LARGEST // 1000} kB; dela den.")
    if not text.strip():
        raise NotSaved("Texten är tom. Ett utkast kan inte sparas utan text.")


def _lock(number: int) -> None:
    """One at a time, so that two savings never take one place."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('governance_version'), %s)", [number])


def _insert(number: int, revision: int, onto: int, aside: bool, text: str, acting: Acting) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into governance_saving (version, revision, onto, aside, text, saved_by, name) "
            "values (%s, %s, %s, %s, %s, %s, %s)",
            [number, revision, onto, aside, text, acting.person, acting.person_name],
        )


def _stand(
    number: int,
    acting: Acting,
    status: str,
    revision: int,
    as_number: str | None = None,
    in_force_from: date | None = None,
    decision: str | None = None,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into governance_standing "
            "(version, seq, status, revision, number, in_force_from, decision, by, name) "
            "select %s, coalesce(max(seq), 0) + 1, %s, %s, %s, %s, %s, %s, %s "
            "from governance_standing where version = %s",
            [number, status, revision, as_number, in_force_from, decision,
             acting.person, acting.person_name, number],
        )  # fmt: skip
