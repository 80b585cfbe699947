"""Hostile values where a month is settled: a clear answer, no fault of ours, nothing changed."""

from __future__ import annotations

import pytest
from settlers import BORÅS, Economy
from stage import owner

VALUES = (
    "", " ", "\x00", "a\x00b", "x" * 200_000, "' or 1=1 --", "<script>alert(1)</script>",
    "{{ 7*7 }}", "../../etc/passwd", "1e999", "NaN", "-1", "99999999999999999999", "2026-02-30",
    "null", "[]", "ﷺ" * 50, "\u202eabc", "🙈", "=cmd|' /C calc'!A0", "١٢٣",
)  # fmt: skip
PAGE = "/betalning/2026-03/"
FINE = (200, 302, 400, 404, 405, 409)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value[:12]))
def test_no_value_in_a_form_is_a_fault_of_ours(economy: Economy, value: str) -> None:
    key = economy.stay(BORÅS, 9)
    region, own = economy.client(economy.region), economy.client(economy.borås)
    region.post(PAGE, {"do": "lay-out"})
    for client in (region, own):
        for do in ("object", "answer", "correct", "lay-out", "close", value):
            given = {"do": do, "key": value, "text": value, "days": value, "objection": value,
                     "verdict": value}  # fmt: skip
            for address in (f"{PAGE}{BORÅS}/", f"{PAGE}1463/"):
                answer = client.post(address, given)
                assert answer.status_code in FINE, (do, address)
                assert b"<script>alert(1)" not in answer.content
    assert owner("select count(*) from settlement_correction") == [(0,)]
    assert owner("select count(*) from settlement_objection where key <> %s", key) == [(0,)]


def test_no_address_is_a_fault_of_ours(economy: Economy) -> None:
    client = economy.client(economy.region)
    for address in (
        "/betalning/0-0/", "/betalning/2026-13/", "/betalning/9999-12/", "/betalning/10000-1/",
        f"/betalning/{'9' * 400}-01/", f"{PAGE}finns-inte/", f"{PAGE}%00/", f"{PAGE}'/",
        f"{PAGE}{BORÅS}/underlag.exe", f"{PAGE}{BORÅS}/..%2f..%2fetc", f"{PAGE}region/",
        "/betalning/0001-01/", f"{PAGE}utoml%C3%A4ns/", f"{PAGE}ingen/underlag.pdf",
    ):  # fmt: skip
        assert client.get(address).status_code in FINE, address
