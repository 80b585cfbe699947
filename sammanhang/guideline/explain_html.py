"""The document as people read it, each rule beside its paragraph.

The fragment has no style of its own and no script; it is what the service shows. Its classes:
`styrdokument`, one `paragraf` for each numbered section with `paragraf-text` and
`paragraf-regler`, in which each block is a `regelkort` with the id `regel-NAMN` (or `part-`,
`handling-`, `läge-`, `tidsräkning-`). Headings have the ids that sections are cited by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sammanhang.guideline.diagram import as_svg
from sammanhang.guideline.model import Act, Field, FieldType, Part, Process, Section
from sammanhang.guideline.reader import KINDS
from sammanhang.guideline.sentences import (
    all_of,
    any_of,
    insight_text,
    part_title,
    parts_text,
    phase_sentence,
    reckoning_text,
    sentence,
    span_text,
)

_LABELS: Mapping[str, str] = {
    "part": "Part",
    "handling": "Handling",
    "regel": "Regel",
    "läge": "Läge",
    "tidsräkning": "Tidsräkning",
    "utökning": "Utökning av",
    "skärpning": "Skärpning av",
    "betalning": "Betalning",
}


def as_html_fragment(
    process: Process, notes: Mapping[str, str] | None = None, notes_language: str = "sv"
) -> str:
    """The document as HTML to stand within a page.

    `notes`: a line of text for a rule's card, by the rule's name (the service tells how many
    obligations the rule has now), in the reader's language.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(without_front_matter(process.document.text))
    return _Page(process, markdown, notes or {}, notes_language).html(tokens)


def without_front_matter(text: str) -> str:
    """The text with the front matter's lines blank, so that line numbers hold."""
    lines = text.split("\n")
    end = next((at for at, line in enumerate(lines) if at and line.rstrip() == "---"), -1)
    return "\n".join([""] * (end + 1) + lines[end + 1 :])


def is_block(token: Token) -> bool:
    """Whether a fence is a block of the language."""
    return token.type == "fence" and token.info.split()[:1] in ([kind] for kind in KINDS)


class _Page:
    def __init__(
        self, process: Process, markdown: MarkdownIt, notes: Mapping[str, str], language: str
    ) -> None:
        self._process = process
        self._markdown = markdown
        self._notes = notes
        self._notes_language = language
        self._sections = {section.place.line: section for section in process.document.sections}

    def html(self, tokens: list[Token]) -> str:
        parts = ['<article class="styrdokument">']
        section: Section | None = None
        held: list[Token] = []
        for token in tokens:
            starts = self._section_at(token)
            if starts is not None:
                parts += self._paragraph(section, held)
                section, held = starts, []
            held.append(token)
        return "\n".join([*parts, *self._paragraph(section, held), "</article>"]) + "\n"

    def _section_at(self, token: Token) -> Section | None:
        if token.type != "heading_open" or token.level or not token.map:
            return None
        return self._sections.get(token.map[0] + 1)

    def _paragraph(self, section: Section | None, tokens: list[Token]) -> Iterator[str]:
        """A section: its text, and beside it what its blocks say."""
        blocks = [token for token in tokens if is_block(token)]
        text = [token for token in tokens if not is_block(token)]
        if section is not None:
            text[0].attrSet("id", section.anchor)
        written = str(self._markdown.renderer.render(text, self._markdown.options, {}))
        if not written.strip():
            return
        yield '<section class="paragraf">'
        yield f'<div class="paragraf-text">\n{written}</div>'
        if blocks:
            yield '<div class="paragraf-regler">'
            for block in blocks:
                yield from self._card(block)
            yield "</div>"
        yield "</section>"

    def _card(self, token: Token) -> Iterator[str]:
        kind, *names = token.info.split()
        name = names[0] if names else ""
        title, said = said_in_block(kind, name, self._process)
        anchor = f"{kind}-{name}" if name else kind
        yield f'<div class="regelkort regelkort-{kind}" id="{escape(anchor)}">'
        yield f'<p class="regelkort-slag">{_LABELS[kind]} <code>{escape(name)}</code></p>'
        if title:
            yield f'<p class="regelkort-rubrik">{escape(title)}</p>'
        yield from (f"<p>{escape(line)}</p>" for line in said)
        if kind == "regel" and name in self._notes:
            said_now = f'<p class="regelkort-not" lang="{escape(self._notes_language)}">'
            yield f"{said_now}{escape(self._notes[name])}</p>"
        yield "<details><summary>Så står det</summary>"
        yield f'<pre tabindex="0"><code>{escape(token.content)}</code></pre></details>'
        yield "</div>"


# --- What a block says ----------------------------------------------------------------------


def label_of(kind: str) -> str:
    """What a kind of block is called above its words."""
    return _LABELS[kind]


def said_in_block(kind: str, name: str, process: Process) -> tuple[str, list[str]]:
    """A block's title and what it says, in words."""
    if kind == "part" and name in process.parts:
        part = process.parts[name]
        return part.title, list(_about_part(part))
    if kind == "handling" and name in process.acts:
        act = process.acts[name]
        return act.title, list(_about_act(act, process))
    if kind == "regel" and (rule := process.rule(name)):
        return "", [sentence(rule, process)]
    for phase in process.phases if kind == "läge" else ():
        if phase.name == name:
            return phase.title, [phase_sentence(phase, process)]
    return "", _about_reckoning(name, process) if kind == "tidsräkning" else []


def _about_reckoning(name: str, process: Process) -> list[str]:
    known = {process.reckoning.name: process.reckoning}
    for rule in process.rules:
        if (reckoning := getattr(rule, "reckoning", None)) is not None:
            known[reckoning.name] = reckoning
    return [reckoning_text(known[name])] if name in known else []


