"""How wide text gets, roughly, since a diagram is laid out where no font is at hand.

Estimates lean to the wide side, so that text fits in whatever sans serif the reader has.
"""

from __future__ import annotations

_NARROW, _SLIM, _WIDE = set("ijlI.,:;'|!"), set("ftr()[]-·”/ "), set("mwMWÅÄÖ@%—")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels at a font size in pixels."""
    return sum(map(_em, text)) * size * (1.07 if bold else 1.0)


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.31
    if character in _SLIM:
        return 0.38
    if character in _WIDE:
        return 0.88
    return 0.70 if character.isupper() else 0.59


def wrap(text: str, size: float, room: float, *, bold: bool = False) -> tuple[str, ...]:
    """Lines that fit in the room; a word too long for a line of its own is hyphenated."""
    lines: list[str] = [""]
    for word in text.split():
        for piece in _pieces(word, size, room, bold):
            longer = f"{lines[-1]} {piece}".strip()
            if width(longer, size, bold=bold) <= room or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(piece)
    return tuple(lines)


def _pieces(word: str, size: float, room: float, bold: bool) -> list[str]:
    pieces: list[str] = []
    while width(word, size, bold=bold) > room and len(word) > 3:
        cut = len(word) - 2
        while cut > 2 and width(word[:cut] + "-", size, bold=bold) > room:
            cut -= 1
        pieces.append(word[:cut] + "-")
        word = word[cut:]
    return [*pieces, word]
