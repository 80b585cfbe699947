"""A month from preliminary to final: review, objections, corrections, invoices, the ledger."""

from __future__ import annotations

import io
import re
import threading
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.db import DatabaseError
from django.utils import timezone
from pypdf import PdfReader
from pysie_accounting.pysie import PySIE
from settlers import BORÅS, MARK, Economy
from stage import owner, person_at

from sammanhang.settlement.closing import signature
from sammanhang.settlement.figures import kronor
from tests.official_invoices import faults

PAGE = "/betalning/2026-03/"
EIGHT = re.compile(r"V-[0-9A-Z]{8}")


@pytest.fixture
def march(economy: Economy) -> Economy:
    """Borås over the mean and with a long stay; Mark with a zero."""
    economy.stay(BORÅS, 5)
    economy.stay(BORÅS, 10, care="psychiatric")
    economy.stay(MARK, 2)
    return economy


def laid_out(economy: Economy) -> None:
    economy.client(economy.region).post(PAGE, {"do": "lay-out"})


def closed(economy: Economy) -> None:
    economy.client(economy.region).post(PAGE, {"do": "close"})


def month_row() -> tuple[object, ...]:
    return owner("select final_at is not null, hash, signature from settlement_month")[0]


def long_stay() -> str:
    ((key,),) = owner("select key from settlement_stay where specialty = 'psychiatric'")
    return key


# --- What is seen ---------------------------------------------------------------------------


def test_the_region_sees_every_municipality_and_a_municipality_its_own(march: Economy) -> None:
    seen = march.client(march.region).get(PAGE).content.decode()
    assert seen.count("<tr>") >= 49
    assert "5,00" in seen  # the mean of Borås
    own = march.client(march.borås)
    answer = own.get(PAGE)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{PAGE}{BORÅS}/"
    assert own.get(f"{PAGE}{BORÅS}/").status_code == 200
    for address in (f"{PAGE}{MARK}/", f"{PAGE}{MARK}/underlag.xlsx", f"{PAGE}{MARK}/faktura.xml"):
        assert own.get(address).status_code == 404
    denied = owner("select count(*) from access_log where action = 'denied:settlement'")
    assert denied == [(3,)]


def test_the_database_holds_it_where_a_view_forgets(march: Economy) -> None:
    """As the application's role, acting for Borås, there is nothing of Mark to be seen."""
    from django.db import connection

    from sammanhang.settlement.months import scope

    with scope(march.borås) as settles_for, connection.cursor() as cursor:
        assert settles_for == BORÅS
        cursor.execute("select distinct payer from settlement_stay")
        assert cursor.fetchall() == [(BORÅS,)]
        cursor.execute("select set_config('app.office', %s, true)", [march.mark.unit])
        cursor.execute("select count(*) from settlement_stay")  # another's office is not believed
        assert cursor.fetchone() == (0,)


def test_no_page_or_file_names_anybody(march: Economy) -> None:
    laid_out(march)
    closed(march)
    client = march.client(march.region)
    for address in (PAGE, f"{PAGE}{BORÅS}/", f"{PAGE}{BORÅS}/faktura.xml", f"{PAGE}bokforing.si"):
        told = client.get(address).content.decode("utf-8", "replace")
        assert "Hemlig" not in told
        assert not re.search(r"\b(19|20)\d{6}-?\d{4}\b", told.replace("2321000131", ""))


def test_an_auditor_sees_the_sums_of_final_months_and_no_stay(march: Economy) -> None:
    """The region's of all, a municipality's of its own, and nothing before it is final."""
    from django.db import connection

    from sammanhang.settlement.months import scope

    region = person_at(march.region.unit, "Rakel Revisor", "auditor")
    municipality = person_at(march.mark.unit, "Mats Revisor", "auditor")
    laid_out(march)
    page = "/betalning/faststallt/"
    assert "Ingen månad är fastställd" in march.client(region).get(page).content.decode()
    closed(march)
    ((owed,),) = owner("select amount_ore from settlement_invoice where payer = %s", BORÅS)

    told = march.client(region).get(page).content.decode()
    assert kronor(owed) in told
    assert not EIGHT.search(told)
    own = march.client(municipality).get(page).content.decode()
    assert "Mark" in own
    assert "Borås" not in own
    for who, payers in ((region, [BORÅS, MARK]), (municipality, [MARK]), (march.borås, [])):
        with scope(who), connection.cursor() as cursor:
            cursor.execute("select payer from settlement_total order by payer desc")
            assert [payer for (payer,) in cursor.fetchall()] == payers
    for table in ("stay", "statement", "objection", "answer", "correction", "invoice", "party"):
        with scope(region), connection.cursor() as cursor:
            cursor.execute(f"select count(*) from settlement_{table}")
            assert cursor.fetchone() == (0,), table
    with pytest.raises(DatabaseError):
        owner("update settlement_total set amount_ore = 0")