def _about_part(part: Part) -> Iterator[str]:
    if part.unit_types:
        yield f"Enheter: {', '.join(part.unit_types)}."
    most = "hur många som helst" if part.at_most is None else str(part.at_most)
    if part.at_least == part.at_most:
        yield f"Antal: precis {most}."
    elif part.at_least or part.at_most is not None:
        yield f"Antal: minst {part.at_least}, högst {most}."
    yield insight_text(part)


def _about_act(act: Act, process: Process) -> Iterator[str]:
    everyone = len(act.performers) > 1 and set(act.performers) >= set(process.parts)
    by = any_of(part_title(name, process) for name in act.performers)
    yield f"Kan göras av {'alla parter' if everyone else by}."
    if act.recipients:
        yield f"Går till {parts_text(act.recipients, process)}."
    if act.receipt:
        yield f"Kvitteras av varje mottagare inom {span_text(act.receipt)}."
    if act.effect:
        yield f"{act.effect.value.capitalize()} ett tidigare meddelande."
    for field in act.fields:
        yield _about_field(field, process)
    for joining in act.joins:
        yield f"Därefter deltar {_joined(joining.field, process)} som {joining.part}."
    if act.hands_over_to:
        yield f"{_joined(act.hands_over_to, process).capitalize()} tar över i ärendet."
    if act.leaves:
        yield "Enheten lämnar därmed ärendet."
    if act.basis:
        yield f"Stöd: {act.basis}"


def _joined(name: str, process: Process) -> str:
    field = process.fields_asked.get(name)
    return f"enheten i ”{field.title}”" if field else "avsändaren"


def _about_field(field: Field, process: Process) -> str:
    only = [part_title(part, process) for part in field.only_for]
    restricted = f", syns bara för {all_of(only)}" if only else ""
    needed = ", måste fyllas i" if field.required else ""
    choices = f": {', '.join(field.choices)}" if field.choices else ""
    kind = "" if field.type in (FieldType.TEXT, FieldType.CHOICE) else f" ({field.type.value})"
    return f"Fält: {field.title}{kind}{choices}{needed}{restricted}."


# --- A page of its own ----------------------------------------------------------------------


def as_html(process: Process, mark: str = "") -> str:
    """A whole page that needs nothing else: the document with its rules, what is laid on it, and
    the diagram. `mark`: what is said first of a text that doesn't hold."""
    title = escape(process.document.title)
    stands = f'<p class="status">{escape(mark)}</p>\n' if mark else ""
    pages = [as_html_fragment(process)]
    for one in process.additions:  # each with ids of its own: sections have the same numbers
        page = as_html_fragment(replace(process, document=one))
        pages.append(page.replace(' id="', f' id="{escape(one.id)}-'))
    drawn = (
        '<h2 id="diagram">Processen som diagram</h2>\n'
        f'<div class="diagrammet">\n{as_svg(process)}</div>\n'
        if process.acts
        else ""
    )
    return (
        "<!doctype html>\n"
        f'<html lang="sv">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{stands}{''.join(pages)}{drawn}</main>\n</body>\n</html>\n"
    )


_STYLE = """\
:root { color-scheme: light; font: 17px/1.6 Georgia, 'Iowan Old Style', serif; color: #1d2a35; }
body { margin: 0; background: #fbfaf7; }
main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1, h2, h3, h4, .regelkort, th { font-family: Inter, 'Segoe UI', Roboto, Arial, sans-serif; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.45rem; margin: 1.2rem 0 .6rem; }
h3 { font-size: 1.1rem; margin: .8rem 0 .4rem; }
.status { border: 2px solid #8a6423; padding: .4rem .9rem; font-weight: 600; }
.styrdokument + .styrdokument { border-top: 3px solid #dfe4e8; margin-top: 2.5rem; }
.paragraf { display: grid; grid-template-columns: minmax(0, 38rem) minmax(0, 1fr); gap: 0 3rem; }
.paragraf + .paragraf { border-top: 1px solid #e4e0d6; margin-top: 1rem; padding-top: .4rem; }
.paragraf-regler { padding-top: 1.1rem; }
.regelkort { background: #fff; border: 1px solid #dfe4e8; border-left: 4px solid #2f6580;
  border-radius: 6px; padding: .6rem .9rem; margin: 0 0 .8rem; font-size: .85rem;
  line-height: 1.5; }
.regelkort p { margin: .1rem 0; }
.regelkort-slag { color: #5b6873; font-size: .75rem; }
.regelkort-rubrik { font-weight: 600; font-size: .95rem; }
.regelkort-part { border-left-color: #46704a; }
.regelkort-handling { border-left-color: #8a6423; }
.regelkort-läge { border-left-color: #74507f; }
.regelkort-tidsräkning { border-left-color: #5a6068; }
.regelkort:target { outline: 3px solid #e3b341; }
details { margin-top: .3rem; color: #5b6873; }
pre { overflow-x: auto; background: #f4f5f6; padding: .6rem; border-radius: 4px;
  font-size: .75rem; }
table { border-collapse: collapse; }
td, th { border: 1px solid #dfe4e8; padding: .25rem .6rem; text-align: left; }
.diagrammet { overflow-x: auto; }
.diagrammet svg { max-width: 100%; height: auto; }
@media (max-width: 60rem) { .paragraf { display: block; } }
@media print {
  :root { font-size: 10.5pt; } body { background: none; } main { max-width: none; padding: 0; }
  details { display: none; } .regelkort { break-inside: avoid; }
}
"""
