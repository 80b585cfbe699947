"""An e-invoice in Peppol BIS Billing 3 (UBL 2.1, EN 16931). PURE.

Nothing in it tells of a person: a stay is named by its key, which only the service resolves.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
CAC = f"{UBL}:CommonAggregateComponents-2"
CBC = f"{UBL}:CommonBasicComponents-2"
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
CREDIT_TRANSFER = "30"
DAY, ONE = "DAY", "C62"
"""UN/ECE units: days, and a piece."""
EXEMPT = "E"
"""VAT category. Whether E or O is right for payment liability is for the finance owner to say."""
EXEMPTION = "Betalningsansvar enligt lagen (2017:612), ingen omsättning av tjänst"

ET.register_namespace("cac", CAC)
ET.register_namespace("cbc", CBC)


@dataclass(frozen=True, slots=True)
class Party:
    """A seller or buyer, from the directory. `organisation`: ten digits."""

    organisation: str
    name: str
    street: str
    postcode: str
    city: str
    endpoint_scheme: str
    """0007: Swedish organisation number; 0088: GLN."""
    endpoint: str
    buyer_reference: str = ""
    bankgiro: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A line: so many at a price. Negative quantities take off."""

    name: str
    description: str
    quantity: Decimal
    unit: str
    price_ore: int
    """Not negative."""

    @property
    def amount_ore(self) -> int:
        """Whole öre, halves upwards, as the statement has it."""
        return int((self.quantity * self.price_ore).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Document:
    """What an invoice or a credit note says. Amounts of a credit note are positive too."""

    number: int
    credit: bool
    issued_on: date
    due_on: date
    first: date
    last: date
    """The period it is for."""
    seller: Party
    buyer: Party
    items: tuple[Item, ...]
    earlier: tuple[int, date] | None = None
    """The invoice that is credited: number, day of issue."""

    @property
    def amount_ore(self) -> int:
        return sum(item.amount_ore for item in self.items)


def payment_reference(number: int) -> str:
    """The number with a check digit (OCR, by Luhn)."""
    return f"{number}{luhn_digit(str(number))}"


def luhn_digit(digits: str) -> str:
    total = sum(
        sum(divmod(int(digit) * (2 if at % 2 == 0 else 1), 10))
        for at, digit in enumerate(reversed(digits))
    )
    return str(-total % 10)


def as_xml(document: Document) -> str:
    """The document in UBL. Elements stand in the order of the schema."""
    kind = "CreditNote" if document.credit else "Invoice"
    root = ET.Element(f"{{{UBL}:{kind}-2}}{kind}")
    _head(root, document, kind)
    _party(_add(root, "AccountingSupplierParty"), document.seller, vat=True)
    _party(_add(root, "AccountingCustomerParty"), document.buyer, vat=False)
    _payment(root, document)
    _totals(root, document.amount_ore)
    for at, item in enumerate(document.items, 1):
        _line(root, document, at, item)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _head(root: ET.Element, document: Document, kind: str) -> None:
    _say(root, "CustomizationID", CUSTOMIZATION)
    _say(root, "ProfileID", PROFILE)
    _say(root, "ID", str(document.number))
    _say(root, "IssueDate", document.issued_on.isoformat())
    if not document.credit:
        _say(root, "DueDate", document.due_on.isoformat())
    _say(root, f"{kind}TypeCode", "381" if document.credit else "380")
    month = document.first.strftime("%Y-%m")
    _say(root, "Note", f"Betalningsansvar för utskrivningsklara, {month}")
    _say(root, "DocumentCurrencyCode", "SEK")
    _say(root, "BuyerReference", document.buyer.buyer_reference)
    _period(root, document)
    if document.earlier is not None:
        number, issued_on = document.earlier
        reference = _add(_add(root, "BillingReference"), "InvoiceDocumentReference")
        _say(reference, "ID", str(number))
        _say(reference, "IssueDate", issued_on.isoformat())


def _period(above: ET.Element, document: Document) -> None:
    period = _add(above, "InvoicePeriod")
    _say(period, "StartDate", document.first.isoformat())
    _say(period, "EndDate", document.last.isoformat())


def _party(above: ET.Element, one: Party, *, vat: bool) -> None:
    party = _add(above, "Party")
    _say(party, "EndpointID", one.endpoint, schemeID=one.endpoint_scheme)
    _say(_add(party, "PartyName"), "Name", one.name)
    address = _add(party, "PostalAddress")
    _say(address, "StreetName", one.street)
    _say(address, "CityName", one.city)
    _say(address, "PostalZone", one.postcode)
    _say(_add(address, "Country"), "IdentificationCode", "SE")
    if vat:
        scheme = _add(party, "PartyTaxScheme")
        _say(scheme, "CompanyID", f"SE{one.organisation}01")
        _say(_add(scheme, "TaxScheme"), "ID", "VAT")
    legal = _add(party, "PartyLegalEntity")
    _say(legal, "RegistrationName", one.name)
    _say(legal, "CompanyID", one.organisation, schemeID="0007")


def _payment(root: ET.Element, document: Document) -> None:
    means = _add(root, "PaymentMeans")
    _say(means, "PaymentMeansCode", CREDIT_TRANSFER)
    _say(means, "PaymentID", payment_reference(document.number))
    account = _add(means, "PayeeFinancialAccount")
    _say(account, "ID", document.seller.bankgiro)
    _say(_add(account, "FinancialInstitutionBranch"), "ID", "SE:BANKGIRO")


def _totals(root: ET.Element, ore: int) -> None:
    tax = _add(root, "TaxTotal")
    _money(tax, "TaxAmount", 0)
    part = _add(tax, "TaxSubtotal")
    _money(part, "TaxableAmount", ore)
    _money(part, "TaxAmount", 0)
    _category(part, "TaxCategory", reason=EXEMPTION)
    total = _add(root, "LegalMonetaryTotal")
    for name in (
        "LineExtensionAmount",
        "TaxExclusiveAmount",
        "TaxInclusiveAmount",
        "PayableAmount",
    ):
        _money(total, name, ore)


def _category(above: ET.Element, name: str, reason: str = "") -> None:
    category = _add(above, name)
    _say(category, "ID", EXEMPT)
    _say(category, "Percent", "0")
    if reason:
        _say(category, "TaxExemptionReason", reason)
    _say(_add(category, "TaxScheme"), "ID", "VAT")


def _line(root: ET.Element, document: Document, at: int, item: Item) -> None:
    line = _add(root, "CreditNoteLine" if document.credit else "InvoiceLine")
    _say(line, "ID", str(at))
    quantity = "CreditedQuantity" if document.credit else "InvoicedQuantity"
    _say(line, quantity, f"{item.quantity.normalize():f}", unitCode=item.unit)
    _money(line, "LineExtensionAmount", item.amount_ore)
    _period(line, document)
    thing = _add(line, "Item")
    _say(thing, "Description", item.description)
    _say(thing, "Name", item.name)
    _category(thing, "ClassifiedTaxCategory")
    _money(_add(line, "Price"), "PriceAmount", item.price_ore)


def _add(above: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(above, f"{{{CAC}}}{name}")


def _say(above: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(above, f"{{{CBC}}}{name}", attributes).text = text


def _money(above: ET.Element, name: str, ore: int) -> None:
    _say(above, name, kronor(ore), currencyID="SEK")


def kronor(ore: int) -> str:
    """`-10500.00`: whole kronor and öre, exactly."""
    sign, whole = "-" if ore < 0 else "", abs(ore)
    return f"{sign}{whole // 100}.{whole % 100:02}"
