"""The basis of a municipality's month as a spreadsheet. PURE."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

from sammanhang.settlement.arithmetic.statement import Statement
from sammanhang.settlement.months import Correction

LINE_HEADS = (
    ("Vårdtillfälle", 14), ("Vård", 13), ("Utskrivningsklar från", 20), ("Till", 12), ("Dagar", 8),
    ("Räknas", 14), ("Betalningsdagar", 16), ("Avsnitt", 9), ("Varför", 90),
)  # fmt: skip
CHARGE_HEADS = (("Grund", 16), ("Vård", 13), ("Vårdtillfälle", 14), ("Dagar", 8),
                ("Kronor per dag", 15), ("Kronor", 14), ("Avsnitt", 9))  # fmt: skip


def as_xlsx(name: str, stated: Statement, corrections: Sequence[Correction]) -> bytes:
    """Three sheets: the sums, every stay, and the corrections. Text is text, never a formula."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False,
                                      "strings_to_urls": False})  # fmt: skip
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "# ##0.00"})
    sums = book.add_worksheet("Belopp")
    sums.write_row(0, 0, [f"{name}, {stated.month:%Y-%m}"], bold)
    told = [
        ("Vårdtillfällen", stated.stays), ("I medelvärdet", stated.mean_stays),
        ("Medelvärde, dagar", float(stated.mean_days)),
        ("Avräknas för sig", stated.individual_stays),
        ("Betalningsdagar", float(stated.liable_days)),
    ]  # fmt: skip
    for row, (head, value) in enumerate(told, 2):
        sums.write_string(row, 0, head)
        sums.write_number(row, 3, value)
    _heads(sums, 8, CHARGE_HEADS, bold)
    for row, one in enumerate(stated.charges, 9):
        texts = [one.basis.value, one.specialty.value, one.stay_id or ""]
        sums.write_row(row, 0, texts)
        sums.write_number(row, 3, float(one.days))
        sums.write_number(row, 4, one.price_ore / 100, money)
        sums.write_number(row, 5, one.amount_ore / 100, money)
        sums.write_string(row, 6, one.section)
    at = 9 + len(stated.charges)
    sums.write_string(at, 0, "Summa", bold)
    sums.write_number(at, 5, stated.amount_ore / 100, money)
    _lines(book.add_worksheet("Vårdtillfällen"), stated, bold)
    _corrections(book.add_worksheet("Rättelser"), corrections, bold, money)
    book.close()
    return made.getvalue()


def _heads(sheet: object, row: int, heads: Sequence[tuple[str, int]], bold: object) -> None:
    for column, (head, width) in enumerate(heads):
        sheet.set_column(column, column, width)  # type: ignore[attr-defined]
        sheet.write_string(row, column, head, bold)  # type: ignore[attr-defined]


def _lines(sheet: object, stated: Statement, bold: object) -> None:
    _heads(sheet, 0, LINE_HEADS, bold)
    row = 0
    for line in stated.lines:
        for at, one in enumerate(line.waited or (None,)):
            row += 1
            first = at == 0
            sheet.write_row(row, 0, [  # type: ignore[attr-defined]
                line.stay_id, line.specialty.value,
                one.first.isoformat() if one else "", one.end.isoformat() if one else "",
                one.days if one else 0, line.basis.value if first else "",
                line.liable_days if first else "", line.section if first else "",
                line.reason if first else "",
            ])  # fmt: skip
    sheet.freeze_panes(1, 0)  # type: ignore[attr-defined]


def _corrections(
    sheet: object, corrections: Sequence[Correction], bold: object, money: object
) -> None:
    heads = (("Månad", 10), ("Vårdtillfälle", 14), ("Rätt antal dagar", 16), ("Dagar", 8),
             ("Kronor", 14), ("Varför", 90))  # fmt: skip
    _heads(sheet, 0, heads, bold)
    for row, one in enumerate(corrections, 1):
        days = "räknas inte" if one.days is None else one.days
        sheet.write_row(row, 0, [f"{one.month:%Y-%m}", one.key, days, float(one.liable)])  # type: ignore[attr-defined]
        sheet.write_number(row, 4, one.amount_ore / 100, money)  # type: ignore[attr-defined]
        sheet.write_string(row, 5, one.reason)  # type: ignore[attr-defined]
