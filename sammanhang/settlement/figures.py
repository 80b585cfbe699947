"""How days and sums are written in Swedish. PURE."""

from __future__ import annotations

from decimal import Decimal


def swedish(number: Decimal) -> str:
    """`2,5`; whole numbers without decimals."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def two_decimals(number: Decimal) -> str:
    """`2,00`, for columns."""
    return f"{number:.2f}".replace(".", ",")


def kronor(ore: int) -> str:
    """`10 500,00`."""
    sign, whole = "−" if ore < 0 else "", abs(ore)
    return f"{sign}{whole // 100:,}".replace(",", "\u00a0") + f",{whole % 100:02}"
