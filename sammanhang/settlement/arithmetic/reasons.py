"""Why a stay comes to what it does, in words for the one who pays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sammanhang.guideline.liability import Individually, Notice, Threshold
from sammanhang.settlement.arithmetic.stays import Stay, Waited

_NOT_SENT = {
    Notice.ADMISSION: "inskrivningsmeddelande",
    Notice.READINESS: "underrättelse om utskrivningsklar",
    Notice.CALL: "kallelse till samordnad individuell plan",
}


def days_of(number: int) -> str:
    return "1 dag" if number == 1 else f"{number} dagar"


def not_counted(missing: Sequence[Notice], stay: Stay) -> str:
    late = Notice.ADMISSION in missing and stay.admission_notice_at is not None
    what = " och ".join(_NOT_SENT[notice] for notice in missing)
    when = " innan vårdtillfället tog slut" if late else ""
    return f"Räknas inte: {what} skickades inte{when}."


def _when(waited: Sequence[Waited]) -> str:
    return ", ".join(
        f"{one.first.isoformat()}–{one.end.isoformat()}"
        if one.end != one.first
        else one.first.isoformat()
        for one in waited
    )


def _leave(waited: Sequence[Waited]) -> str:
    away = sum((one.end - one.first).days - one.days for one in waited)
    return f", {days_of(away)} på permission avdragna" if away else ""


def in_mean(waited: Sequence[Waited], days: int) -> str:
    return f"{days_of(days)} ({_when(waited)}{_leave(waited)}), i medelvärdet."


def individually(waited: Sequence[Waited], days: int, liable: int, rule: Individually) -> str:
    return (
        f"{days_of(days)} ({_when(waited)}{_leave(waited)}), mer än {rule.over}: avräknas för sig "
        f"från och med dag {rule.from_day}, {days_of(liable)}."
    )


def no_call(one: Waited) -> str:
    return f"{_when([one])}: ingen kallelse till samordnad individuell plan, 0 betalningsdagar."


def period(one: Waited, first: date, days: int, rule: Threshold) -> str:
    called = (first - one.first).days > rule.calendar_days
    why = "dagen för kallelsen" if called else f"{days_of(rule.calendar_days)} efter underrättelsen"
    liable = "1 betalningsdag" if days == 1 else f"{days} betalningsdagar"
    return f"{_when([one])}: första betalningsdag {first.isoformat()} ({why}), {liable}."


def corrected(days: int | None, why: str) -> str:
    return f"Rättat till {days_of(days)}: {why}" if days is not None else f"Räknas inte: {why}"