# --- Review, objections, corrections --------------------------------------------------------


def test_a_month_that_runs_can_not_be_laid_out(economy: Economy) -> None:
    today = timezone.localdate()
    client = economy.client(economy.region)
    answer = client.post(f"/betalning/{today:%Y-%m}/", {"do": "lay-out"})
    assert answer.status_code == 409
    assert "Månaden pågår" in answer.content.decode()


def test_what_has_been_laid_out_stands_whatever_happens_in_the_case(march: Economy) -> None:
    laid_out(march)
    owner("delete from settlement_stay where payer = %s", BORÅS)
    seen = march.client(march.borås).get(f"{PAGE}{BORÅS}/").content.decode()
    assert long_stays(seen) == 2


def long_stays(page: str) -> int:
    return len(set(EIGHT.findall(page)))


def test_a_municipality_objects_and_the_region_corrects(march: Economy) -> None:
    laid_out(march)
    key = long_stay()
    own, region = march.client(march.borås), march.client(march.region)
    own.post(f"{PAGE}{BORÅS}/", {"do": "object", "key": key, "text": "Kom hem den 10."})
    assert "1 invändning väntar" in region.get(PAGE).content.decode()
    refused = region.post(PAGE, {"do": "close"})
    assert refused.status_code == 409  # while an objection has no answer

    ((objection,),) = owner("select id from settlement_objection")
    given = {"do": "answer", "objection": objection, "verdict": "days", "days": "8", "text": "Ja."}
    region.post(f"{PAGE}{BORÅS}/", given)
    # 5 days in the mean: 2 over. 10 days became 8: day 8 is left of 8, 9, 10.
    assert owner("select days, liable, amount_ore from settlement_correction") == [
        (8, -2, -2 * 11_200 * 100)
    ]
    seen = own.get(f"{PAGE}{BORÅS}/").content.decode()
    assert "Rättat:" in seen
    closed(march)
    ((amount,),) = owner("select amount_ore from settlement_invoice where payer = %s", BORÅS)
    assert amount == (2 + 3 - 2) * 11_200 * 100


def test_what_was_typed_survives_a_refusal(march: Economy) -> None:
    laid_out(march)
    key = long_stay()
    region = march.client(march.region)
    given = {"do": "correct", "key": key, "verdict": "days", "days": "åtta", "text": "Fel dag."}
    answer = region.post(f"{PAGE}{BORÅS}/", given)
    assert answer.status_code == 409
    told = answer.content.decode()
    assert "heltal" in told
    assert "Fel dag.</textarea>" in told
    assert 'value="åtta"' in told


def test_a_municipality_can_not_answer_or_close(march: Economy) -> None:
    laid_out(march)
    own = march.client(march.borås)
    key = long_stay()
    assert own.post(PAGE, {"do": "close"}).status_code == 404
    given = {"do": "correct", "key": key, "verdict": "not-counted", "text": "Nej."}
    assert own.post(f"{PAGE}{BORÅS}/", given).status_code == 404
    assert owner("select count(*) from settlement_correction") == [(0,)]


# --- Final ----------------------------------------------------------------------------------


def test_a_final_month_is_locked_and_signed(march: Economy) -> None:
    laid_out(march)
    closed(march)
    final, hash, signed = month_row()
    assert final
    assert signed == signature(str(hash))
    client = march.client(march.region)
    assert "kan inte öppnas igen" in client.post(PAGE, {"do": "close"}).content.decode()
    for change in (
        "update settlement_month set final_at = null, final_by = null, hash = null",
        "delete from settlement_statement",
        "update settlement_invoice set amount_ore = 1",
        "insert into settlement_correction (month, payer, key, reason, booked_in, liable, "
        "amount_ore, by) values ('2026-03-01', '1490', 'V', 'x', '2026-03-01', 0, 0, 'x')",
    ):
        with pytest.raises(DatabaseError):  # not even its owner
            owner(change)


