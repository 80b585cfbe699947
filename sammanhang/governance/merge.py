"""Two texts that were made from the same one, put together line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Row:
    """Lines side by side; `same` where the texts don't differ."""

    same: bool
    old: tuple[str, ...]
    new: tuple[str, ...]


def side_by_side(old: str, new: str, around: int = 2) -> list[Row | None]:
    """What differs, with some lines around it; None stands for lines that are left out."""
    before, after = old.split("\n"), new.split("\n")
    found: list[Row | None] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(around):
        found += [None] if group[0][1] else []
        found += [
            Row(tag == "equal", tuple(before[a:b]), tuple(after[c:d])) for tag, a, b, c, d in group
        ]
    return found


@dataclass(frozen=True, slots=True)
class Merged:
    """`both`: lines where the two had changed the same differently. There both stand, between
    marks."""

    text: str
    both: tuple[int, ...]


def merge(base: str, mine: str, theirs: str, my_name: str, their_name: str) -> Merged:
    """What both changed of `base`: changes in different places are both made."""
    lines = base.split("\n")
    changes = sorted([*_changes(lines, mine, 0), *_changes(lines, theirs, 1)])
    done: list[str] = []
    at = 0
    both: list[int] = []
    while changes:
        together = [changes.pop(0)]
        end = together[0][1]
        while changes and (changes[0][0] < end or changes[0][0] == together[0][0]):
            together.append(changes.pop(0))
            end = max(end, together[-1][1])
        start = together[0][0]
        done += lines[at:start]
        sides = [_side(lines, start, end, [c for c in together if c[2] == who]) for who in (0, 1)]
        changed = {change[2] for change in together}
        if len(changed) == 1:
            done += sides[changed.pop()]
        elif sides[0] == sides[1]:
            done += sides[0]
        else:
            both.append(len(done) + 1)
            done += [f"<<<<<<< {my_name}", *sides[0], "=======", *sides[1], f">>>>>>> {their_name}"]
        at = end
    return Merged("\n".join([*done, *lines[at:]]), tuple(both))


def is_marked(text: str) -> bool:
    """Whether marks of a merge are left in a text."""
    return any(line.startswith(("<<<<<<< ", ">>>>>>> ")) for line in text.split("\n"))


_Change = tuple[int, int, int, tuple[str, ...]]
"""From line, to line, whose, and the lines instead."""


def _changes(lines: Sequence[str], text: str, who: int) -> Iterator[_Change]:
    after = text.split("\n")
    for tag, a, b, c, d in SequenceMatcher(None, lines, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield a, b, who, tuple(after[c:d])


def _side(lines: Sequence[str], start: int, end: int, changes: Sequence[_Change]) -> list[str]:
    done: list[str] = []
    at = start
    for a, b, _, instead in changes:
        done += [*lines[at:a], *instead]
        at = b
    return [*done, *lines[at:end]]
