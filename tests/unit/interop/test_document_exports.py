"""A governing document given to others says what it says, and nothing in it is run."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from sammanhang.guideline.compiler import read_document
from sammanhang.guideline.model import Duty, Process
from sammanhang.guideline.sentences import sentence
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


@pytest.mark.parametrize(
    ("form", "start"), [("md", b"---\n"), ("html", b"<!doctype html>"), ("pdf", b"%PDF-")]
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
