"""What is exported passes the checkers that others have made; and they do find faults."""

from __future__ import annotations

from pathlib import Path

import orjson
import pdfua
import pytest

from sammanhang.guideline.compiler import read_document
from sammanhang.guideline.model import Process
from sammanhang.interop.documents.bpmn import as_bpmn
from sammanhang.interop.documents.fhir import as_fhir
from sammanhang.interop.documents.pdf import as_pdf
from sammanhang.site.corpus_files import process_of
from tests.official import faults
from tests.unit.interop.test_document_exports import HOSTILE

GUIDELINE = "guidelines/in-och-utskrivning"


def hostile() -> Process:
    compiled = read_document(HOSTILE, "prov.md")
    assert compiled.process is not None
    return compiled.process


@pytest.fixture(scope="module", params=["county", "hostile"])
def process(request: pytest.FixtureRequest) -> Process:
    return process_of(GUIDELINE) if request.param == "county" else hostile()


def test_the_fhir_bundle_follows_the_definitions_of_r4(process: Process) -> None:
    assert faults("fhir", as_fhir(process)) == []


def test_bpmn_io_reads_the_process_and_everything_has_its_place(process: Process) -> None:
    assert faults("bpmn", as_bpmn(process)) == []


def test_the_pdf_passes_a_checker_of_pdf_ua(process: Process, tmp_path: Path) -> None:
    assert pdf_faults(as_pdf(process), tmp_path) == []


def test_the_checkers_find_what_is_wrong(tmp_path: Path) -> None:
    bundle = orjson.loads(as_fhir(hostile()))
    plan, activity = (entry["resource"] for entry in bundle["entry"])
    plan["action"][0]["deadline"] = "24 timmar"
    del activity["status"]
    told = "\n".join(faults("fhir", orjson.dumps(bundle)))
    assert 'Invalid additional property "deadline"' in told
    assert "Missing required property ActivityDefinition.status" in told

    made = as_bpmn(hostile())
    assert faults("bpmn", made.replace(b'bpmnElement="act-1-', b'bpmnElement="act-9-')) != []
    assert pdf_faults(as_pdf(hostile()).replace(b"/Lang", b"/Gnal"), tmp_path) != []


def pdf_faults(made: bytes, folder: Path) -> list[str]:
    file = folder / "dokument.pdf"
    file.write_bytes(made)
    found = pdfua.validate(str(file)).findings
    return [f"{one.rule_id} {one.message}" for one in found if one.severity.name != "SKIP"]
