"""Remarks on a document: collected, never raised, so that an author sees all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sammanhang.guideline.model import Finding, Place, Severity

MOST_SUGGESTIONS = 200
"""Nobody reads further than this, and looking for near names is the costly part."""


class Remarks:
    """What has been found in one file so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Finding] = []
        self._suggestions = 0

    def error(self, kind: str, line: int, text: str, rule: str | None = None) -> None:
        self._found.append(Finding(Place(self.file, line), Severity.ERROR, kind, text, rule))

    def warning(self, kind: str, line: int, text: str, rule: str | None = None) -> None:
        self._found.append(Finding(Place(self.file, line), Severity.WARNING, kind, text, rule))

    def suggestion(self, word: str, known: Iterable[str]) -> str | None:
        """The known name that the author most likely meant."""
        self._suggestions += 1
        if self._suggestions > MOST_SUGGESTIONS or len(word) > 80:
            return None
        names = list(known)
        folded = {name.casefold(): name for name in reversed(names)}
        near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
        return folded[near[0]] if near else None

    def did_you_mean(self, word: str, known: Iterable[str]) -> str:
        """` Menade du 'kallelse'?`, or nothing when no name is near."""
        near = self.suggestion(word, known)
        return f" Menade du '{near}'?" if near else ""

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self._found)

    def all(self) -> tuple[Finding, ...]:
        """In the order of the file; what was found first on a line stands first."""
        return tuple(sorted(self._found, key=lambda finding: finding.place.line))


def quoted(words: Iterable[str], last: str = "och") -> str:
    """`'a', 'b' och 'c'`, for messages."""
    names = [f"'{word}'" for word in words]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
