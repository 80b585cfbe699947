"""A process explained: as words, as a diagram, and as the document with its rules beside it.

`sentence` says a single rule; screens use it wherever a rule is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from sammanhang.guideline.diagram import as_svg
from sammanhang.guideline.explain_html import as_html, as_html_fragment
from sammanhang.guideline.model import Act, Document, Duty, Part, Process, Rule
from sammanhang.guideline.sentences import (
    citation,
    insight_text,
    parts_text,
    phase_sentence,
    reckoning_text,
    sentence,
    span_text,
)

__all__ = ["as_html", "as_html_fragment", "as_svg", "as_text", "sentence"]

WIDTH = 88


def as_text(process: Process) -> str:
    """The process as words: for each part what it may do and owes, then what holds for all."""
    lines = [*_heading(process.document), ""]
    for part in process.parts.values():
        lines += _part(part, process)
    others = [rule for rule in process.rules if not isinstance(rule, Duty)]
    lines += _listing("Vad som hänger på vad", [sentence(rule, process) for rule in others])
    lines += _listing("Lägen", [phase_sentence(phase, process) for phase in process.phases])
    lines += _listing("Tidsräkning", list(_reckonings(process)))
    return "\n".join(lines).rstrip() + "\n"


def _heading(document: Document) -> Iterator[str]:
    yield document.title
    yield "=" * len(document.title)
    said = [document.level.value.capitalize(), f"version {document.version}"]
    if document.in_force_from:
        said.append(f"gäller från {document.in_force_from.isoformat()}")
    if document.adopted_by:
        said.append(f"antagen av {document.adopted_by}")
    yield ", ".join(said) + "."


def _part(part: Part, process: Process) -> Iterator[str]:
    yield part.title
    yield "-" * len(part.title)
    if part.unit_types:
        yield from _wrapped(f"Enheter: {', '.join(part.unit_types)}.")
    yield from _wrapped(insight_text(part))
    yield ""
    acts = [act for act in process.acts.values() if part.name in act.performers]
    yield from _listing("Får göra", [_may(act, process) for act in acts])
    yield from _listing("Ska", [sentence(rule, process) for rule in _owed(part, process)])
    received = [act for act in process.acts.values() if part.name in act.recipients]
    yield from _listing("Tar emot", [_receives(act, process) for act in received])


def _owed(part: Part, process: Process) -> Iterator[Rule]:
    return (
        rule
        for rule in process.rules
        if isinstance(rule, Duty) and not rule.receipt and rule.part == part.name
    )


def _may(act: Act, process: Process) -> str:
    to = parts_text(act.recipients, process)
    where = "" if act.implicit else f" ({citation(act.source)})"
    return f"{act.title}{f', till {to}' if to else ''}{where}"


def _receives(act: Act, process: Process) -> str:
    sender = parts_text(act.performers, process)
    within = f"; kvitteras inom {span_text(act.receipt)}" if act.receipt else ""
    return f"{act.title}, från {sender}{within} ({citation(act.source)})"


def _reckonings(process: Process) -> Iterator[str]:
    yield reckoning_text(process.reckoning)
    told = {""}
    for rule in process.rules:
        if isinstance(rule, Duty) and rule.reckoning.name not in told:
            told.add(rule.reckoning.name)
            yield f"{rule.reckoning.name}: {reckoning_text(rule.reckoning)}"


def _listing(title: str, items: list[str]) -> list[str]:
    if not items:
        return []
    return [f"{title}:", *(line for item in items for line in _wrapped(item, "  - ")), ""]


def _wrapped(text: str, mark: str = "") -> list[str]:
    return fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark)).splitlines()
