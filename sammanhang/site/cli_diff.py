"""`sammanhang diff`: what changes in duty from one version of a guideline to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click
import orjson

from sammanhang.guideline.difference import Change, differences
from sammanhang.guideline.model import Process, Source
from sammanhang.guideline.sentences import part_title
from sammanhang.site.corpus_files import process_of


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--json", "as_json", is_flag=True, help="Skriv ändringarna som JSON.")
def diff(old: str, new: str, as_json: bool) -> None:
    """Säg vad som ändras i skyldighet, inte i text, från OLD till NEW.

    Var och en är en fil, eller en mapp med riktlinjen och dess tillägg. Slutar med 0, eller 2 om
    någon av dem inte går att använda.
    """
    before, after = process_of(old), process_of(new)
    changes = differences(before, after)
    if as_json:
        listed = [_as_data(change) for change in changes]
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n".join(_as_text(changes, before, after)))


def _as_data(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "what": change.what.value,
        "name": change.name,
        "parts": list(change.parts),
        "text": change.text,
        "old": _place(change.old),
        "new": _place(change.new),
    }


def _place(source: Source | None) -> dict[str, Any] | None:
    if source is None:
        return None
    place = source.place
    return {"file": place.file, "line": place.line, "section": source.section.number}


def _as_text(changes: Sequence[Change], before: Process, after: Process) -> Iterator[str]:
    if not changes:
        yield "Ingen skillnad i skyldighet."
        return
    shown = None
    for change in changes:
        if shown != (shown := change.what):
            yield ("" if change is changes[0] else "\n") + change.what.value.capitalize() + ":"
        yield f"  {change.kind.value}: {change.text}"
    touched = dict.fromkeys(part for change in changes for part in change.parts)
    there = {**before.parts, **after.parts}
    names = [part_title(part, after if part in after.parts else before) for part in touched]
    if names and there:
        yield f"\nBerörda: {', '.join(names)}."
