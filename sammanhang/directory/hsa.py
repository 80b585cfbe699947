"""HSA-ids and organisation numbers: what is one, and why not. Pure functions."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

_HSA = re.compile(r"(?:SE(?:16)?|TST[A-Z0-9]{0,8})(\d{10})-([A-Za-z0-9-]+)")
LONGEST = 31


def organisation_number(text: str) -> str:
    """Ten digits, of which the last checks the others. Raises ValidationError in Swedish."""
    digits = re.sub(r"[\s-]", "", text)
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 10):
        raise ValidationError("Organisationsnumret ska ha tio siffror.")
    total = sum(
        sum(divmod(int(digit) * (2 if at % 2 == 0 else 1), 10)) for at, digit in enumerate(digits)
    )
    if total % 10:
        raise ValidationError("Organisationsnumrets kontrollsiffra stämmer inte.")
    return digits


def hsa_id(text: str) -> str:
    """The HSA-id in capitals, which is how two are compared. Raises ValidationError in Swedish."""
    written = text.strip()
    if len(written) > LONGEST:
        raise ValidationError(f"HSA-id är för långt: högst {LONGEST} tecken.")
    if not written.isascii() or "@" in written:
        raise ValidationError("HSA-id får bara ha bokstäverna A-Z, siffror och bindestreck.")
    match = _HSA.fullmatch(written.upper())
    if match is None:
        raise ValidationError(
            "HSA-id ska vara SE, tio siffror, bindestreck och minst ett tecken, "
            "till exempel SE2321000131-E000000000001."
        )
    try:
        organisation_number(match[1])
    except ValidationError:
        raise ValidationError(
            "Organisationsnumret i HSA-id har fel kontrollsiffra. Kontrollera siffrorna."
        ) from None
    return written.upper()
