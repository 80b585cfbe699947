"""Documents to begin from: a new supplement or routine with its head filled in, or a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sammanhang.casework.documents import front_of
from sammanhang.governance.actions import LARGEST, NotSaved
from sammanhang.governance.shelf import DOCUMENT, in_force

FOLDERS = {"lokalt tillägg": "tillägg/", "rutin": "rutiner/"}
KINDS = tuple(FOLDERS)
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Begun:
    """A document that isn't anywhere yet. `file`: where it will lie."""

    id: str
    file: str
    title: str
    text: str


def begin(filled: Mapping[str, str], today: date) -> Begun:
    """From what was filled in: `kind`, `title`, `base` (what it is laid on), `area`."""
    kind = filled.get("kind", "")
    title = " ".join(filled.get("title", "").split())
    base = in_force().get(filled.get("base", ""))
    if kind not in KINDS or base is None:
        raise NotSaved("Välj vad det är för ett dokument och vad det lägger till i.")
    if not _slug(title):
        raise NotSaved("Ge dokumentet en rubrik.")
    if len(title) > LONGEST_TITLE:
        raise NotSaved(f"Rubriken är för lång. Högst {LONGEST_TITLE} tecken.")
    id = _slug(title)
    if id in in_force():
        raise NotSaved(
            f"Det finns redan ett dokument som heter så: {in_force()[id].document.title}."
        )
    file = f"{base.file.removesuffix(DOCUMENT)}{FOLDERS[kind]}{id}/{DOCUMENT}"
    front = [
        f"id: {id}",
        f'titel: "{title.replace(chr(92), "").replace(chr(34), "”")}"',
        f"nivå: {kind}",
        f"tillägg-till: {base.document.id}",
        'version: "1.0"',
        f"gäller-från: {today.isoformat()}",
    ]
    if kind == "lokalt tillägg":
        last = date(today.year + 1, 12, 31)
        front[4:4] = [f'område: {{delregion: "{_plain(filled.get("area", ""))}"}}']
        front += [
            "bygglov: {organ: Skriv vilket organ, beslut: Skriv vilket beslut}",
            f"gäller-till: {last.isoformat()}",
        ]
    return Begun(id, file, title, "\n".join(["---", *front, "---", "", *_body(title)]))


def read_file(content: bytes) -> tuple[Begun, str | None]:
    """A document that somebody has as a Markdown file, and the version in force that it is a new
    version of, if there is one by its id."""
    if len(content) > LARGEST:
        raise NotSaved("Filen är för stor. Ett dokument får ha högst 400 000 tecken.")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise NotSaved("Filen är ingen text i UTF-8. Välj dokumentet som Markdown.") from None
    document = None if "\0" in text else front_of(DOCUMENT, text)
    if document is None or not _slug(document.title) or len(document.id) > LONGEST_TITLE:
        raise NotSaved(
            "Filen börjar inte som ett styrdokument: med id, titel, nivå och version mellan två "
            "rader ---. Hämta ett dokument som Markdown för att se hur det ser ut."
        )
    there = in_force().get(document.id)
    if there is not None:
        return Begun(document.id, there.file, document.title, text), there.document.version
    base = in_force().get(document.adds_to or "")
    folder = base.file.removesuffix(DOCUMENT) if base else ""
    kind = FOLDERS.get(document.level.value, "")
    file = f"{folder}{kind}{_slug(document.id)}/{DOCUMENT}"
    return Begun(document.id, file, document.title[:LONGEST_TITLE], text), None


def _body(title: str) -> list[str]:
    return [
        f"# {title}",
        "",
        "## 1. Varför",
        "",
        "Skriv vad det här löser och för vem.",
        "",
        "## 2. Vad som gäller",
        "",
        "Skriv vad som gäller, och lägg in regeln under stycket.",
        "",
    ]


def _plain(text: str) -> str:
    return re.sub(r"[^\w ,.-]", "", text)[:60]


def _slug(title: str) -> str:
    return re.sub(r"[^a-zåäö0-9]+", "-", title.lower()).strip("-")[:80].strip("-")
