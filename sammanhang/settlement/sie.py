"""Vouchers for the ledger in SIE 4I (a feeder's file, encoded in code page 437). PURE."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sammanhang.settlement.invoice import kronor

ENCODING = "cp437"
PROGRAM = "Sammanhang"


@dataclass(frozen=True, slots=True)
class Voucher:
    """One invoice: what is owed, and the revenue against it. Negative for a credit note."""

    number: int
    day: date
    text: str
    amount_ore: int


def as_sie(
    vouchers: Iterable[Voucher],
    *,
    organisation: str,
    name: str,
    receivable: str,
    revenue: str,
    made_on: date,
) -> bytes:
    """The file. Each voucher sums to zero: the receivable against the revenue."""
    lines = [
        "#FLAGGA 0",
        f"#PROGRAM {_text(PROGRAM)} 1",
        "#FORMAT PC8",
        f"#GEN {made_on:%Y%m%d}",
        "#SIETYP 4",
        f"#FNAMN {_text(name)}",
        f"#ORGNR {organisation[:6]}-{organisation[6:]}",
        f"#KONTO {receivable} {_text('Kundfordringar, kommuner')}",
        f"#KONTO {revenue} {_text('Betalningsansvar utskrivningsklara')}",
    ]
    for one in vouchers:
        lines += [
            f"#VER {_text('B')} {_text(str(one.number))} {one.day:%Y%m%d} {_text(one.text)} "
            f"{made_on:%Y%m%d}",
            "{",
            f"#TRANS {receivable} {{}} {kronor(one.amount_ore)}",
            f"#TRANS {revenue} {{}} {kronor(-one.amount_ore)}",
            "}",
        ]
    return ("\r\n".join(lines) + "\r\n").encode(ENCODING, "replace")


def _text(words: str) -> str:
    """A quoted text; no control characters, quotation marks escaped."""
    plain = "".join(letter if letter.isprintable() else " " for letter in words)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
