"""The server's log: one JSON object to a line, which tells what went wrong and of nobody.

Identity numbers are taken out however they are written. Of an exception its kind and where in the
code it came from are told; its words only where they can't hold what somebody typed or is called.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_BETWEEN = r"(?:[\s+.,_/·\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]|%[0-9A-F]{2}){0,3}"
_MONTH_AND_DAY = r"(?:0B[1-9]|1B[0-2])B(?:[06]B[1-9]|[12789]B\d|[39]B[01])"
_NUMBER = re.compile(
    (
        rf"(?<!\d)(?:(?:1B[89]|2B0)B)?\dB\dB{_MONTH_AND_DAY}B[\dA-Z]B[\dA-Z]B\dB[\dA-Z](?!\d)"
    ).replace("B", _BETWEEN),
    re.IGNORECASE,
)
"""Ten or twelve digits of which some are a month and a day (of a coordination number, 60 more),
with whatever looks like a dash or a space between them; reserve numbers end in letters too."""
TELL_OF_CODE = (AttributeError, ImportError, NameError, NotImplementedError, TypeError)
"""Exceptions whose words are of names and types in the code."""
DEEPEST = 30  # frames told of an exception
LONGEST = 2000


def without_identity_numbers(text: str) -> str:
    digits = text if text.isascii() else _with_plain_digits(text)
    kept, reached = [], 0
    for found in _NUMBER.finditer(digits):
        kept += [text[reached : found.start()], "[nummer]"]
        reached = found.end()
    return "".join([*kept, text[reached:]])


def _with_plain_digits(text: str) -> str:
    """Digits of every alphabet as our own, each still one sign."""
    return "".join(str(int(one)) if one.isdecimal() else one for one in text)


class JsonLines(logging.Formatter):
    """A record as a line: nothing in it can begin another, or steer the screen it is read on."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_identity_numbers(record.getMessage())[:LONGEST],
        }
        if request := getattr(record, "request", None):
            told |= of_request(request)
        if record.exc_info and record.exc_info[1]:
            told["errors"] = list(errors(record.exc_info[1]))
        return printable(json.dumps(told, ensure_ascii=False))


def of_request(request: Any) -> dict[str, str]:
    """What was asked for and from where. By whom is in the access log, and in the lines that tell
    who was let in (access/requires.py)."""
    meta = getattr(request, "META", {})
    return {
        "method": str(getattr(request, "method", "")),
        "path": without_identity_numbers(str(getattr(request, "path", "")))[:LONGEST],
        "from": str(meta.get("REMOTE_ADDR", "")),
    }


def errors(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """An exception and those that led to it, the last first."""
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
        told: dict[str, Any] = {
            "type": f"{type(error).__module__}.{type(error).__qualname__}",
            "frames": [f"{one.filename}:{one.lineno} {one.name}" for one in frames],
        }
        if isinstance(error, TELL_OF_CODE):
            told["text"] = without_identity_numbers(str(error))[:LONGEST]
        yield told | _of_database(error)
        error = error.__cause__ or error.__context__


def _of_database(error: BaseException) -> dict[str, str]:
    """Which rule of the database was broken; not by which value."""
    told = getattr(error, "diag", None)
    names = ("sqlstate", "constraint_name", "table_name", "column_name")
    return {name: value for name in names if (value := getattr(told, name, None))}


def printable(line: str) -> str:
    """Line breaks of every alphabet, and marks that turn the direction of text, as escapes."""
    if line.isprintable():
        return line
    return "".join(one if one.isprintable() else _escaped(one) for one in line)


def _escaped(one: str) -> str:
    return json.dumps(one)[1:-1]
