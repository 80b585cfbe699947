"""A governing document given to others says what it says, and nothing in it is run."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import pytest
from click.testing import CliRunner
from docx import Document
from pypdf import PdfReader

from sammanhang.guideline.compiler import read_document
from sammanhang.guideline.model import Duty, Process
from sammanhang.guideline.sentences import sentence
from sammanhang.interop.documents.bpmn import as_bpmn
from sammanhang.interop.documents.docx import as_docx
from sammanhang.interop.documents.fhir import as_fhir
from sammanhang.interop.documents.forms import FORMS
from sammanhang.interop.documents.mark import Mark
from sammanhang.interop.documents.pdf import as_pdf
from sammanhang.site.cli_export import export
from sammanhang.site.corpus_files import process_of

GUIDELINE = "guidelines/in-och-utskrivning"
HOSTILE = """\
---
id: prov
titel: '#panic("titel") <b>'
nivå: riktlinje
process: prov
version: "1.0"
antagen-av: '#read("/etc/passwd")'
---

# Prov #panic("rubrik")

## 1. Parter $x^2 & <w:p>

#read("/etc/passwd") och #eval("1 + 1") `#panic()` <script>alert(1)</script> ]]> *kursivt*

- #import "x.typ" i en **punkt**

| #set page(width: 1pt) | b |
| --- | --- |
| $ c $ | |

```part kommun
rubrik: 'Kommun #panic("part")'
antal: 1
```

