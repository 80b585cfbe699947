"""A case told as a table of what happens, and read as a table of what is owed.

    2026-03-02 10:00  W1  inskrivning  behov=ja  dagar=3

is an event: Swedish time, unit, act, and what is filled in. `värden.behov=nej` corrects a value;
`behov=` takes it away; a comma makes a list.

    W1  kallelse  2026-03-05 23:59  open

is an obligation: unit, act, due in Swedish time (`-` when it is not bound in time), state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sammanhang.engine import Case, Command, Refusal, decide, evolve, possible, start
from sammanhang.engine.calendar import STOCKHOLM, local
from sammanhang.guideline.model import Process

PARTIES = {"slutenvård": ["W1"], "kommun": ["K1"]}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def rows(table: str) -> list[str]:
    """The rows of a table, with single spaces."""
    return [" ".join(line.split()) for line in table.strip().splitlines() if line.strip()]


@dataclass
class History:
    process: Process
    case: Case
    refusals: list[Refusal] = field(default_factory=list)

    def then(self, happens: str) -> "History":
        for line in rows(happens):
            self._one(line)
        return self

    def _one(self, line: str) -> None:
        day, clock, unit, act, *filled = line.split(" ")
        command = Command(unit, "Anna", act, _data(filled))
        decided = decide(self.process, self.case, command, moment(f"{day} {clock}"))
        if isinstance(decided, Refusal):
            self.refusals.append(decided)
            return
        for event in decided:
            self.case = evolve(self.process, self.case, event)

    def owed(self, at: str) -> list[str]:
        """Every obligation, in the order they started, as it stands at a moment."""
        now = moment(at)
        return [
            f"{owed.unit} {owed.act} "
            f"{local(owed.due).strftime('%Y-%m-%d %H:%M') if owed.due else '-'} "
            f"{owed.state(now).value}"
            for owed in self.case.obligations.values()
        ]

    def refused(self) -> list[str]:
        """The reason of each refusal, with the section it cites."""
        return [f"{one.reason} ({one.section})" for one in self.refusals]

    def possible(self, unit: str, at: str) -> list[str]:
        return [act for act, by in possible(self.process, self.case, moment(at)) if by == unit]

    @property
    def phase(self) -> str | None:
        return self.case.phase


def told(
    process: Process, happens: str = "", parties: Mapping[str, Sequence[str]] = PARTIES
) -> History:
    return History(process, start(process, parties)).then(happens)


def _data(filled: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for pair in filled:
        name, _, text = pair.partition("=")
        value: Any = text.split(",") if "," in text else text or None
        if name.startswith("värden."):
            data.setdefault("värden", {})[name.removeprefix("värden.")] = value
        else:
            data[name] = value
    return data