def test_a_later_correction_is_a_line_in_a_later_month(march: Economy) -> None:
    laid_out(march)
    closed(march)
    key = long_stay()
    region = march.client(march.region)
    given = {"do": "correct", "key": key, "verdict": "not-counted", "text": "Fel person."}
    region.post(f"{PAGE}{BORÅS}/", given)
    ((booked, amount),) = owner("select booked_in, amount_ore from settlement_correction")
    assert (booked, amount) == (date(2026, 4, 1), -3 * 11_200 * 100)
    april = "/betalning/2026-04/"
    region.post(april, {"do": "lay-out"})
    region.post(april, {"do": "close"})
    xml = march.client(march.borås).get(f"{april}{BORÅS}/faktura.xml").content.decode()
    assert "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>" in xml
    assert "33600.00" in xml
    assert faults(xml) == []


def test_e_invoices_pass_the_official_rules(march: Economy) -> None:
    march.stay(MARK, 9)
    laid_out(march)
    closed(march)
    numbers = []
    for payer, who in ((BORÅS, march.borås), (MARK, march.mark)):
        answer = march.client(who).get(f"{PAGE}{payer}/faktura.xml")
        xml = answer.content.decode()
        assert faults(xml) == []
        numbers.append(int(re.search(r"<cbc:ID>(\d+)</cbc:ID>", xml)[1]))
        assert answer.headers["Content-Disposition"].endswith(f'faktura-{numbers[-1]}.xml"')
    assert sorted(numbers) == [1, 2]
    assert owner("select count(*) from settlement_invoice") == [(2,)]


def test_a_zero_is_a_statement_and_no_invoice(march: Economy) -> None:
    laid_out(march)
    closed(march)
    assert owner("select payer from settlement_invoice") == [(BORÅS,)]
    own = march.client(march.mark)
    assert own.get(f"{PAGE}{MARK}/underlag.pdf").status_code == 200
    assert own.get(f"{PAGE}{MARK}/faktura.xml").status_code == 404


def test_parties_are_never_guessed(march: Economy) -> None:
    owner("delete from settlement_party where payer = %s", BORÅS)
    laid_out(march)
    answer = march.client(march.region).post(PAGE, {"do": "close"})
    assert answer.status_code == 409
    assert f"{BORÅS} saknas i registret" in answer.content.decode()
    assert month_row()[0] is False
    assert owner("select count(*) from settlement_invoice") == [(0,)]


def test_two_who_close_at_once_make_one_set_of_invoices(march: Economy) -> None:
    laid_out(march)
    clients = [march.client(march.region) for _ in range(3)]
    together = [threading.Thread(target=one.post, args=(PAGE, {"do": "close"})) for one in clients]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert owner("select number from settlement_invoice") == [(1,)]


# --- Files ----------------------------------------------------------------------------------


def test_the_ledgers_file_sums_to_zero_and_keeps_its_letters(
    march: Economy, tmp_path: Path
) -> None:
    """Read back by a program that others wrote."""
    laid_out(march)
    closed(march)
    file = tmp_path / "b.si"
    file.write_bytes(march.client(march.region).get(f"{PAGE}bokforing.si").content)
    read = PySIE()
    read.sie_encoding = "CP437"
    translation = tmp_path / "sru.csv"
    translation.write_text("SRU,Ink2\n")
    read.open_trans(translation)
    read.open(file)
    assert read.fnamn == "Västra Götalandsregionen"
    ((day, _, _, rows),) = read.verifikat.values()
    assert int(day) == int(f"{timezone.localdate():%Y%m%d}")
    assert [float(row[2]) for row in rows] == [56_000, -56_000]


def test_the_spreadsheet_has_every_stay_with_its_why(march: Economy) -> None:
    content = march.client(march.borås).get(f"{PAGE}{BORÅS}/underlag.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book["Vårdtillfällen"].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == {key for (key,) in owner(
        "select key from settlement_stay where payer = %s", BORÅS)}  # fmt: skip
    assert any("avräknas för sig" in row[8] for row in rows)


def test_the_pdf_is_tagged_and_says_the_sum(march: Economy) -> None:
    content = march.client(march.borås).get(f"{PAGE}{BORÅS}/underlag.pdf").content
    document = PdfReader(io.BytesIO(content))
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert document.trailer["/Root"]["/Lang"] == "sv"
    text = "".join(page.extract_text() for page in document.pages).replace("\xa0", " ")
    assert "56 000,00" in text


def test_a_year_without_an_amount_is_refused_with_where_to_add_it(march: Economy) -> None:
    told = march.client(march.region).get("/betalning/2024-03/").content.decode()
    assert "belopp-per-vårddag" in told