```handling besked
rubrik: 'Besked #emph[a]'
vem: kommun
```
"""


def squeezed(text: str) -> str:
    """Without what a typesetter may change: spaces, ends of lines, hyphens."""
    return "".join(text.split()).replace("-", "").replace("\u00ad", "").replace("\u2010", "")


def pdf_of(process: Process) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(as_pdf(process)))
    return reader, squeezed("".join(page.extract_text() for page in reader.pages))


@pytest.fixture(scope="module")
def county() -> Process:
    """The guideline with its routine and its supplements."""
    return process_of(GUIDELINE)


@pytest.fixture(scope="module")
def hostile() -> Process:
    compiled = read_document(HOSTILE, "prov.md")
    assert compiled.process is not None, [str(one) for one in compiled.findings]
    return compiled.process


def test_the_pdf_is_tagged_and_names_its_language_and_title(county: Process) -> None:
    reader, _ = pdf_of(county)
    root = reader.root_object
    assert root["/MarkInfo"].get_object() == {"/Marked": True, "/Suspects": False}
    assert root["/Lang"] == "sv"
    assert reader.metadata is not None
    assert reader.metadata.title == county.document.title


def test_the_pdf_has_every_section_and_every_duty_in_words(county: Process) -> None:
    _, text = pdf_of(county)
    documents = (county.document, *county.additions)
    assert len(documents) > 1
    titles = [section.title for document in documents for section in document.sections]
    assert [title for title in titles if squeezed(title) not in text] == []
    written = [one for one in county.rules if isinstance(one, Duty) and not one.receipt]
    said = [sentence(one, county) for one in written]
    assert [one for one in said if squeezed(one) not in text] == []


def test_markup_in_a_document_stays_text_in_the_pdf(hostile: Process) -> None:
    _, text = pdf_of(hostile)
    for written in (
        '#read("/etc/passwd")',
        '#eval("1+1")',
        "#panic()",
        "<script>alert(1)</script>",
        "Parter$x^2&<w:p>",
        "#setpage(width:1pt)",
        'Kommun#panic("part")',
    ):
        assert squeezed(written) in text.replace("”", '"').replace("“", '"')


def test_the_word_file_has_headings_language_and_every_duty_in_words(county: Process) -> None:
    made: Any = Document(io.BytesIO(as_docx(county)))
    assert made.core_properties.title == county.document.title
    assert made.core_properties.language == "sv-SE"
    assert 'w:lang w:val="sv-SE"' in made.styles["Normal"].element.xml
    headings = [one.text for one in made.paragraphs if one.style.name.startswith("Heading")]
    for section in county.document.sections:
        assert any(section.title in heading for heading in headings), section.title
    said = {one.text for one in made.paragraphs if one.style.name == "Regel"}
    written = [one for one in county.rules if isinstance(one, Duty) and not one.receipt]
    assert [one.name for one in written if sentence(one, county) not in said] == []


def test_a_table_in_the_word_file_has_a_head_and_nothing_else_is_a_table(hostile: Process) -> None:
    made: Any = Document(io.BytesIO(as_docx(hostile)))
    (table,) = made.tables
    assert "tblHeader" in table.rows[0]._tr.xml
    assert "tblHeader" not in table.rows[1]._tr.xml
    assert [cell.text for cell in table.rows[1].cells] == ["$ c $", ""]


DRAFT = Mark("Utkast, sparat 2026-11-28. Inte beslutat.")


def test_a_draft_says_in_every_form_that_it_is_one(hostile: Process) -> None:
    word: Any = Document(io.BytesIO(as_docx(hostile, DRAFT)))
    assert word.sections[0].header.paragraphs[0].text == DRAFT.said
    assert DRAFT.said in [one.text for one in word.paragraphs]
    pages = PdfReader(io.BytesIO(as_pdf(hostile, DRAFT))).pages
    assert all(squeezed(DRAFT.said) in squeezed(page.extract_text()) for page in pages)
    assert DRAFT.said in FORMS["html"].write(hostile, DRAFT).decode()
    assert DRAFT.said in as_bpmn(hostile, DRAFT).decode()
    bundle = orjson.loads(as_fhir(hostile, DRAFT))
    assert {entry["resource"]["status"] for entry in bundle["entry"]} == {"draft"}
    # The text itself is as it was written, so that it can be read back.
    assert FORMS["md"].write(hostile, DRAFT).decode() == HOSTILE


def test_markup_in_a_document_stays_text_in_word_and_fhir(hostile: Process) -> None:
    made: Any = Document(io.BytesIO(as_docx(hostile)))
    text = "\n".join(one.text for one in made.paragraphs)
    assert "<script>alert(1)</script> ]]>" in text
    assert "Parter $x^2 & <w:p>" in text
    assert orjson.loads(as_fhir(hostile))["entry"][0]["resource"]["title"] == (
        '#panic("titel") <b>'
    )


@pytest.mark.parametrize("which", ["county", "hostile"])
def test_in_bpmn_every_reference_resolves_and_everything_is_drawn(
    which: str, request: pytest.FixtureRequest
) -> None:
    process: Process = request.getfixturevalue(which)
    made = list(ET.fromstring(as_bpmn(process)).iter())  # noqa: S314 - our own
    known = [one.attrib["id"] for one in made if "id" in one.attrib]
    assert len(set(known)) == len(known)
    for one in made:
        for name in ("sourceRef", "targetRef", "bpmnElement", "processRef"):
            assert one.get(name, known[0]) in known
        if one.tag.endswith("flowNodeRef"):
            assert one.text in known
    acts = [act.title for act in process.acts.values() if not act.implicit]
    tasks = [one for one in made if one.tag.endswith("Task")]
    assert sorted(one.attrib["name"] for one in tasks) == sorted(acts)
    drawn = {one.get("bpmnElement") for one in made}
    shown = ("Task", "Event", "Flow", "}lane", "participant", "Annotation", "association")
    assert all(one.get("id") in drawn for one in made if one.tag.endswith(shown))


def test_the_fhir_bundle_has_what_r4_requires_and_every_reference_resolves(
    county: Process,
) -> None:
    bundle = orjson.loads(as_fhir(county))
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(addresses)) == len(addresses)
    plan, *activities = [entry["resource"] for entry in bundle["entry"]]
    assert plan["resourceType"] == "PlanDefinition"
    assert plan["status"] in {"draft", "active"}
    known = {f"{one['url']}|{one['version']}" for one in activities}
    actions = {one["id"] for one in plan["action"]}
    assert len(actions) == len(plan["action"]) == len(activities)
    for action in plan["action"]:
        assert action["definitionCanonical"] in known
        assert all(one["citation"] for one in action["documentation"])
        for related in action.get("relatedAction", []):
            assert related["actionId"] in actions
            assert related["relationship"] == "after-end"
    for activity in activities:
        assert activity["resourceType"] == "ActivityDefinition"
        assert activity["kind"] in {"CommunicationRequest", "Task"}
        assert all(one["type"] == "practitioner" for one in activity["participant"])


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("md", b"---\n"),
        ("html", b"<!doctype html>"),
        ("pdf", b"%PDF-"),
        ("docx", b"PK"),
        ("bpmn", b"<?xml"),
        ("fhir", b"{"),
    ],
)
def test_the_command_writes_the_file(form: str, start: bytes, tmp_path: Path) -> None:
    file = tmp_path / "ut"
    done = CliRunner().invoke(export, [GUIDELINE, "--format", form, "-o", str(file)])
    assert done.exit_code == 0, done.output
    assert file.read_bytes().startswith(start)


def test_what_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    file = str(tmp_path / "saknas" / "ut.md")
    done = CliRunner().invoke(export, [GUIDELINE, "--format", "md", "-o", file])
    assert done.exit_code == 1
    assert "filen går inte att skriva" in done.output
