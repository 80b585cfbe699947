"""Swedish order: å, ä and ö last, other accents as their letters. The database sorts by bytes."""

from __future__ import annotations

import unicodedata

_LAST = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}
"""The characters that follow z."""


def swedish_sort_key(text: str) -> str:
    """A key that sorts by code point as Swedish words sort. Case doesn't count."""
    return "".join(
        _LAST.get(mark) or _plain(mark) for mark in unicodedata.normalize("NFC", text.lower())
    )


def _plain(mark: str) -> str:
    if mark.isascii():
        return mark
    return "".join(part for part in unicodedata.normalize("NFKD", mark) if part.isascii()) or mark
