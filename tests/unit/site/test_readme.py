"""The README keeps its promises: what it names is there, under that name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sammanhang.guideline import read_document
from sammanhang.site.cli import main
from simulation.staff import memorable, units

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
COMMANDS = "\n".join(re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S))
DOCUMENT = ROOT / "guidelines" / "in-och-utskrivning" / "dokument.md"


def test_each_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"make ([a-z]+)", README))
    assert named
    assert named <= targets


def test_each_command_exists() -> None:
    named = set(re.findall(r"bin/sammanhang ([a-z-]+)", COMMANDS))
    assert named
    assert named <= set(main.list_commands(None))  # type: ignore[arg-type]


def test_each_file_and_folder_exists() -> None:
    named = re.findall(r"`([a-z./_A-Z-]+)`", README) + re.findall(r"\]\((docs/[^)]+)\)", README)
    paths = {name for name in named if "/" in name or name.endswith(".md")}
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_those_to_sign_in_as_are_there() -> None:
    staff = {f"{one.given_name} {one.family_name}" for one in memorable()}
    named = set(re.findall(r"\*\*(?:Sign in as )?([A-Z]\w+ [A-Z]\w+)\*\*", README))
    assert named == {"Anna Lindqvist", "Karim Saleh"}
    assert named <= staff


@pytest.mark.parametrize("name", sorted(set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", README))))
def test_each_word_of_the_screens_is_theirs(name: str) -> None:
    """A button, an act of the guideline, or a unit."""
    process = read_document(DOCUMENT.read_text(), str(DOCUMENT)).process
    assert process is not None
    words = (ROOT / "sammanhang/locale/en/LC_MESSAGES/django.po").read_text()
    acts = {act.title for act in process.acts.values()}
    assert f'"{name}"' in words or name in acts | {unit["name"] for unit in units()}
