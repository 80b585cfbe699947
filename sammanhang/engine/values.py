"""What a person fills in, checked against the fields of an act. Everything here is untrusted.

The JSON form of a value, by type of field: datum "2026-03-05"; tidpunkt ISO 8601 with offset;
tid "12:30"; ja-nej "ja" or "nej"; val one of the choices; flerval a list of them; tal a number;
meddelande the number (seq) of an event or the name of its act; bilaga {"id", "namn"}; the rest
a string. An empty string, an empty list and null all mean: not filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

from sammanhang.engine.calendar import end_of_day, local, start_of_day
from sammanhang.guideline.model import Field, FieldType

LONGEST = {FieldType.TEXT: 200, FieldType.LONG_TEXT: 20_000}
LONGEST_NAME = 200
LARGEST = 10**12
_NEWLINES = re.compile("\r\n?|\x0b|\u2028|\u2029")
"""As other programs write them when one pastes; ours is the line feed."""
_UNSTORABLE = re.compile("[\x00-\x08\x0c-\x1f\ud800-\udfff]")
"""Control characters and lone surrogates, which neither JSON nor the database can keep."""
_CLOCK = re.compile("([0-9]{1,2})[:.]([0-5][0-9])(?:[:.][0-5][0-9])?")
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


class Faulty(Exception):
    """A value that can't be accepted; the message is for the person who typed it."""


