"""The English catalogues, the service's and the demonstration's, have each word of the screens,
and are those that are run with."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
PACKAGES = {"sammanhang": 150, "simulation": 5}
"""At least so many words."""
MAKE = "run `make messages`, and translate what is new in django.po"


@pytest.fixture(scope="module", params=PACKAGES)
def package(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def english(package: str) -> Catalog:
    with catalogue(package, "po").open("rb") as file:
        return read_po(file, locale="en")


def catalogue(package: str, kind: str) -> Path:
    return ROOT / package / "locale" / "en" / "LC_MESSAGES" / f"django.{kind}"


def messages(catalog: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What is said in English, by what is said in Swedish; singular and plural."""
    return {forms(one.id): forms(one.string) for one in catalog if one.id}


def forms(said: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def test_each_word_of_the_screens_is_in_the_catalogue_and_nothing_else(
    package: str, english: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    template = tmp_path / "django.pot"
    asked = ["pybabel", "--quiet", "extract", "-F", "babel.cfg", "-o", str(template), package]
    CommandLineInterface().run(asked)
    with template.open("rb") as file:
        extracted = messages(read_po(file))

    assert len(extracted) > PACKAGES[package]
    assert messages(english).keys() == extracted.keys(), MAKE


def test_each_word_is_translated_and_keeps_what_is_put_into_it(english: Catalog) -> None:
    missing = [one for one, told in messages(english).items() if not all(told)]
    doubtful = [one.id for one in english if one.id and one.fuzzy]

    assert not missing, MAKE
    assert not doubtful
    assert not list(english.check())


def test_the_compiled_catalogue_is_made_of_this_one(package: str, english: Catalog) -> None:
    with catalogue(package, "mo").open("rb") as file:
        assert messages(read_mo(file)) == messages(english), MAKE
