"""The pages of the place to write, as a process leader and as anybody else meets them."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from stage import Stage, owner, person_at, signed_in

NEW = {"title": "Snabb kvittens i Fyrbodal", "kind": "lokalt tillägg", "area": "Fyrbodal"}
SCRIPT = {"HTTP_ACCEPT": "application/json", "HTTP_HX_REQUEST": "true"}


@pytest.fixture
def eva(stage: Stage) -> Client:
    return signed_in(person_at(stage.officer.unit, "Eva Ek", role="process_leader"))


@pytest.fixture
def ove(stage: Stage) -> Client:
    return signed_in(person_at(stage.officer.unit, "Ove Ask", role="process_leader"))


@pytest.fixture
def draft(eva: Client) -> str:
    """The address of a draft of what is in force."""
    begun = eva.post("/utkast/nytt/", {"document": "prov-in-och-utskrivning"})
    assert begun.headers["Location"] == "/utkast/1/skriv/"
    return "/utkast/1/"


def text_of(answer: HttpResponse) -> str:
    field = BeautifulSoup(answer.content, "html.parser").find("textarea", {"name": "text"})
    return field.get_text().removeprefix("\n") if field else ""


def words(answer: HttpResponse) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def saved(client: Client, draft: str, text: str, onto: int) -> dict[str, object]:
    return client.post(f"{draft}skriv/", {"text": text, "onto": onto}, **SCRIPT).json()


def test_what_is_written_is_read_again_without_scripts(eva: Client, draft: str) -> None:
    text = text_of(eva.get(f"{draft}skriv/"))
    assert text.startswith("---\nid: prov-in-och-utskrivning")
    changed = text.replace("24 timmar", "12 timmar").replace("\n", "\r\n")

    answer = eva.post(f"{draft}skriv/", {"text": changed, "onto": 1, "then": "findings"})

    assert answer.headers["Location"] == f"{draft}anmarkningar/"
    assert text_of(eva.get(f"{draft}skriv/")) == changed.replace("\r\n", "\n")


def test_what_changes_is_said_in_words(eva: Client, draft: str, stage: Stage) -> None:
    text = text_of(eva.get(f"{draft}skriv/"))
    saved(eva, draft, text.replace("24 timmar", "12 timmar", 1), 1)

    told = words(signed_in(stage.ward).get(draft))

    assert "skärps" in told
    assert "12 timmar" in told


def test_findings_come_as_one_types(eva: Client, draft: str) -> None:
    text = text_of(eva.get(f"{draft}skriv/"))
    wrong = text.replace("ska: inskrivningsmeddelande", "ska: inskrivningsmedelande")
    assert wrong != text

    told = eva.post(f"{draft}kontroll/", {"text": wrong}, **SCRIPT).json()

    (finding,) = (one for one in told["findings"] if one["severity"] == "fel")
    assert wrong.split("\n")[finding["line"] - 1] == "ska: inskrivningsmedelande"
    assert "Menade du 'inskrivningsmeddelande'?" in finding["text"]
    assert "inskrivningsmeddelande" in told["names"]["handling"]
    assert eva.post(f"{draft}visning/", {"text": wrong}).status_code == 204
    page = eva.post(f"{draft}visning/", {"text": text}).content.decode()
    assert "regelkort" in page
    assert "<svg" in eva.post(f"{draft}visning/?som=diagram", {"text": text}).content.decode()


def test_what_is_written_is_not_taken_for_markup(eva: Client, draft: str) -> None:
    text = text_of(eva.get(f"{draft}skriv/"))
    bad = '<script>alert(1)</script> <img src=x onerror="alert(1)"> [x](javascript:alert(1))\n'
    hostile = text.replace("## 1 Parter\n", f"## 1 Parter\n\n{bad}")
    page = eva.post(f"{draft}visning/", {"text": hostile}).content.decode()
    assert "<script>" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    saved(eva, draft, hostile, 1)
    for address in ("", "skriv/", "sparningar/?sparning=2", "anmarkningar/"):
        assert "<script>alert" not in eva.get(draft + address).content.decode(), address


def test_two_at_once_are_told_and_lose_nothing(eva: Client, ove: Client, draft: str) -> None:
    text = text_of(eva.get(f"{draft}skriv/"))
    assert "Eva Ek har också utkastet öppet" in words(ove.get(f"{draft}skriv/"))
    saved(eva, draft, text.replace("24 timmar", "12 timmar", 1), 1)

    told = saved(ove, draft, text.replace("En liten process", "En mycket liten process"), 1)

    assert told["met"] == {"name": "Eva Ek", "merge": f"{draft}sammanfoga/3/"}
    page = ove.get(f"{draft}sammanfoga/3/")
    together = text_of(page)
    assert "12 timmar" in together
    assert "En mycket liten process" in together
    assert "Ni har ändrat på olika ställen" in words(page)
    assert saved(ove, draft, together, 2) == {"revision": 4, "met": None, "at": told["at"]}
    without_scripts = eva.post(f"{draft}skriv/", {"text": "Evas eget", "onto": 2})
    assert without_scripts.headers["Location"] == f"{draft}sammanfoga/5/"
    assert "vid sidan" in words(eva.get(f"{draft}sparningar/"))


def test_a_text_that_cannot_be_saved_stays_in_the_field(eva: Client, draft: str) -> None:
    answer = eva.post(f"{draft}skriv/", {"text": "å" * 200_001, "onto": 1})
    assert answer.status_code == 422
    assert "för lång" in words(answer)
    assert text_of(answer) == "å" * 200_001
    assert "tom" in eva.post(f"{draft}skriv/", {"text": " ", "onto": 1}, **SCRIPT).json()["fault"]


@pytest.mark.parametrize("onto", ["0", "9", "-1", "x", "", "9" * 30])
def test_a_text_made_from_nothing_known_is_not_saved(eva: Client, draft: str, onto: str) -> None:
    answer = eva.post(f"{draft}skriv/", {"text": "annat", "onto": onto}, **SCRIPT)
    assert answer.status_code == 404


def test_a_version_is_proposed_with_name_and_time(eva: Client, draft: str, stage: Stage) -> None:
    text = text_of(eva.get(f"{draft}skriv/"))
    assert "redan gäller" in words(eva.get(f"{draft}foresla/"))
    new = text.replace('version: "1"', 'version: "2"\ngäller-från: 2027-01-01')
    saved(eva, draft, new, 1)
    assert "Version 2 Gäller från" in words(eva.get(f"{draft}foresla/"))

    assert eva.post(f"{draft}foresla/", {"onto": 2}).headers["Location"] == draft

    told = words(signed_in(stage.ward).get(draft))
    assert "På remiss version 2 Eva Ek" in told
    assert eva.get(f"{draft}skriv/").headers["Location"] == draft
    assert eva.post(f"{draft}skriv/", {"text": "x", "onto": 2}, **SCRIPT).status_code == 422


def test_a_faulty_text_is_not_proposed(eva: Client, draft: str) -> None:
    text = text_of(eva.get(f"{draft}skriv/"))
    saved(eva, draft, text.replace("ska: ", "ska: x"), 1)
    answer = eva.post(f"{draft}foresla/", {"onto": 2})
    assert answer.status_code == 422
    assert "fel som måste rättas" in words(answer)
    assert owner("select count(*) from governance_standing") == [(1,)]


def test_a_new_supplement_begins_with_its_front_matter(eva: Client) -> None:
    begun = eva.post("/utkast/nytt/", {**NEW, "base": "prov-in-och-utskrivning"})
    text = text_of(eva.get(begun.headers["Location"]))
    assert "tillägg-till: prov-in-och-utskrivning" in text
    assert 'område: {delregion: "Fyrbodal"}' in text
    told = words(eva.get(begun.headers["Location"].replace("skriv", "anmarkningar")))
    assert "Inga anmärkningar" in told


FILE = """---
id: {id}
titel: Prov från fil
nivå: riktlinje
process: prov
version: "9"
---

