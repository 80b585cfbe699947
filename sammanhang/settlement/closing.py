"""What is done with a month: laid out for review, objected to, answered, corrected, made final.

Every function runs in an economist's scope (`months.scope`), `alone`, in whose transaction all of
it happens or nothing. The database holds that what has been stated is never changed.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from sammanhang.access.keys import signing_keys
from sammanhang.directory.hsa import organisation_number
from sammanhang.settlement.agreement import agreement, prices
from sammanhang.settlement.arithmetic.record import digest, to_json
from sammanhang.settlement.arithmetic.settle import corrected, free_days, summed
from sammanhang.settlement.arithmetic.statement import Basis, Charge, Statement
from sammanhang.settlement.invoice import (
    DAY,
    ONE,
    Document,
    Item,
    Party,
    as_xml,
    luhn_digit,
)
from sammanhang.settlement.months import UNINVOICED, Correction, Month, load, month_after

DAYS_TO_PAY = 30
LONGEST_TEXT = 4000


class NotNow(Exception):
    """It can't be done as things stand; the message says what to do."""


def alone() -> None:
    """Waits for whoever else is saying something of a month: what is then read still holds when
    it is acted on."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('settlement'))")


def lay_out(month: Month, person: str, today: date, now: datetime) -> None:
    """States what each municipality owes, for them to review. From then on it stands."""
    if month.state != "preliminary":
        raise NotNow(_("Månaden är redan framlagd."))
    if today <= month.last:
        raise NotNow(_("Månaden pågår. Den kan läggas fram från och med nästa månad."))
    document = agreement().document
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into settlement_month (month, agreement, version, reviewed_at, reviewed_by) "
            "values (%s, %s, %s, %s, %s) on conflict do nothing",
            [month.first, document.id, document.version, now, person],
        )
        if cursor.rowcount == 0:
            raise NotNow(_("Månaden är redan framlagd."))
        for payer, stated in month.statements.items():
            cursor.execute(
                "insert into settlement_statement (month, payer, content) values (%s, %s, %s)",
                [month.first, payer, json.dumps(to_json(stated))],
            )


# --- Objections and corrections -------------------------------------------------------------


def object_to(month: Month, payer: str, key: str, text: str, person: str) -> None:
    """A municipality objects to a single stay."""
    if month.state != "reviewed":
        raise NotNow(_("Invändningar lämnas när månaden är framlagd, tills den fastställs."))
    _stated(month, payer, key)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into settlement_objection (month, payer, key, text, by) "
            "values (%s, %s, %s, %s, %s)",
            [month.first, payer, key, checked(text, _("Skriv vad som är fel.")), person],
        )


def answer(
    month: Month, objection: int, text: str, person: str, *, accepted: bool, days: int | None
) -> None:
    """The region's answer; with `accepted`, a correction line of so many days (None: not counted)
    in this month."""
    asked = next((one for one in month.objections if one.id == objection), None)
    if asked is None or month.state != "reviewed" or not asked.is_open:
        raise NotNow(_("Invändningen är redan besvarad, eller månaden fastställd."))
    text = checked(text, _("Skriv ett svar till kommunen."))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into settlement_answer (objection, accepted, text, by) values (%s, %s, %s, %s)",
            [objection, accepted, text, person],
        )
    if accepted:
        correct(month, asked.payer, asked.key, days, text, person)


def correct(month: Month, payer: str, key: str, days: int | None, reason: str, person: str) -> date:
    """A correction line: in the month itself while it is under review, else in the first later one
    that isn't final. Gives the month in which it is booked."""
    if month.state == "preliminary":
        raise NotNow(_("Månaden är inte framlagd. Rätta i ärendet, så räknas den om."))
    stated = _stated(month, payer, key)
    earlier = _corrections_of(month.first, payer)
    before = restated(stated, earlier)
    after = restated(stated, [*earlier, (key, days, reason)])
    booked_in = _open_month(month)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into settlement_correction "
            "(month, payer, key, days, reason, booked_in, liable, amount_ore, by) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [month.first, payer, key, days, checked(reason, _("Skriv varför.")), booked_in,
             after.liable_days - before.liable_days, after.amount_ore - before.amount_ore, person],
        )  # fmt: skip
    return booked_in


def restated(stated: Statement, corrections: Iterable[tuple[str, int | None, str]]) -> Statement:
    """The statement as it would have been with (key, days, why) corrected, in order."""
    rules = agreement()
    lines = {line.stay_id: line for line in stated.lines}
    for key, days, why in corrections:
        lines[key] = corrected(rules, lines[key], days, why)
    free = free_days(rules, stated.month)
    return summed(rules, stated.month, stated.municipality, [*lines.values()], prices(), free)


