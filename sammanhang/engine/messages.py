"""Which messages stand where: in a unit's inbox, or among those it may take back or correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from sammanhang.engine.model import Done
from sammanhang.engine.plan import Plan
from sammanhang.guideline.model import Effect


class Told(Protocol):
    """What is asked of a case here, whether under change or not."""

    @property
    def done(self) -> Mapping[int, Done]: ...

    @property
    def heirs(self) -> Mapping[str, str]: ...


def is_unacknowledged(plan: Plan, done: Done, unit: str) -> bool:
    """Whether it stands in the unit's inbox and nobody there has taken it, as it now reads."""
    if unit not in done.recipients or done.revoked_by is not None:
        return False
    latest = done.corrected_by[-1] if done.corrected_by else 0
    for taken in done.receipts:
        if taken.unit == unit and taken.seq > latest:
            return False
    act = plan.process.acts.get(done.act)
    return act is not None and (act.effect is None or done.act in plan.receipts)


def messages_to_acknowledge(
    plan: Plan, done: Mapping[int, Done], unit: str, named: object
) -> Iterator[Done]:
    """Those in a unit's inbox: all, or the one with a number, or all of an act."""
    for one in _named(done, named):
        if unit in one.recipients and is_unacknowledged(plan, one, unit):
            yield one


def _named(done: Mapping[int, Done], named: object) -> Iterable[Done]:
    """The latest first, which is most often the one that is asked for."""
    if isinstance(named, int):
        return (done[named],) if named in done else ()
    latest_first = reversed(list(done.values()))
    return latest_first if named is None else (one for one in latest_first if one.act == named)


def own_message(plan: Plan, case: Told, unit: str, named: object, effect: Effect) -> Done | None:
    """The latest act in force that the unit did, or the one whose place it took, and may take
    back or correct; by number or by name of act. A hand-over can't be taken back: the unit that
    has the case now hands it on."""
    for done in _named(case.done, named):
        act = plan.process.acts.get(done.act)
        if (
            done.in_force
            and act is not None
            and act.effect is None
            and act.hands_over_to is None
            and (done.recipients if effect is Effect.WITHDRAWS else plan.fields[done.act])
            and unit in (done.unit, heir_of(case.heirs, done.unit))
        ):
            return done
    return None


def heir_of(heirs: Mapping[str, str], unit: str) -> str:
    """The unit that now stands in a unit's place: itself, unless it handed over."""
    while unit in heirs:
        unit = heirs[unit]
    return unit
