"""Each of the documents in force can be written on."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from stage import person_at, signed_in, units

from sammanhang.casework.documents import front_of
from sammanhang.governance.shelf import in_force

DOCUMENTS = [
    document.id
    for path in sorted(settings.GUIDELINES.rglob("dokument.md"))
    if (document := front_of(str(path), path.read_text(encoding="utf-8")))
]
PAGES = ("skriv/", "", "anmarkningar/", "sparningar/", "mallar/", "prov/", "foresla/")


@pytest.fixture
def leader(database: str) -> Client:
    return signed_in(person_at(units("biståndsenhet")[0], "Eva Ek", role="process_leader"))


def test_there_are_some(database: str) -> None:
    assert {one.file for one in in_force().values()} == {
        path.relative_to(settings.GUIDELINES).as_posix()
        for path in settings.GUIDELINES.rglob("dokument.md")
    }


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_draft_has_all_pages_and_changes_nothing(leader: Client, document: str) -> None:
    draft = leader.post("/utkast/nytt/", {"document": document}).headers["Location"]
    draft = draft.removesuffix("skriv/")
    pages = {page: leader.get(draft + page) for page in PAGES}

    assert {page: answer.status_code for page, answer in pages.items()} == dict.fromkeys(PAGES, 200)
    assert "finding-error" not in pages["anmarkningar/"].content.decode()
    assert "Texterna är lika" in pages[""].content.decode()
    assert "redan gäller" in pages["foresla/"].content.decode()
    text = in_force()[document].text
    shown = leader.post(f"{draft}visning/", {"text": text})
    assert "styrdokument" in shown.content.decode()
