"""Swedish unless one asks for English; in English, only the guideline's own words are Swedish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, NavigableString, Tag
from django.conf import settings
from django.test import Client
from django.utils.translation import get_language
from stage import Stage

from sammanhang.access.acting import Acting
from sammanhang.casework import processes, views

LANGUAGE = "/sprak/"
SAID_IN_ATTRIBUTES = (
    "alt", "aria-label", "data-label", "data-off", "data-on", "data-wait", "data-words",
    "placeholder", "title",
)  # fmt: skip


def signed_in(who: Acting, language: str = "sv") -> Client:
    client = Client()
    client.post("/logga-in/", {"assignment": str(who.assignment)})
    client.post(LANGUAGE, {"language": language})
    return client


def page(client: Client, address: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address).content, "html.parser")


def texts(of: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Everything that is said on a page or a part of one, with the language it is marked with."""
    for text in of.find_all(string=True):
        if type(text) is NavigableString and text.strip() and text.parent:
            yield " ".join(text.split()), language_of(text.parent)
    for element in of.find_all(True):
        for name in SAID_IN_ATTRIBUTES:
            if element.get(name):
                yield str(element[name]), language_of(element)


def language_of(element: Tag) -> str:
    marked = element if element.get("lang") else element.find_parent(attrs={"lang": True})
    return str(marked["lang"]) if marked else "en"


def catalogue() -> Iterator[tuple[set[str], set[str]]]:
    """Each of our messages in Swedish and in English, what they have in common left out."""
    with (settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES" / "django.po").open("rb") as file:
        for one in read_po(file, locale="en"):
            swedish, english = (
                {text} if isinstance(text, str) else set(text) for text in (one.id, one.string)
            )
            if one.id:
                yield swedish - english, english - swedish


SURNAME = "Prov"
"""Of everybody on the stage; also what a trial of a draft is called."""


def as_shown(message: str) -> re.Pattern[str]:
    """A message as it looks with something put into it."""
    said = re.sub(r"%(\\\(\w+\\\))?s", ".+", re.escape(message))
    return re.compile(rf"(?<!\w){said}(?!\w)")


def addresses(case: int) -> list[str]:
    guideline = "/riktlinjer/in-och-utskrivning/"
    return [
        "/tavla/",
        "/tavla/?q=finns-inte",
        "/skriv-in/",
        f"/arende/{case}/",
        f"/arende/{case}/gor/inskrivningsmeddelande/",
        f"/arende/{case}/gor/ansluta-kommun/",
        "/arende/999999/",
        "/riktlinjer/",
        guideline,
        f"{guideline}diagram/",
        f"{guideline}avsnitt/3/",
        "/byt-enhet/",
        "/logga-in/",
    ]


def test_in_english_nothing_of_ours_is_said_in_swedish(stage: Stage) -> None:
    case = stage.notified()
    stage.notified()
    ours = [as_shown(text) for swedish, _ in catalogue() for text in swedish if text != SURNAME]
    in_swedish, in_english = signed_in(stage.ward), signed_in(stage.ward, "en")
    for address in addresses(case):
        before = page(in_swedish, address)  # so that what is remembered is remembered in Swedish
        told = [text for text, _ in texts(before)]
        assert any(word.search(text) for word in ours for text in told), address

        said = [text for text, language in texts(page(in_english, address)) if language == "en"]
        slips = [(word.pattern, text) for word in ours for text in said if word.search(text)]
        assert not slips, address


def test_the_guidelines_own_words_say_that_they_are_swedish(stage: Stage) -> None:
    case = stage.notified()
    client = signed_in(stage.centre, "en")
    process = processes.process_on("in-och-utskrivning", date(2026, 3, 2))
    named = [act.title for act in process.acts.values()]
    named += [phase.title for phase in process.phases]
    named += [field.title for act in process.acts.values() for field in act.fields]
    english = {text for _, messages in catalogue() for text in messages}
    told: set[str] = set()
    for address in addresses(case):
        for text, language in texts(page(client, address)):
            if text.endswith("– Sammanhang"):
                continue  # the name of a tab can have one language only
            said = {title for title in named if re.search(rf"(?<!\w){title}(?!\w)", text)}
            assert not said or language == "sv", (address, text)
            assert text not in english or language == "en", (address, text)
            told |= said

    assert {"Inskrivningsmeddelande", "Till rätt enhet", "Meddelande"} <= told


def test_a_row_on_its_way_to_an_open_board_is_in_the_language_of_the_board(stage: Stage) -> None:
    case = stage.notified()
    for language, said in [("sv", "Kvittera"), ("en", "Acknowledge"), ("sv", "Kvittera")]:
        assert said in views._change(stage.centre, case, "brådska", language)


# --- Choosing -------------------------------------------------------------------------------


@pytest.mark.parametrize("cookie", [None, "", "de", "en-GB", "sv"])
def test_swedish_whatever_the_browser_asks_for(stage: Stage, cookie: str | None) -> None:
    client = Client(headers={"Accept-Language": "en-GB,en;q=0.9"})
    if cookie is not None:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    answer = client.get("/logga-in/")

    assert answer.headers["Content-Language"] == "sv"
    assert '<html lang="sv"' in answer.content.decode()
    assert "Välj vem du är" in answer.content.decode()


@pytest.mark.parametrize("address", ["/logga-in/", "/tavla/?visa=oläst"])
def test_the_choice_is_a_plain_form_and_is_remembered(stage: Stage, address: str) -> None:
    client = Client(enforce_csrf_checks=False)
    client.post("/logga-in/", {"assignment": str(stage.ward.assignment)})
    for chosen, other in [("en", "sv"), ("sv", "en")]:
        form = page(client, address).select_one("form.language")
        assert form is not None
        assert form["method"] == "post"
        sent = {str(one["name"]): str(one["value"]) for one in form.select("input, button")}
        assert sent["language"] == chosen
        assert form.select_one(f"button[lang={chosen}]")

        answer = client.post(str(form["action"]), sent)
        kept = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
        assert kept["max-age"] == 365 * 24 * 3600
        assert page(client, answer.headers["Location"]).html["lang"] == chosen
        assert page(client, answer.headers["Location"]).select_one(f"button[value={other}]")


def test_the_language_stays_when_one_signs_out(stage: Stage) -> None:
    client = signed_in(stage.ward, "en")
    answer = client.post("/logga-ut/", follow=True)

    assert "Choose who you are" in answer.content.decode()


def test_whoever_asks_next_gets_their_own_language(stage: Stage) -> None:
    signed_in(stage.ward, "en").get("/tavla/")

    assert get_language() == "sv"