def check(
    fields: Mapping[str, Field], data: Mapping[str, Any], now: datetime, *, partial: bool = False
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values in normal form, and a message in Swedish for each field at fault.

    `partial`: required fields may be left out, as when only some values are corrected.
    """
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, raw in data.items():
        field = fields.get(name)
        if field is None:
            faults[shown(name)] = "Fältet finns inte i den här handlingen. Ta bort det."
        elif not is_empty(raw):
            try:
                values[name] = _CHECKS[field.type](field, raw, now)
            except Faulty as fault:
                faults[name] = str(fault)
        elif partial and field.required:
            faults[name] = f"{field.title} måste fyllas i."
        elif partial:
            values[name] = None
    if not partial:
        for name, field in fields.items():
            if field.required and name not in values and name not in faults:
                faults[name] = f"{field.title} måste fyllas i."
    return values, faults


def moment(field: Field, value: Any, *, ends: bool) -> datetime | None:
    """The moment (UTC) that a date or moment stands for: a date's end, or its start."""
    if not isinstance(value, str):
        return None
    if field.type is FieldType.DATE:
        day = date.fromisoformat(value)
        return end_of_day(day) if ends else start_of_day(day)
    if field.type is FieldType.MOMENT:
        return datetime.fromisoformat(value).astimezone(UTC)
    return None


def shown(name: object) -> str:
    """A name that came from outside, as it can be shown and stored."""
    text = name if isinstance(name, str) else ""
    return text[:LONGEST_NAME].encode(errors="replace").decode()


def is_empty(raw: Any) -> bool:
    return raw is None or raw == [] or (isinstance(raw, str) and not raw.strip())


def _string(raw: Any, longest: int) -> str:
    if not isinstance(raw, str):
        raise Faulty("Skriv text här.")
    text = _NEWLINES.sub("\n", raw).strip()
    if len(text) > longest:
        raise Faulty(f"Texten är {len(text)} tecken lång. Korta den till högst {longest}.")
    if _UNSTORABLE.search(text):
        raise Faulty("Texten har tecken som inte går att spara. Skriv om den.")
    return text


def _text(field: Field, raw: Any, now: datetime) -> str:
    return _string(raw, LONGEST[field.type])


def _name(field: Field, raw: Any, now: datetime) -> str:
    return _string(raw, LONGEST_NAME)


def _choice(field: Field, raw: Any, now: datetime) -> str:
    if not isinstance(raw, str) or raw not in field.choices:
        raise Faulty(f"Välj ett av alternativen: {', '.join(field.choices)}.")
    return raw


def _many(field: Field, raw: Any, now: datetime) -> list[str]:
    chosen = [raw] if isinstance(raw, str) else raw
    if not isinstance(chosen, list) or len(cast(list[Any], chosen)) > len(field.choices):
        raise Faulty(f"Välj bland alternativen: {', '.join(field.choices)}.")
    picked = {_choice(field, one, now) for one in cast(list[Any], chosen)}
    return [choice for choice in field.choices if choice in picked]


def _date(field: Field, raw: Any, now: datetime) -> str:
    if not isinstance(raw, str):
        raise Faulty("Skriv datumet som år-månad-dag, till exempel 2026-03-05.")
    try:
        day = date.fromisoformat(raw.strip())
    except ValueError:
        raise Faulty("Skriv datumet som år-månad-dag, till exempel 2026-03-05.") from None
    _within_reach(day.year)
    if not field.future and day > local(now).date():
        raise Faulty("Datumet får inte ligga i framtiden.")
    return day.isoformat()


def _moment(field: Field, raw: Any, now: datetime) -> str:
    try:
        at = datetime.fromisoformat(raw.strip()) if isinstance(raw, str) else None
    except ValueError:
        at = None
    if at is None:
        raise Faulty("Skriv dag och klockslag, till exempel 2026-03-05 14:30.")
    if at.tzinfo is None:
        raise Faulty("Ange tidszon också, till exempel 2026-03-05T14:30+01:00.")
    _within_reach(at.year)
    at = at.replace(microsecond=0)
    if not field.future and at > now:
        raise Faulty("Tidpunkten får inte ligga i framtiden.")
    return local(at).isoformat()


def _within_reach(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Faulty(f"Året ska ligga mellan {EARLIEST_YEAR} och {LATEST_YEAR}.")


def _time(field: Field, raw: Any, now: datetime) -> str:
    read = _CLOCK.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if read is None or int(read[1]) > 23:
        raise Faulty("Skriv klockslaget som timme:minut, till exempel 14:30.")
    return f"{read[1]:0>2}:{read[2]}"


def _yes_no(field: Field, raw: Any, now: datetime) -> str:
    if raw not in ("ja", "nej"):
        raise Faulty("Svara ja eller nej.")
    return str(raw)


def _number(field: Field, raw: Any, now: datetime) -> int | float:
    if isinstance(raw, str):
        try:
            raw = float(raw.strip().replace(",", "."))
        except ValueError:
            raise Faulty("Skriv ett tal.") from None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != raw:
        raise Faulty("Skriv ett tal.")
    if not -LARGEST <= raw <= LARGEST:
        raise Faulty("Talet är för stort.")
    return int(raw) if raw == int(raw) else raw


def _message(field: Field, raw: Any, now: datetime) -> int | str:
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise Faulty("Välj vilket meddelande det gäller.")
    if isinstance(raw, str) and raw.isdecimal() and raw.isascii() and len(raw) < 10:
        return int(raw)
    return raw if isinstance(raw, int) else _string(raw, LONGEST_NAME)


def _attachment(field: Field, raw: Any, now: datetime) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise Faulty("Bilagan kunde inte läsas. Välj filen igen.")
    given = cast(dict[Any, Any], raw)
    if set(given) != {"id", "namn"}:
        raise Faulty("Bilagan kunde inte läsas. Välj filen igen.")
    attachment = {key: _string(given[key], LONGEST_NAME) for key in ("id", "namn")}
    if not all(attachment.values()):
        raise Faulty("Bilagan kunde inte läsas. Välj filen igen.")
    return attachment


_CHECKS: Mapping[FieldType, Callable[[Field, Any, datetime], Any]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.CHOICE: _choice,
    FieldType.MANY: _many,
    FieldType.DATE: _date,
    FieldType.TIME: _time,
    FieldType.MOMENT: _moment,
    FieldType.YES_NO: _yes_no,
    FieldType.NUMBER: _number,
    FieldType.PERSON: _name,
    FieldType.UNIT: _name,
    FieldType.ATTACHMENT: _attachment,
    FieldType.MESSAGE: _message,
}
