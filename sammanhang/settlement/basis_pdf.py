"""The basis of a month as an accessible PDF (PDF/UA-1). PURE but for the template."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson
import typst

from sammanhang.settlement.arithmetic.statement import Statement
from sammanhang.settlement.figures import kronor, swedish
from sammanhang.settlement.months import Correction

TEMPLATE = Path(__file__).parent / "basis.typ"


def as_pdf(
    name: str, agreement: str, stated: Statement, corrections: Sequence[Correction]
) -> bytes:
    """Sums, corrections and every stay with its why."""
    changed = sum(one.amount_ore for one in corrections)
    told = {
        "title": f"Underlag för betalningsansvar, {name}, {stated.month:%Y-%m}",
        "intro": f"Avräknat enligt {agreement}. Avsnitten är överenskommelsens.",
        "figures": [
            ["Vårdtillfällen som räknas", str(stated.stays)],
            ["Vårdtillfällen i medelvärdet", str(stated.mean_stays)],
            ["Medelvärde, dagar", swedish(stated.mean_days)],
            ["Vårdtillfällen som avräknas för sig", str(stated.individual_stays)],
            ["Betalningsdagar", swedish(stated.liable_days)],
        ],
        "charges": [
            [one.basis.value, one.specialty.value, one.stay_id or "–", swedish(one.days),
             kronor(one.price_ore), kronor(one.amount_ore), one.section]
            for one in stated.charges
        ],
        "total": kronor(stated.amount_ore + changed),
        "corrections": [
            [f"{one.month:%Y-%m}", one.key, "räknas inte" if one.days is None else str(one.days),
             kronor(one.amount_ore), one.reason]
            for one in corrections
        ],
        "lines": [
            [line.stay_id, line.specialty.value, str(line.days), line.reason, line.section]
            for line in stated.lines
        ],
    }  # fmt: skip
    inputs = {"told": orjson.dumps(told).decode()}
    made = typst.compile(str(TEMPLATE), sys_inputs=inputs, pdf_standards="ua-1")
    return bytes(made)  # pyright: ignore[reportArgumentType]
