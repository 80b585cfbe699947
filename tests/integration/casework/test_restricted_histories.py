"""Whatever happens in a case, nobody but those it was for is given a restricted value by anything
the database can be asked. Who that is, is told a second time here, naively."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from everything import shown_by_database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage import Stage

from sammanhang.access.acting import Acting
from sammanhang.casework import chain
from sammanhang.casework.actions import NoSuchCase, Performed

UNITS = ("ward", "other_ward", "centre", "other_centre", "officer", "other_officer")
ACTS = ("tells", "corrects", "corrects other", "hands over", "joins", "withdraws", "acknowledges")
STEPS = st.lists(st.tuples(st.sampled_from(UNITS), st.sampled_from(ACTS)), max_size=12)


@dataclass
class Naive:
    """Who knows what. `wrote` and `told`: units by secret; `kommun`: who holds the part now."""

    kommun: set[str]
    messages: list[tuple[int, str]] = field(default_factory=list)
    """Number and latest secret, of messages."""
    wrote: dict[str, set[str]] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)

    def said(self, secret: str, by: str, also_by: set[str], to: set[str]) -> None:
        self.wrote[secret] = {by} | also_by
        self.told[secret] = set(to)

    def handed_over(self, old: str, new: str) -> None:
        for secret in self.wrote:
            if old in self.wrote[secret]:
                self.wrote[secret].add(new)
            if old in self.told[secret] and old in self.kommun:
                self.told[secret].add(new)
        if old in self.kommun:
            self.kommun = self.kommun - {old} | {new}

    def knows(self, unit: str) -> set[str]:
        return {one for one in self.wrote if unit in self.wrote[one] | self.told[one]}


def does(stage: Stage, naive: Naive, case: int, who: Acting, act: str, secret: str) -> None:
    """One step, if it can be done; and what it makes known to whom."""
    other = {
        stage.ward.unit: stage.other_ward.unit, stage.other_ward.unit: stage.ward.unit,
        stage.centre.unit: stage.other_centre.unit, stage.other_centre.unit: stage.centre.unit,
        stage.officer.unit: stage.other_officer.unit, stage.other_officer.unit: stage.officer.unit,
    }[who.unit]  # fmt: skip
    ward = who.unit in (stage.ward.unit, stage.other_ward.unit)
    number, last = naive.messages[-1] if naive.messages else (0, "")

    def done(name: str, data: dict[str, Any]) -> int | None:
        try:
            result = stage.does(who, case, name, data)
        except NoSuchCase:
            return None
        return result.seq if isinstance(result, Performed) else None

    match act:
        case "tells":
            seq = done("socialt-meddelande", {"hemma": secret, "text": "Hej."})
            if seq is not None:
                naive.said(secret, who.unit, set(), naive.kommun - {who.unit})
                naive.messages.append((seq, secret))
        case "corrects" if number:
            if done("rättelse", {"meddelande": number, "värden": {"hemma": secret}}):
                naive.said(secret, who.unit, set(), naive.told[last])
                naive.wrote[secret] |= naive.wrote[last]
                naive.messages[-1] = (number, secret)
        case "corrects other" if number:
            done("rättelse", {"meddelande": number, "värden": {"text": f"Hej {secret[:2]}."}})
        case "hands over":
            name, place = (
                ("byte-av-avdelning", "ny-avdelning") if ward else ("vidarebefordran", "rätt-enhet")
            )
            if done(name, {place: other}):
                naive.handed_over(who.unit, other)
        case "joins" if done("ansluta-kommun", {"kommun-enhet": stage.other_officer.unit}):
            naive.kommun.add(stage.other_officer.unit)
        case "withdraws" if number:
            if done("återtagande", {"meddelande": number}):
                naive.messages.pop()
        case "acknowledges":
            done("kvittens", {})
        case _:
            pass


def test_nobody_is_given_what_was_for_others(stage: Stage) -> None:
    numbers = count(1)
    units = [getattr(stage, name) for name in UNITS]

    @given(STEPS)
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(steps: list[tuple[str, str]]) -> None:
        case = stage.notified()
        naive = Naive({stage.officer.unit})
        mine: set[str] = set()
        for name, act in [("ward", "tells"), *steps]:
            secret = f"hemlighet-{next(numbers):06}-slut"
            mine.add(secret)
            does(stage, naive, case, getattr(stage, name), act, secret)
        for who in units:
            given_it = shown_by_database(who, case)
            assert {one for one in mine if one in given_it} == naive.knows(who.unit)
        assert list(chain.verify(case)) == []

    holds()
