"""Identity numbers of people: what is a number, of which kind, and why not. Pure functions.

Personnummer and samordningsnummer as the checks of the national medication list state them;
Västra Götaland's reserve number and the national reserve number (NRID) by their own forms. Every
refusal tells, in Swedish, what to do. One normal form inside: twelve characters, no separator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum


class Kind(Enum):
    PERSONNUMMER = "personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer"
    REGIONAL_RESERVE = "reservnummer VGR"
    NATIONAL_RESERVE = "nationellt reservnummer"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number in its normal form. `birth_date` is None where the number doesn't tell it."""

    kind: Kind
    value: str
    birth_date: date | None

    def __str__(self) -> str:
        return f"{self.value[:8]}-{self.value[8:]}"


@dataclass(frozen=True, slots=True)
class Faulty:
    """Why what was written is no identity number, and what to do."""

    reason: str


SYSTEMS: dict[Kind, dict[str, str]] = {
    Kind.PERSONNUMMER: {
        "hl7": "http://electronichealth.se/identifier/personnummer",
        "rivta": "1.2.752.129.2.1.3.1",
        "inera": "https://terminology.hl7.se/sid/se-personnummer",
    },
    Kind.SAMORDNINGSNUMMER: {
        "hl7": "http://electronichealth.se/identifier/samordningsnummer",
        "rivta": "1.2.752.129.2.1.3.3",
    },
    Kind.NATIONAL_RESERVE: {
        "hl7": "http://electronichealth.se/identifier/nationelltReservnummer",
        "rivta": "1.2.752.74.9.1",
    },
    Kind.REGIONAL_RESERVE: {"rivta": "1.2.752.113.11.0.2.1.1.1"},
}
"""How each kind is named where others meet it: HL7 Sweden, RIVTA and Inera Core."""

EARLIEST = date(1840, 1, 1)
TEST_BIRTH_NUMBERS = frozenset({238, 239, *range(980, 1000)})
"""Birth numbers of the Swedish Tax Agency's published test numbers (open data set
"Testpersonnummer"): formally right, never given to anybody."""

_DIGITS = re.compile(r"(\d{2})?(\d{6})([-+]?)(\d{4})")
_REGIONAL = re.compile(r"(\d{8})[-+]?([KMX])(\d{2})(\d)")
_REGIONAL_VALUE = {"K": "5", "M": "7", "X": "8"}
_NATIONAL = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{2})[-+]?([A-HJ-NPR-UX-Z]{2})(\d)(\d)")
_HOW = "Skriv år, månad, dag och fyra siffror, till exempel 19460317-9815."


def parse(text: str, today: date) -> Identifier | Faulty:
    """The number that a person wrote, with or without century, dash, plus sign and spaces.

    Without century it is the latest birth date that has been, a hundred years earlier after a
    plus sign. `today` is the Swedish date.
    """
    written = re.sub(r"[\s\u00a0\u2009\u202f]", "", text).upper()
    written = written.replace("\u2013", "-").replace("\u2212", "-")
    if not written:
        return Faulty(f"Fyll i ett personnummer. {_HOW}")
    if not re.search(r"\d", written):
        return Faulty(f"Här söker man på nummer, inte på namn. {_HOW}")
    if len(written) > 13:
        return Faulty(f"Numret har för många tecken. {_HOW}")
    if match := _DIGITS.fullmatch(written):
        return _digits(*match.groups(default=""), today=today)
    if match := _REGIONAL.fullmatch(written):
        return _regional(*match.groups(), today=today)
    if match := _NATIONAL.fullmatch(written):
        return _national(*match.groups(), today=today)
    if re.search(r"[A-ZÅÄÖ]", written):
        return Faulty("Numret har bokstäver men är inget reservnummer. Kontrollera det.")
    return Faulty(f"Numret har fel antal siffror. {_HOW}")


def is_test_number(identifier: Identifier) -> bool:
    """Whether it is of a kind that never belongs to a real person.

    For personnummer and samordningsnummer the birth numbers that the Tax Agency uses in its test
    numbers. Reserve numbers are given by care providers and can't be told from real ones: those
    of the synthetic county have the serial numbers 60-79 and 85-89, letters beginning with X.
    """
    value = identifier.value
    match identifier.kind:
        case Kind.PERSONNUMMER | Kind.SAMORDNINGSNUMMER:
            return int(value[8:11]) in TEST_BIRTH_NUMBERS
        case Kind.REGIONAL_RESERVE:
            return 60 <= int(value[9:11]) <= 79 or 80 <= int(value[9:11]) <= 89
        case Kind.NATIONAL_RESERVE:
            return value[8] == "X"


def luhn_digit(digits: str) -> int:
    """The check digit that follows: weights 2, 1, 2 ... from the right."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if at % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def synthetic_personnummer(birth_date: date, *, woman: bool, n: int) -> str:
    """Test number `n` (0-9) for a birth date and sex, from the Tax Agency's test series."""
    first = f"{birth_date:%Y%m%d}{980 + 2 * n + (0 if woman else 1)}"
    return first + str(luhn_digit(first[2:]))


