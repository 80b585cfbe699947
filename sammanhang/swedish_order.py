"""Swedish order: å, ä and ö last, other accents as their letters. The database sorts by bytes."""

from __future__ import annotations

import unicodedata

_LAST = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}
"""The characters that follow z."""


def swedish_sort_key(text: str) -> str:
    """A key that sorts by code point as Swedish words sort. Case doesn't count."""
    return unicodedata.normalize("NFC", text.lower()).translate(_KEYS)


class _Keys(dict[int, str]):
    """What each character sorts as, worked out the first time it is met."""

    def __missing__(self, code: int) -> str:
        mark = chr(code)
        self[code] = _LAST.get(mark) or _plain(mark)
        return self[code]


_KEYS = _Keys()


def _plain(mark: str) -> str:
    if mark.isascii():
        return mark
    return "".join(part for part in unicodedata.normalize("NFKD", mark) if part.isascii()) or mark
