"""Faulty documents, each with the one remark that its author gets.

The documents are whole, short and otherwise sound, so that no mistake hides behind another and
none draws a second remark after it. The last line of each tells what is expected.
"""

from pathlib import Path

import pytest

from sammanhang.guideline import read_document

FAULTY = sorted((Path(__file__).parent / "faulty").glob("*.md"))


def expected_remark(text: str) -> str:
    return text.rstrip().splitlines()[-1].removeprefix("<!-- ").removesuffix(" -->")


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_gives_one_remark_at_the_very_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = expected_remark(text)

    compiled = read_document(text, path.name)

    assert [str(finding) for finding in compiled.findings] == [f"{path.name}:{expected}"]
    assert (compiled.process is None) == (": fel: " in expected)


def test_there_are_at_least_twenty_kinds_of_mistake() -> None:
    assert len(FAULTY) >= 20


def test_all_mistakes_of_a_document_are_told_at_once() -> None:
    rules = {path.stem: path.read_text(encoding="utf-8") for path in FAULTY}
    whole = rules["unknown-act"]
    for number, name in enumerate(("unknown-field", "unknown-key")):
        rule = rules[name][rules[name].index("```regel") :]
        whole += "\n" + rule.replace("regel kallelse-sip", f"regel kallelse-{number}")

    findings = read_document(whole, "dokument.md").findings

    assert [finding.kind for finding in findings] == ["unknown-name", "unknown-name", "unknown-key"]
    assert [finding.rule for finding in findings] == ["kallelse-sip", "kallelse-0", "kallelse-1"]
