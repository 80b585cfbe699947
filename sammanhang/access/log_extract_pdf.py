"""A resident's own log extract as an accessible PDF (PDF/UA-1). PURE but for the template.

Whose it is stands there by number alone. Of one under protection it tells the care provider and
not the unit, which would tell where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import orjson
import typst

from sammanhang.access.log_extract import Access
from sammanhang.access.log_words import EXPLAINED, WROTE, kind_of
from sammanhang.engine.calendar import local

TEMPLATE = Path(__file__).parent / "log_extract.typ"


def as_pdf(
    number: str, of: str, since: date, last: date, lines: Sequence[Access], *, unit: bool = True
) -> bytes:
    """`of`: whose log it is from, in words. `last`: the last day, included. `unit`: whether the
    lines tell units."""
    kinds = {kind_of(one.action) for one in lines}
    told = {
        "title": "Loggutdrag: vem som har tagit del av uppgifter om dig",
        "number": f"{number[:8]}-{number[8:]}" if len(number) == 12 else number,
        "of": of,
        "period": f"{since} till och med {last}",
        "lines": [
            [f"{local(one.at):%Y-%m-%d}", f"{local(one.at):%H.%M}", one.where, one.what]
            for one in lines
        ],
        "words": [[said, meaning] for kind, (said, meaning) in EXPLAINED.items() if kind in kinds],
        "wrote": WROTE in kinds,
        "who": "enhet" if unit else "vårdgivare",
    }
    inputs = {"told": orjson.dumps(told).decode()}
    made = typst.compile(str(TEMPLATE), sys_inputs=inputs, pdf_standards="ua-1")
    return bytes(made)  # pyright: ignore[reportArgumentType]