def _stated(month: Month, payer: str, key: str) -> Statement:
    stated = month.statements.get(payer)
    if stated is None or not any(line.stay_id == key for line in stated.lines):
        raise NotNow(_("Vårdtillfället finns inte i månadens underlag."))
    return stated


def _corrections_of(month: date, payer: str) -> list[tuple[str, int | None, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select key, days, reason from settlement_correction "
            "where month = %s and payer = %s order by id",
            [month, payer],
        )
        return [(key, days, reason) for key, days, reason in cursor.fetchall()]


def _open_month(month: Month) -> date:
    with connection.cursor() as cursor:
        cursor.execute("select month from settlement_month where final_at is not null")
        final = {first for (first,) in cursor.fetchall()}
    at = month.first
    while at in final:
        at = month_after(at)
    return at


def checked(text: str, else_say: str) -> str:
    """What was typed, trimmed. Raises NotNow where it is empty or too long."""
    text = text.strip()
    if not text:
        raise NotNow(else_say)
    if len(text) > LONGEST_TEXT:
        raise NotNow(_("Texten är för lång: högst %(n)s tecken.") % {"n": LONGEST_TEXT})
    return text


# --- Closing --------------------------------------------------------------------------------


def close(first: date, person: str, today: date, now: datetime) -> None:
    """Makes the month final: numbers, invoices, hash and signature. Nothing of it changes after."""
    with connection.cursor() as cursor:
        cursor.execute("select max(number) from settlement_invoice")
        last = cursor.fetchone()[0] or 0
    month = load(first)
    if month.state == "final":
        raise NotNow(_("Månaden är redan fastställd, och kan inte öppnas igen."))
    if month.state != "reviewed":
        raise NotNow(_("Lägg fram månaden för granskning först."))
    unanswered = sum(one.is_open for one in month.objections)
    if unanswered:
        raise NotNow(_("%(n)s invändningar är inte besvarade.") % {"n": unanswered})
    documents = invoices(month, last + 1, today)
    sealed = _digest(month, documents)
    with connection.cursor() as cursor:
        for payer, one in documents.items():
            cursor.execute(
                "insert into settlement_invoice "
                "(number, month, payer, credit, amount_ore, issued_on, due_on, xml) "
                "values (%s, %s, %s, %s, %s, %s, %s, %s)",
                [one.number, month.first, payer, one.credit, one.amount_ore, one.issued_on,
                 one.due_on, as_xml(one)],
            )  # fmt: skip
        _total(month, documents)
        cursor.execute(
            "update settlement_month set final_at = %s, final_by = %s, hash = %s, signature = %s "
            "where month = %s and final_at is null",
            [now, person, sealed, signature(sealed), month.first],
        )


def _total(month: Month, documents: dict[str, Document]) -> None:
    """The sums of each municipality, for those who may not see its stays."""
    with connection.cursor() as cursor:
        for payer in {*month.statements, *(one.payer for one in month.corrections)}:
            stated, invoice = month.statements.get(payer), documents.get(payer)
            cursor.execute(
                "insert into settlement_total (month, payer, stays, mean_days, individual_stays, "
                "liable_days, amount_ore, corrections, objections, invoice) "
                "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [month.first, payer,
                 *((stated.stays, stated.mean_days, stated.individual_stays, stated.liable_days)
                   if stated else (0, 0, 0, 0)),
                 month.total_ore(payer), len(month.corrections_of(payer)),
                 sum(one.payer == payer for one in month.objections),
                 invoice.number if invoice else None],
            )  # fmt: skip


def _digest(month: Month, documents: dict[str, Document]) -> str:
    return digest(
        [
            month.first.isoformat(),
            [to_json(month.statements[payer]) for payer in sorted(month.statements)],
            [[one.month.isoformat(), one.payer, one.key, one.days, str(one.liable), one.amount_ore]
             for one in month.corrections],
            [[one.number, payer, one.credit, one.amount_ore] for payer, one in documents.items()],
        ]
    )  # fmt: skip


def signature(sealed: str) -> str:
    """Signed with a key of the installation, as the heads of the access log."""
    key = signing_keys("settlement")[0]
    return hmac.new(key, sealed.encode(), "sha256").hexdigest()