# Prov från fil
"""


@pytest.mark.parametrize(
    ("id", "based_on"), [("prov-in-och-utskrivning", "1"), ("helt-nytt", None)]
)
def test_a_document_is_begun_from_a_file(eva: Client, id: str, based_on: str | None) -> None:
    text = FILE.format(id=id)
    file = SimpleUploadedFile("dokument.md", text.encode())
    page = eva.post("/utkast/nytt/", {"file": file}, follow=True)
    assert page.status_code == 200
    ((kept, base),) = owner(
        "select s.text, v.based_on from governance_version v "
        "join governance_saving s on s.version = v.id order by v.id desc limit 1"
    )
    assert (kept, base) == (text, based_on)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"# Bara prosa", "börjar inte som ett styrdokument"),
        (b"---\n: [\n---\n", "börjar inte som ett styrdokument"),
        (b"a" * 400_001, "för stor"),
        (FILE.format(id="a").encode() + b"\0", "börjar inte som ett styrdokument"),
        (FILE.format(id="a" * 300).encode(), "börjar inte som ett styrdokument"),
    ],
)
def test_a_file_that_is_no_document_is_told(eva: Client, content: bytes, told: str) -> None:
    page = eva.post("/utkast/nytt/", {"file": SimpleUploadedFile("d.md", content)})
    assert page.status_code == 422
    assert told in page.content.decode()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"title": "  "}, "Ge dokumentet en rubrik"),
        ({"title": "x" * 121}, "för lång"),
        ({"title": '"]: {\n- !!python'}, None),
        ({"kind": "lag"}, "Välj vad det är"),
        ({"base": "finns-inte"}, "Välj vad det är"),
        ({"title": "prov in och utskrivning"}, "finns redan"),
    ],
)
def test_what_a_document_cannot_be_begun_from(
    eva: Client, changed: dict[str, str], says: str | None
) -> None:
    answer = eva.post("/utkast/nytt/", {**NEW, "base": "prov-in-och-utskrivning", **changed})
    assert answer.status_code == (422 if says else 302)
    assert says is None or says in words(answer)


FILLED = {
    "mall": "inom",
    "när": "inskrivning",
    "vem": "kommun",
    "ska": "planeringsmeddelande",
    "senast": "2",
    "senast-enhet": "arbetsdagar",
    "prosa": "Kommunen ska skicka planering inom två arbetsdagar.",
    "avsnitt": "2",
}


def test_a_rule_is_filled_in_and_lies_last_in_its_section(eva: Client, draft: str) -> None:
    assert eva.post(f"{draft}mallar/", FILLED).headers["Location"] == f"{draft}skriv/"
    text = text_of(eva.get(f"{draft}skriv/"))
    block = (
        "Kommunen ska skicka planering inom två arbetsdagar.\n\n"
        "```regel planeringsmeddelande-efter-inskrivning\nnär: inskrivning\n"
        "ska: planeringsmeddelande\nvem: kommun\nsenast: 2 arbetsdagar\n```\n\n## 3"
    )
    assert block in text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"prosa": ""}, "får inte stå utan ord"),
        ({"ska": "något annat"}, "egna namn"),
        ({"senast": "0"}, "helt tal"),
        ({"senast": "²"}, "helt tal"),
        ({"senast-enhet": "år"}, "helt tal"),
        ({"avsnitt": "99"}, "Välj vilket avsnitt"),
    ],
)
def test_what_is_not_filled_in_is_said(
    eva: Client, draft: str, changed: dict[str, str], says: str
) -> None:
    answer = eva.post(f"{draft}mallar/", {**FILLED, **changed})
    assert answer.status_code == 422
    assert says in words(answer)


def test_an_example_is_changed_and_run(stage: Stage) -> None:
    client = signed_in(stage.ward)
    page = BeautifulSoup(client.get("/sprakets-exempel/").content, "html.parser")
    form = page.select_one("#inom-en-viss-tid form")
    assert form is not None
    text = form.find("textarea", {"name": "text"}).get_text().replace("24 timmar", "3 dagar")
    events = form.find("textarea", {"name": "events"}).get_text()
    sent = {"text": text, "events": events, "at": "2026-03-03 12:00"}

    piece = client.post("/sprakets-exempel/inom-en-viss-tid/", sent, HTTP_HX_REQUEST="true")

    assert "senast 2026-03-05 23:59 öppet" in words(piece)
    assert "3 dagar" in client.post("/sprakets-exempel/inom-en-viss-tid/", sent).content.decode()
    hostile = {**sent, "events": "<script> x y z\n" * 3}
    answer = client.post("/sprakets-exempel/om/", hostile, HTTP_HX_REQUEST="true")
    assert "<script>" not in answer.content.decode()


def test_the_editor_may_make_style_sheets_and_nothing_else(eva: Client, draft: str) -> None:
    answer = eva.get(f"{draft}skriv/")
    policy = answer.headers["Content-Security-Policy"]
    nonce = BeautifulSoup(answer.content, "html.parser").find(id="write")["data-nonce"]
    assert f"style-src 'self' 'nonce-{nonce}'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "nonce" not in eva.get(draft).headers["Content-Security-Policy"]