# --- Each kind ------------------------------------------------------------------------------


def _digits(century: str, short: str, sign: str, last: str, *, today: date) -> Identifier | Faulty:
    day = int(short[4:6])
    coordination = day >= 60
    if not century:
        century = _century(short, coordination, sign, today)
    if century not in ("18", "19", "20"):
        return Faulty(f"Numret börjar på {century}: århundradet ska vara 18, 19 eller 20.")
    value = century + short + last
    if coordination:
        faulty = _coordination_fault(value, today)
        kind, born = Kind.SAMORDNINGSNUMMER, _date(value[:4], value[4:6], f"{day - 60:02}")
    else:
        kind, born = Kind.PERSONNUMMER, _date(value[:4], value[4:6], value[6:8])
        faulty = _birth_fault(born, value, today)
    if faulty is not None:
        return faulty
    if value[8:11] == "000":
        return Faulty("Numret har födelsenumret 000, som inte finns. Kontrollera de sista fyra.")
    if luhn_digit(value[2:11]) != int(value[11]):
        return Faulty(
            "Kontrollsiffran stämmer inte: någon siffra är fel. Jämför med legitimationen."
        )
    return Identifier(kind, value, born)


def _century(short: str, coordination: bool, sign: str, today: date) -> str:
    day = int(short[4:6]) - (60 if coordination else 0)
    this = today.year // 100
    year, month = int(short[:2]), int(short[2:4])
    future = (this * 100 + year, month, day) > (today.year, today.month, today.day)
    return str(this - (1 if future else 0) - (1 if sign == "+" else 0))


def _birth_fault(born: date | None, value: str, today: date) -> Faulty | None:
    if born is None:
        shown = f"{value[:4]}-{value[4:6]}-{value[6:8]}"
        return Faulty(f"{shown} är inget datum. Kontrollera år, månad och dag.")
    if born > today:
        return Faulty(f"Födelsedagen {born} ligger i framtiden. Kontrollera år, månad och dag.")
    if born < EARLIEST:
        return Faulty(f"Födelsedagen {born} är för länge sedan. Kontrollera årtalet.")
    return None


def _coordination_fault(value: str, today: date) -> Faulty | None:
    month, day = int(value[4:6]), int(value[6:8])
    if month > 12:
        return Faulty("Månaden i samordningsnumret ska vara 00-12.")
    if not 60 <= day <= 91:
        return Faulty("Dagen i samordningsnumret ska vara 60-91 (dagen plus 60).")
    if int(value[:4]) > today.year:
        return Faulty("Födelseåret ligger i framtiden. Kontrollera årtalet.")
    if month and day > 60 and _date(value[:4], value[4:6], f"{day - 60:02}") is None:
        return Faulty("Dagen i samordningsnumret finns inte i den månaden. Kontrollera numret.")
    return None


def _regional(
    birth: str, letter: str, serial: str, check: str, *, today: date
) -> Identifier | Faulty:
    born = _date(birth[:4], birth[4:6], birth[6:8])
    faulty = _birth_fault(born, birth, today)
    if faulty is not None:
        return faulty
    if born is not None and born.year < 1900:
        return Faulty("Födelseåret i reservnumret är för länge sedan. Kontrollera årtalet.")
    number = int(serial)
    if letter == "X" and not 80 <= number <= 89:
        return Faulty("Reservnumrets löpnummer ska vara 80-89 efter bokstaven X.")
    if letter in "KM" and not (6 <= number <= 79 and number % 2 == (letter == "M")):
        return Faulty(
            "Reservnumrets löpnummer ska vara 06-79, udda efter M (man) och jämnt efter K (kvinna)."
        )
    if luhn_digit(birth[2:] + _REGIONAL_VALUE[letter] + serial) != int(check):
        return Faulty("Reservnumrets kontrollsiffra stämmer inte. Kontrollera numret.")
    return Identifier(Kind.REGIONAL_RESERVE, birth + letter + serial + check, born)


def _national(
    century: str,
    year: str,
    month: str,
    day: str,
    letters: str,
    sex: str,
    check: str,
    *,
    today: date,
) -> Identifier | Faulty:
    # The formula of the check digit is not published; any digit is accepted there.
    value = century + year + month + day + letters + sex + check
    if century == "00":
        if 20 <= int(month) <= 99 and 40 <= int(day) <= 59:
            return Identifier(Kind.NATIONAL_RESERVE, value, None)
        return Faulty("Ett nationellt reservnummer utan födelsedag har månad 20-99 och dag 40-59.")
    raised = int(century) - 18
    if raised <= 2 or raised % 3 not in (0, 1, 2):
        return Faulty(
            "Numret är inget nationellt reservnummer: kontrollera de två första siffrorna."
        )
    born = _date(f"{18 + raised % 3}{year}", month, day)
    faulty = _birth_fault(born, f"{18 + raised % 3}{year}{month}{day}", today)
    return faulty or Identifier(Kind.NATIONAL_RESERVE, value, born)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
