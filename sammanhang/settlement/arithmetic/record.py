"""A statement as JSON and back, without loss; and the hash that seals a month."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.arithmetic.statement import Basis, Charge, Line, Statement
from sammanhang.settlement.arithmetic.stays import Readiness, Waited


def to_json(one: Statement) -> dict[str, Any]:
    """JSON values only; days and sums as text, so that no number is rounded on its way."""
    return {
        "municipality": one.municipality,
        "month": one.month.isoformat(),
        "free_days": str(one.free_days),
        "lines": [_line(line) for line in one.lines],
        "charges": [_charge(charge) for charge in one.charges],
    }


def from_json(data: Mapping[str, Any]) -> Statement:
    """The statement that `to_json` gave."""
    return Statement(
        municipality=data["municipality"],
        month=date.fromisoformat(data["month"]),
        lines=tuple(_line_from(line) for line in data["lines"]),
        charges=tuple(_charge_from(charge) for charge in data["charges"]),
        free_days=Decimal(data["free_days"]),
    )


def digest(parts: Sequence[Any]) -> str:
    """The hash of JSON values, in hexadecimal: the same values always have the same."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _line(line: Line) -> dict[str, Any]:
    return {
        "stay": line.stay_id,
        "specialty": line.specialty.value,
        "days": line.days,
        "basis": line.basis.value,
        "liable": line.liable_days,
        "reason": line.reason,
        "section": line.section,
        "waited": [_waited(one) for one in line.waited],
    }


def _line_from(data: Mapping[str, Any]) -> Line:
    return Line(
        stay_id=data["stay"],
        specialty=Specialty(data["specialty"]),
        days=data["days"],
        basis=Basis(data["basis"]),
        liable_days=data["liable"],
        reason=data["reason"],
        section=data["section"],
        waited=tuple(_waited_from(one) for one in data["waited"]),
    )


def _waited(one: Waited) -> list[Any]:
    told = one.readiness
    moments = (told.notice_at, told.withdrawn_at, told.called_at)
    texts = [moment.isoformat() if moment else None for moment in moments]
    return [one.first.isoformat(), one.end.isoformat(), one.days, *texts]


def _waited_from(data: Sequence[Any]) -> Waited:
    first, end, days, notice, withdrawn, called = data
    told = Readiness(
        datetime.fromisoformat(notice),
        datetime.fromisoformat(withdrawn) if withdrawn else None,
        datetime.fromisoformat(called) if called else None,
    )
    return Waited(date.fromisoformat(first), date.fromisoformat(end), days, told)


def _charge(charge: Charge) -> dict[str, Any]:
    return {
        "basis": charge.basis.value,
        "specialty": charge.specialty.value,
        "days": str(charge.days),
        "price_ore": charge.price_ore,
        "section": charge.section,
        "stay": charge.stay_id,
    }


def _charge_from(data: Mapping[str, Any]) -> Charge:
    return Charge(
        basis=Basis(data["basis"]),
        specialty=Specialty(data["specialty"]),
        days=Decimal(data["days"]),
        price_ore=data["price_ore"],
        section=data["section"],
        stay_id=data["stay"],
    )
