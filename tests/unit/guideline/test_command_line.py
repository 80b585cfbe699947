"""`sammanhang check` and `sammanhang explain`, on which other programs rely."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sammanhang.site.cli_guideline import check, explain

FAULTY = Path(__file__).parent / "faulty"
GUIDELINES = Path(__file__).parents[3] / "guidelines"
SOUND = """\
---
id: exempel
titel: Exempel
nivå: rutin
process: exempel
---
## 1 Inskrivning

Någon skrivs in.

```part slutenvård
rubrik: Slutenvård
```

```handling inskrivning
vem: slutenvård
```
"""
WARNED = SOUND + "\n## 2 Övrigt\n\nAlla ska hjälpas åt.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b", "a/inre"):
        (tmp_path / "riktlinjer" / name).mkdir(parents=True)
        (tmp_path / "riktlinjer" / name / "dokument.md").write_text(SOUND, encoding="utf-8")
    (tmp_path / "riktlinjer" / "anteckning.md").write_text("Inget styrdokument.", encoding="utf-8")
    return tmp_path


def test_sound_documents_give_no_line_and_zero(folder: Path) -> None:
    result = CliRunner().invoke(check, ["riktlinjer"])

    assert (result.exit_code, result.output) == (0, "")


def test_warnings_are_told_but_allowed(folder: Path) -> None:
    Path("d.md").write_text(WARNED, encoding="utf-8")
    result = CliRunner().invoke(check, ["d.md"])

    assert result.exit_code == 0
    assert result.output == (
        "d.md:21: varning: texten i avsnitt 2 säger 'ska', men avsnittet har ingen regel.\n"
    )


def test_a_folder_means_every_dokument_md_beneath_it_in_order(folder: Path) -> None:
    for path in folder.rglob("dokument.md"):
        path.write_text(WARNED, encoding="utf-8")
    result = CliRunner().invoke(check, ["riktlinjer/"])

    assert [line.split(":")[0] for line in result.output.splitlines()] == [
        "riktlinjer/a/inre/dokument.md",
        "riktlinjer/b/dokument.md",
    ]


def test_faults_give_one_and_a_line_each(folder: Path) -> None:
    faulty = FAULTY / "unknown-act.md"
    result = CliRunner().invoke(check, ["riktlinjer", str(faulty)])

    assert result.exit_code == 1
    assert result.output == (
        f"{faulty}:43: fel: regeln 'kallelse-sip' pekar på handlingen 'kalelse', som inte finns. "
        "Menade du 'kallelse'?\n"
    )


def test_json_for_other_programs(folder: Path) -> None:
    faulty = str(FAULTY / "unknown-act.md")
    result = CliRunner().invoke(check, [faulty, "riktlinjer", "--json"])

    assert result.exit_code == 1
    assert json.loads(result.output) == [
        {
            "file": faulty,
            "line": 43,
            "rule": "kallelse-sip",
            "kind": "unknown-name",
            "severity": "fel",
            "message": "regeln 'kallelse-sip' pekar på handlingen 'kalelse', som inte finns. "
            "Menade du 'kallelse'?",
            "history": [],
        }
    ]
    assert json.loads(CliRunner().invoke(check, ["riktlinjer", "--json"]).output) == []


def test_json_tells_the_history_step_by_step() -> None:
    unsound = str(Path(__file__).parent / "unsound/the-second-to-answer.md")
    result = CliRunner().invoke(check, [unsound, "--json"])

    (finding,) = json.loads(result.output)
    assert (finding["kind"], finding["line"], finding["rule"]) == ("deadlock", 43, "svar-ska")
    assert finding["history"][-1] == {
        "act": "svar",
        "part": "kommun",
        "area": None,
        "data": {},
        "number": 1,
        "then": ["Underlag är som ogjord", "Underlag kan inte längre göras"],
    }


@pytest.mark.parametrize(
    ("name", "content", "line", "text"),
    [
        ("saknas.md", None, 1, "filen finns inte."),
        ("bild.md", b"\x89PNG\r\n\x1a\n\0\0", 1, "filen är inte text i teckenkodningen UTF-8."),
        ("latin.md", "---\nid: å\n".encode("latin-1"), 2, "filen är inte text i teckenkod"),
        ("noll.md", b"---\n\0", 2, "filen är ingen textfil."),
        ("stor.md", b"a" * 9_000_000, 1, "filen är för stor"),
    ],
)
def test_a_file_that_is_no_document_is_told_plainly(
    folder: Path, name: str, content: bytes | None, line: int, text: str
) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    for command in (check, explain):
        result = CliRunner().invoke(command, [name])

        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert result.output.startswith(f"{name}:{line}: fel: {text}")


def test_a_folder_without_documents_is_a_fault(folder: Path) -> None:
    Path("tom").mkdir()
    result = CliRunner().invoke(check, ["tom"])

    assert result.exit_code == 1
    assert result.output == "tom:1: fel: mappen innehåller inget dokument.md.\n"


@pytest.mark.parametrize(
    ("form", "start"),
    [("text", "Exempel\n=======\n"), ("svg", "<svg "), ("html", "<!doctype html>\n")],
)
@pytest.mark.parametrize("guideline", ["riktlinjer/b", "riktlinjer/b/dokument.md"])
def test_explains_a_document_or_its_folder(
    folder: Path, guideline: str, form: str, start: str
) -> None:
    result = CliRunner().invoke(explain, [guideline, "--format", form])

    assert result.exit_code == 0
    assert result.output.startswith(start)


def test_a_faulty_document_is_not_explained() -> None:
    result = CliRunner().invoke(explain, [str(FAULTY / "unknown-act.md")])

    assert result.exit_code == 1
    assert "Menade du 'kallelse'?" in result.stderr
    assert not result.stdout


def test_needs_neither_django_nor_a_database() -> None:
    code = (
        "import sys, sammanhang.site.cli_guideline, sammanhang.guideline.explain;"
        "sys.exit(any(name.split('.')[0] in ('django', 'psycopg') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_no_process_is_said_not_to_be() -> None:
    result = CliRunner().invoke(explain, [str(GUIDELINES / "betalningsansvar-vg")])
    assert result.exit_code == 1
    assert "betalningsansvar och ingen process" in result.output
