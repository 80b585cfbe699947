"""Common rules to fill in: a sentence with gaps becomes a paragraph and its block."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop as N_

from sammanhang.guideline.reader import NAME, read_source
from sammanhang.guideline.remarks import Remarks

Filled = Mapping[str, str]
ACT, PART, RULE, SPAN, NEW = "handling", "part", "regel", "frist", "nytt"
"""What a gap is filled with: a name of the document's, a length of time, or a new name."""
UNITS = ("timmar", "arbetstimmar", "dagar", "arbetsdagar")


class NotFilled(Exception):
    """What is missing, for who fills in."""


@dataclass(frozen=True, slots=True)
class Gap:
    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Template:
    """`block`: kind, name and lines, from what was filled in."""

    key: str
    title: str
    gaps: tuple[Gap, ...]
    block: Callable[[Filled], tuple[str, str, list[str]]]


def _within(filled: Filled) -> tuple[str, str, list[str]]:
    lines = [f"när: {filled['när']}", f"ska: {filled['ska']}", f"vem: {filled['vem']}"]
    return (
        "regel",
        f"{filled['ska']}-efter-{filled['när']}",
        [*lines, f"senast: {filled['senast']}"],
    )


def _before(filled: Filled) -> tuple[str, str, list[str]]:
    lines = [f"när: {filled['när']}", f"ska: {filled['ska']}", f"vem: {filled['vem']}"]
    return (
        "regel",
        f"{filled['ska']}-före-{filled['före']}",
        [*lines, f"senast: före {filled['före']}"],
    )


def _requires(filled: Filled) -> tuple[str, str, list[str]]:
    name = f"{filled['handling']}-kräver-{filled['kräver']}"
    return "regel", name, [f"handling: {filled['handling']}", f"kräver: {filled['kräver']}"]


def _bars(filled: Filled) -> tuple[str, str, list[str]]:
    name = f"{filled['handling']}-spärrar-{filled['spärrar']}"
    return "regel", name, [f"handling: {filled['handling']}", f"spärrar: {filled['spärrar']}"]


def _message(filled: Filled) -> tuple[str, str, list[str]]:
    lines = [f"rubrik: {filled['rubrik']}", f"vem: {filled['vem']}", f"till: {filled['till']}"]
    lines += [f"kvittens: {filled['kvittens']}", "fält:"]
    return "handling", _slug(filled["rubrik"]), [*lines, "  text: {rubrik: Meddelande, typ: text}"]


def _tightens(filled: Filled) -> tuple[str, str, list[str]]:
    return "skärpning", filled["regel"], [f"senast: {filled['senast']}"]


TEMPLATES: Mapping[str, Template] = {
    one.key: one
    for one in (
        Template(
            "inom",
            N_("Inom en viss tid ska någon göra något"),
            (Gap("när", N_("När det här har hänt"), ACT), Gap("vem", N_("ska"), PART),
             Gap("ska", N_("göra"), ACT), Gap("senast", N_("inom"), SPAN)),
            _within,
        ),
        Template(
            "innan",
            N_("Något ska vara klart innan något annat"),
            (Gap("när", N_("När det här har hänt"), ACT), Gap("vem", N_("ska"), PART),
             Gap("ska", N_("göra"), ACT), Gap("före", N_("innan"), ACT)),
            _before,
        ),
        Template(
            "kraver",
            N_("Något kan göras först när något annat är gjort"),
            (Gap("handling", N_("För att göra"), ACT),
             Gap("kräver", N_("måste det här vara gjort"), ACT)),
            _requires,
        ),
        Template(
            "sparrar",
            N_("Något gör att något annat inte längre kan göras"),
            (Gap("handling", N_("Sedan det här har gjorts"), ACT),
             Gap("spärrar", N_("går det inte att göra"), ACT)),
            _bars,
        ),
        Template(
            "meddelande",
            N_("Ett nytt meddelande som ska kvitteras"),
            (Gap("rubrik", N_("Meddelandets namn"), NEW), Gap("vem", N_("från"), PART),
             Gap("till", N_("till"), PART), Gap("kvittens", N_("som kvitterar inom"), SPAN)),
            _message,
        ),
        Template(
            "kortare",
            N_("En kortare frist, i ett tillägg"),
            (Gap("regel", N_("Regeln"), RULE),
             Gap("senast", N_("ska i stället följas inom"), SPAN)),
            _tightens,
        ),
    )
}  # fmt: skip


def written(
    template: Template, filled: Mapping[str, str], names: Mapping[str, Sequence[str]]
) -> str:
    """The paragraph and the block. Raises NotFilled, with what is missing."""
    prose = " ".join(filled.get("prosa", "").replace("`", "'").split())
    if not prose:
        raise NotFilled("Skriv stycket som människor läser. En regel får inte stå utan ord.")
    values: dict[str, str] = {}
    for gap in template.gaps:
        values[gap.name] = _value(gap, filled, names)
    kind, name, lines = template.block(values)
    if kind in names and kind != "skärpning":
        name = _free(name, names[kind])
    return "\n".join([prose, "", f"```{kind} {name}", *lines, "```"])


def _value(gap: Gap, filled: Filled, names: Mapping[str, Sequence[str]]) -> str:
    if gap.kind == SPAN:
        many, unit = filled.get(gap.name, ""), filled.get(f"{gap.name}-enhet", "")
        if not (many.isascii() and many.isdigit() and 0 < int(many) < 1000 and unit in UNITS):
            raise NotFilled("Skriv fristen som ett helt tal, högst 999.")
        return f"{many} {_one(unit) if many == '1' else unit}"
    value = " ".join(filled.get(gap.name, "").split())
    if gap.kind == NEW:
        value = re.sub(r"[^\w ,.-]", "", value)[:80].strip()
        if not NAME.fullmatch(_slug(value)):
            raise NotFilled("Ge meddelandet ett namn.")
    elif value not in names[gap.kind]:
        raise NotFilled("Välj ett av dokumentets egna namn i varje ruta.")
    return value


def _one(unit: str) -> str:
    return {"timmar": "timme", "arbetstimmar": "arbetstimme"}.get(unit, unit.removesuffix("ar"))


def _free(name: str, taken: Sequence[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    return free


def _slug(title: str) -> str:
    return re.sub(r"[^a-zåäö0-9]+", "-", title.lower()).strip("-")


def sections(text: str) -> list[tuple[str, str]]:
    """Number and title of each section that a rule may stand in."""
    source = read_source(text, Remarks(""))
    return [(one.number, one.title) for one in source.sections]


def inserted(text: str, section: str, addition: str) -> str:
    """The text with an addition last in a section; NotFilled if there is no such section."""
    found = read_source(text, Remarks("")).sections
    at = next((i for i, one in enumerate(found) if one.number == section), None)
    if at is None:
        raise NotFilled("Välj vilket avsnitt regeln ska stå i.")
    lines = text.split("\n")
    end = found[at + 1].place.line - 1 if at + 1 < len(found) else len(lines)
    while end > found[at].place.line and not lines[end - 1].strip():
        end -= 1
    return "\n".join([*lines[:end], "", addition, *(lines[end:] or [""])])
