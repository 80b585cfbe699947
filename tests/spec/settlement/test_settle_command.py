"""`sammanhang settle`: a table of stays in, statements out; faulty rows are told and left out."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from sammanhang.site.cli import main

HEADER = (
    "stay_id,municipality,specialty,admitted_at,admission_notice_at,ready_at,"
    "ready_withdrawn_at,sip_called_at,discharged_at,deceased_at"
)
GOOD = (
    "V1,Borås,somatic,2026-03-01T08:00:00+01:00,2026-03-01T09:00:00+01:00,"
    "2026-03-02T10:00:00+01:00,,2026-03-03T10:00:00+01:00,2026-03-07T09:00:00+01:00,"
)
PRICES = "year,specialty,sek_per_day\n2026,somatic,10000\n2026,psychiatric,12000\n"


@pytest.fixture
def settle(tmp_path: Path):
    def run(
        *rows: str, model: str = "vg", month: str = "2026-03", prices: str | None = PRICES,
        header: str = HEADER,
    ) -> Result:  # fmt: skip
        stays = tmp_path / "stays.csv"
        stays.write_bytes("\n".join([header, *rows]).encode())
        command = ["settle", str(stays), "--model", model, "--month", month, "--json"]
        if prices is not None:
            (tmp_path / "prices.csv").write_text(prices)
            command += ["--prices", str(tmp_path / "prices.csv")]
        return CliRunner().invoke(main, command)

    return run


def test_writes_a_statement_for_each_municipality(settle) -> None:
    result = settle(GOOD)
    assert result.exit_code == 0, result.output
    assert orjson.loads(result.stdout) == {
        "month": "2026-03",
        "model": "vg",
        "municipalities": [
            {
                "municipality": "Borås",
                "stays": 1,
                "mean_days": 5.0,
                "mean_stays": 1,
                "individual_stays": 0,
                "liable_days": 2,
                "amount_ore": 2_000_000,
                "zero": False,
                "lines": [
                    {
                        "stay_id": "V1",
                        "days": 5,
                        "counted": True,
                        "reason": "5 dagar (2026-03-02–2026-03-07), i medelvärdet.",
                        "section": "4",
                    }
                ],
            }
        ],
        "rejected": [],
    }


# What is put in place of what in a good row, and what the reason must say.
FAULTY = [
    ("V2,", ",", "stay_id saknas"),
    ("Borås", "", "municipality saknas"),
    ("somatic", "kirurgi", "Skriv 'somatic' eller 'psychiatric'"),
    ("2026-03-01T08:00:00+01:00", "", "admitted_at saknas"),
    ("2026-03-01T08:00:00+01:00", "2026-03-01T08:00:00", "utan tidszon"),
    ("2026-03-01T08:00:00+01:00", "i går", "ingen tid"),
    ("2026-03-01T08:00:00+01:00", "0001-01-01T00:00:00+14:00", "orimligt"),
    ("2026-03-01T08:00:00+01:00", "2026-03-03T08:00:00+01:00", "före admitted_at"),
    ("2026-03-02T10:00:00+01:00", "2026-02-30T10:00:00+01:00", "ingen tid"),
    ("2026-03-07T09:00:00+01:00", "2026-03-01T09:00:00+01:00", "före ready_at"),
    ("2026-03-02T10:00:00+01:00,,", ",2026-03-02T10:00:00+01:00,", "ready_at saknas"),
    (",,2026-03-03", ",2026-03-08T09:00:00+01:00,2026-03-03", "före ready_withdrawn_at"),
    ("2026-03-07T09:00:00+01:00,", ",2026-02-01T00:00:00+01:00", "före admitted_at"),
    ("V2,", '"V2,', "Raden har 1 värden"),
    ("V2,", "V2,extra,", "Raden har 11 värden"),
    ("V2,", "V" * 300 + ",", "för långt"),
]


@pytest.mark.parametrize(("good", "bad", "reason"), FAULTY)
def test_a_faulty_row_is_told_and_the_rest_settled(settle, good, bad, reason) -> None:
    faulty = GOOD.replace("V1", "V2").replace(good, bad)
    result = settle(GOOD, faulty)
    told = orjson.loads(result.stdout)
    assert result.exit_code == 3
    assert [one["row"] for one in told["rejected"]] == [3]
    assert reason in told["rejected"][0]["reason"]
    assert [one["stays"] for one in told["municipalities"]] == [1]


def test_a_stay_with_one_faulty_row_is_not_settled_by_halves(settle) -> None:
    first = GOOD.replace(",,2026-03-03", ",2026-03-03T08:00:00+01:00,2026-03-03")
    again = GOOD.replace("2026-03-02T10", "2026-03-04T10").replace("somatic", "")
    result = orjson.loads(settle(first, again).stdout)
    assert [one["row"] for one in result["rejected"]] == [2, 3]
    assert "Rad 3" in result["rejected"][0]["reason"]
    assert result["municipalities"] == []


def test_the_end_may_stand_on_one_of_the_rows(settle) -> None:
    """Of several periods, only the last of which went home."""
    first = GOOD.replace(",,2026-03-03", ",2026-03-03T08:00:00+01:00,2026-03-03")
    first = first.replace("2026-03-07T09:00:00+01:00", "")
    again = GOOD.replace("2026-03-02T10", "2026-03-04T10")
    (borås,) = orjson.loads(settle(first, again).stdout)["municipalities"]
    assert borås["lines"][0]["days"] == 1 + 3
    other = again.replace("2026-03-07T09", "2026-03-08T09")
    rejected = orjson.loads(
        settle(GOOD.replace(",,2026-03-03", ",2026-03-03T08:00:00+01:00,2026-03-03"), other).stdout
    )["rejected"]
    assert "olika discharged_at" in rejected[0]["reason"]


def test_ready_again_without_withdrawal_is_told(settle) -> None:
    again = GOOD.replace("2026-03-02T10", "2026-03-04T10")
    rejected = orjson.loads(settle(GOOD, again).stdout)["rejected"]
    assert [one["row"] for one in rejected] == [2, 3]
    assert "utan att det förra har återtagits" in rejected[0]["reason"]


def test_a_stay_that_has_not_ended_belongs_to_no_month(settle) -> None:
    result = settle(GOOD.replace("2026-03-07T09:00:00+01:00", ""))
    assert result.exit_code == 0
    assert orjson.loads(result.stdout)["municipalities"] == []


def test_a_month_without_an_amount_is_refused_with_what_to_add_and_where(settle) -> None:
    result = settle(GOOD, prices=None)
    assert result.exit_code == 2
    assert "2026" in result.stderr
    assert "guidelines/belopp-per-vårddag/dokument.md" in result.stderr


def test_a_known_year_needs_no_file(settle) -> None:
    result = settle(GOOD.replace("2026", "2023"), month="2023-03", prices=None)
    assert orjson.loads(result.stdout)["municipalities"][0]["amount_ore"] == 2 * 10_500 * 100


REFUSED = [
    ({"month": "mars"}, "Skriv år-månad"),
    ({"month": "9999-12"}, "Skriv år-månad"),
    ({"month": "2018-01"}, "gäller inte för 2018-01"),
    ({"header": "stay_id,municipality"}, "Kolumnerna specialty"),
    ({"header": HEADER + ",stay_id"}, "två gånger"),
    ({"prices": "år,kronor\n2026,10000"}, "Första raden i prisfilen"),
    ({"prices": "year,specialty,sek_per_day\n2026,somatic,tio"}, "Rad 2 i prisfilen"),
    ({"prices": "year,specialty,sek_per_day\n2026,somatic,1\n2026,,2"}, "finns redan"),
    ({"prices": "year,specialty,sek_per_day\n26,somatic,1"}, "fyra siffror"),
]


@pytest.mark.parametrize(("given", "told"), REFUSED)
def test_what_can_not_be_settled_is_refused_with_what_to_do(settle, given, told) -> None:
    result = settle(GOOD, **given)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    for content, told in ((b"", "Första raden"), (b"\xff\xfe", "UTF-8"), (b"\0", "textfil")):
        (tmp_path / "x.csv").write_bytes(content)
        command = ["settle", str(tmp_path / "x.csv"), "--model", "vg", "--month", "2026-03"]
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 2
        assert told in result.stderr


def test_a_spreadsheets_table_is_read(settle) -> None:
    """Semicolons, a byte order mark and Windows' line ends."""
    rows = [one.replace(",", ";") + "\r" for one in (HEADER, GOOD)]
    result = settle(rows[1], header="\ufeff" + rows[0])
    assert orjson.loads(result.stdout)["municipalities"][0]["liable_days"] == 2
