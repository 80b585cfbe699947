"""What a month comes to for a municipality, with an answer to every "why?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.arithmetic.stays import Waited

HUNDREDTH = Decimal("0.01")


class Basis(Enum):
    """Which of the agreement's rules a stay is settled by."""

    MEAN = "medelvärde"
    INDIVIDUALLY = "enskilt"
    PERIOD = "frist"
    NONE = "räknas inte"


@dataclass(frozen=True, slots=True)
class Line:
    """One stay: its days, what they are settled by, and why."""

    stay_id: str
    specialty: Specialty
    days: int
    """Calendar days of waiting, also those that are free."""
    basis: Basis
    liable_days: int
    """Days the municipality pays for this stay by itself; 0 where the mean decides."""
    reason: str
    section: str
    """The paragraph of the agreement."""
    waited: tuple[Waited, ...]

    @property
    def counted(self) -> bool:
        return self.basis is not Basis.NONE


@dataclass(frozen=True, slots=True)
class Charge:
    """One sum of a statement: days at a price. What an invoice has as a line."""

    basis: Basis
    specialty: Specialty
    """Whose amount was used."""
    days: Decimal
    price_ore: int
    """Öre a day."""
    section: str
    stay_id: str | None = None
    """The stay it is for, where it is for one."""

    @property
    def amount_ore(self) -> int:
        """Whole öre, halves upwards."""
        return int((self.days * self.price_ore).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of one municipality."""

    municipality: str
    month: date
    """Its first day."""
    lines: tuple[Line, ...]
    charges: tuple[Charge, ...]
    free_days: Decimal
    """Free days a stay, in the month; 0 where there is no mean."""

    def _of(self, basis: Basis) -> list[Line]:
        return [line for line in self.lines if line.basis is basis]

    @property
    def stays(self) -> int:
        return sum(line.counted for line in self.lines)

    @property
    def mean_stays(self) -> int:
        return len(self._of(Basis.MEAN))

    @property
    def individual_stays(self) -> int:
        """Settled by themselves: those out of the mean, or all where there is no mean."""
        return self.stays - self.mean_stays

    @property
    def mean_sum(self) -> int:
        """Days of all stays in the mean."""
        return sum(line.days for line in self._of(Basis.MEAN))

    @property
    def mean_days(self) -> Decimal:
        """To be shown: two decimals. The arithmetic uses the sum."""
        if not self.mean_stays:
            return Decimal("0.00")
        return (Decimal(self.mean_sum) / self.mean_stays).quantize(HUNDREDTH, ROUND_HALF_UP)

    @property
    def liable_days(self) -> Decimal:
        return sum((charge.days for charge in self.charges), Decimal(0))

    @property
    def amount_ore(self) -> int:
        return sum(charge.amount_ore for charge in self.charges)

    @property
    def zero(self) -> bool:
        return self.amount_ore == 0