def invoices(month: Month, number: int, today: date) -> dict[str, Document]:
    """By payer, numbered from `number` on, for those who owe something or are owed."""
    owing = [
        payer
        for payer in sorted({*month.statements, *(one.payer for one in month.corrections)})
        if payer not in UNINVOICED and month.total_ore(payer) != 0
    ]
    known = parties(["region", *owing]) if owing else {}
    made: dict[str, Document] = {}
    for at, payer in enumerate(owing):
        credit = month.total_ore(payer) < 0
        made[payer] = Document(
            number=number + at,
            credit=credit,
            issued_on=today,
            due_on=today + timedelta(days=DAYS_TO_PAY),
            first=month.first,
            last=month.last,
            seller=known["region"],
            buyer=known[payer],
            items=tuple(_items(month, payer, -1 if credit else 1)),
            earlier=_latest_invoice(payer) if credit else None,
        )
    return made


def _items(month: Month, payer: str, sign: int) -> Iterable[Item]:
    stated = month.statements.get(payer)
    for charge in stated.charges if stated else ():
        yield _item(charge, sign)
    for one in month.corrections_of(payer):
        if one.amount_ore:
            yield _correction_item(one, sign)


def _item(charge: Charge, sign: int) -> Item:
    care = f"{charge.specialty.value} vård"
    if charge.basis is Basis.MEAN:
        text = f"Dagar över medelvärdet, avsnitt {charge.section} i överenskommelsen"
        return Item("Över medelvärdet", text, charge.days * sign, DAY, charge.price_ore)
    text = f"Vårdtillfälle {charge.stay_id}, {care}, avsnitt {charge.section} i överenskommelsen"
    return Item("Avräknas för sig", text, charge.days * sign, DAY, charge.price_ore)


def _correction_item(one: Correction, sign: int) -> Item:
    days = f"rättat till {one.days} dagar" if one.days is not None else "räknas inte"
    text = f"Vårdtillfälle {one.key} i {one.month:%Y-%m}, {days}"
    way = Decimal(1 if one.amount_ore > 0 else -1)
    return Item("Rättelse", text, way * sign, ONE, abs(one.amount_ore))


def _latest_invoice(payer: str) -> tuple[int, date] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, issued_on from settlement_invoice "
            "where payer = %s and not credit order by number desc limit 1",
            [payer],
        )
        return cursor.fetchone()


def parties(payers: list[str]) -> dict[str, Party]:
    """Seller and buyers from the directory. Raises NotNow, which names what is missing or wrong:
    amounts, references and parties are never guessed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select payer, organisation, name, street, postcode, city, endpoint_scheme, endpoint, "
            "coalesce(buyer_reference, ''), coalesce(bankgiro, '') "
            "from settlement_party where payer = any(%s)",
            [payers],
        )
        found = {row[0]: Party(*row[1:]) for row in cursor.fetchall()}
    faults = [fault for payer in payers for fault in _faults(payer, found.get(payer))]
    if faults:
        raise NotNow(_("Fakturauppgifterna räcker inte: %(what)s") % {"what": "; ".join(faults)})
    return found


def seller_with_accounts() -> tuple[Party, tuple[str, str]]:
    """The region, and its accounts: (receivable, revenue)."""
    seller = parties(["region"])["region"]
    with connection.cursor() as cursor:
        cursor.execute("select receivable, revenue from settlement_party where payer = 'region'")
        receivable, revenue = cursor.fetchone()
    return seller, (receivable, revenue)


def invoice_xml(number: int) -> str:
    """The invoice as it was made: the same each time it is fetched."""
    with connection.cursor() as cursor:
        cursor.execute("select xml from settlement_invoice where number = %s", [number])
        return cursor.fetchone()[0]


def _faults(payer: str, one: Party | None) -> Iterable[str]:
    if one is None:
        yield _("%(payer)s saknas i registret över parter") % {"payer": payer}
        return
    try:
        organisation_number(one.organisation)
    except Exception:  # its own message is of a form; here the party must be named
        yield _("%(name)s: organisationsnumret är fel") % {"name": one.name}
    if payer == "region":
        if not one.bankgiro or luhn_digit(one.bankgiro[:-1]) != one.bankgiro[-1]:
            yield _("%(name)s: bankgiro saknas eller är fel") % {"name": one.name}
    elif not one.buyer_reference.strip():
        yield _("%(name)s: beställarreferens saknas") % {"name": one.name}
    if not all(part.strip() for part in (one.name, one.street, one.postcode, one.city)):
        yield _("%(name)s: adressen är inte hel") % {"name": one.name}
    if one.endpoint_scheme not in ("0007", "0088") or not one.endpoint.isdigit():
        yield _("%(name)s: elektronisk adress saknas eller är fel") % {"name": one.name}
