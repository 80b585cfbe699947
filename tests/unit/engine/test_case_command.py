"""`sammanhang case`, on which other programs rely."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sammanhang.site.cli_case import case

GUIDELINE = """\
---
id: prov
titel: Prov
nivå: rutin
process: prov
---
## 1 Inskrivning

Någon skrivs in, och kommunen ska svara.

```part slutenvård
rubrik: Slutenvård
```
```part kommun
rubrik: Kommun
```
```handling inskrivning
rubrik: Inskrivning
vem: slutenvård
```
```handling svar
rubrik: Svar
vem: kommun
```
```läge inskriven
rubrik: Inskriven
när: inskrivning
```

### 1.1 Svar

Kommunen ska svara inom 24 timmar. Den som har svarat kan skrivas ut.

```regel svar-i-tid
när: inskrivning
ska: svar
senast: 24 timmar
```
```handling utskrivning
rubrik: Utskrivning
vem: slutenvård
```
```regel svar-före-utskrivning
handling: utskrivning
kräver: svar
```
"""
ZONED = "tidpunkt med tidszon, år 1900–2199"
PARTIES = '{"parties": {"slutenvård": ["W1"], "kommun": ["K1"]}}'


def event(at: str, unit: str, act: str, **more: Any) -> str:
    told = {"at": f"2026-03-{at}+01:00", "unit": unit, "person": "P1", "act": act, **more}
    return json.dumps({**told, "data": told.get("data", {})})


ADMITTED = event("02T10:00:00", "W1", "inskrivning")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prov").mkdir()
    (tmp_path / "prov" / "dokument.md").write_text(GUIDELINE, encoding="utf-8")

    def run(*lines: str, at: str = "2026-03-03T12:00:00+01:00", options: tuple[str, ...] = ()):
        (tmp_path / "e.jsonl").write_bytes("\n".join(lines).encode(errors="surrogatepass"))
        return CliRunner().invoke(case, ["prov", "e.jsonl", "--at", at, *options])

    return run


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_phases_obligations_what_is_possible_and_what_was_refused(run: Any) -> None:
    told = answer(
        run(
            PARTIES,
            ADMITTED,
            event("02T11:00:00", "W1", "utskrivning"),
            event("03T11:00:00", "K1", "svar"),
            options=("--json",),
        )
    )
    assert told["phases"] == ["inskriven"]
    owed = {
        "rule": "svar-i-tid",
        "act": "svar",
        "unit": "K1",
        "due": "2026-03-03T10:00:00+01:00",
        "state": "fulfilled",
        "document": "prov",
        "section": "1.1",
    }
    assert [{key: one[key] for key in owed} for one in told["obligations"]] == [owed]
    assert told["possible"] == [
        {"act": "inskrivning", "unit": "W1"},
        {"act": "svar", "unit": "K1"},
        {"act": "utskrivning", "unit": "W1"},
    ]
    assert told["refused"] == [
        {
            "line": 3,
            "rule": "svar-före-utskrivning",
            "section": "1.1",
            "reason": "Utskrivning kan inte göras ännu: Svar saknas. Be kommun om svar.",
        }
    ]


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-03-03T10:00:00+01:00", "open"),
        ("2026-03-03T09:00:01Z", "late"),
        ("2026-03-09T00:00:00+01:00", "fulfilled"),
    ],
)
def test_what_has_not_happened_yet_is_left_out(run: Any, at: str, state: str) -> None:
    lines = (PARTIES, ADMITTED, event("08T11:00:00", "K1", "svar"))
    told = answer(run(*lines, at=at, options=("--json",)))

    assert [owed["state"] for owed in told["obligations"]] == [state]
    assert told["refused"] == []


BAD_LINES = [
    ("hej", "Raden är inte en händelse i JSON."),
    ("[]", "Raden är inte en händelse i JSON."),
    ("[" * 5000, "Raden är inte en händelse i JSON."),
    (ADMITTED.replace("{}", '{"tal": NaN}'), "Raden är inte en händelse i JSON."),
    ("{}", "'at' saknas. 'unit' saknas. 'person' saknas. 'act' saknas."),
    (
        ADMITTED.replace("+01:00", ""),
        f"'at' ska vara en {ZONED}, till exempel 2026-03-05T12:00:00+01:00.",
    ),
    (
        ADMITTED.replace("2026", "0001"),
        f"'at' ska vara en {ZONED}, till exempel 2026-03-05T12:00:00+01:00.",
    ),
    (ADMITTED.replace('"at"', '"tid"'), "Nyckeln 'tid' finns inte i en händelse. 'at' saknas."),
    (event("02T10:00:00", "W1", "inskrivning", ort="X"), "Nyckeln 'ort' finns inte i en händelse."),
    (event("02T10:00:00", "W1", "inskrivning", data=[]), "'data' ska vara fält och värden."),
    (ADMITTED.replace('"W1"', "1"), "'unit' ska vara text."),
    (
        event("02T10:00:00", "W1", "inskrivning", data={"x": 1}),
        "Inskrivning är inte komplett: Fältet finns inte i den här handlingen. Ta bort det. "
        "Rätta det som är markerat.",
    ),
    (event("02T10:00:00", "W1", "ut"), "Handlingen 'ut' finns inte i riktlinjen."),
    (event("02T10:00:00", "W1", "\ud800"), "Handlingen '?' finns inte i riktlinjen."),
    (ADMITTED.replace("data", "\\udfff"), "Nyckeln '?' finns inte i en händelse."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reason"), BAD_LINES)
def test_a_line_that_cannot_be_used_is_told_of_and_skipped(
    run: Any, line: str, reason: str
) -> None:
    told = answer(run(PARTIES, "", line, ADMITTED, options=("--json",)))

    assert [(one["line"], one["reason"]) for one in told["refused"]] == [(3, reason)]
    assert told["phases"] == ["inskriven"]


NOT_POSSIBLE = [
    (
        event("01T10:00:00", "K1", "svar"),
        "Tiden ligger före den senaste händelsen i ärendet. Händelser skrivs i tidsordning: "
        "se vad som har hänt och försök igen.",
    ),
    (
        event("02T11:00:00", "X9", "svar"),
        "Enheten deltar inte i ärendet och kan därför inte göra svar. "
        "Be en enhet som deltar att lägga till er.",
    ),
    (event("02T11:00:00", "W1", "svar"), "Svar kan bara göras av kommun."),
]


@pytest.mark.parametrize(("line", "reason"), NOT_POSSIBLE)
def test_an_event_out_of_order_or_by_the_wrong_unit_is_refused(
    run: Any, line: str, reason: str
) -> None:
    told = answer(run(PARTIES, ADMITTED, line, options=("--json",)))

    assert [(one["line"], one["reason"]) for one in told["refused"]] == [(3, reason)]
    assert [owed["state"] for owed in told["obligations"]] == ["late"]


def test_a_large_file_is_read_to_its_end(run: Any) -> None:
    told = answer(run(PARTIES, *["hej"] * 50_000, ADMITTED, options=("--json",)))

    assert told["phases"] == ["inskriven"]
    assert len(told["refused"]) == 50_000
    assert told["refused"][-1]["line"] == 50_001


UNUSABLE = [
    ((), "e.jsonl: filen är tom. Första raden ska vara"),
    (("{}",), "rad 1: första raden ska vara"),
    (("hej",), "rad 1: första raden ska vara"),
    ((ADMITTED,), "rad 1: första raden ska vara"),
    (('{"parties": {"sjukhus": []}}',), "rad 1: parten 'sjukhus' finns inte i riktlinjen"),
    (('{"parties": {"kommun": "K1"}}',), "rad 1: parten 'kommun' ska ha en lista med enheter."),
    (('{"parties": {"kommun": [" "]}}',), "rad 1: parten 'kommun' ska ha en lista med enheter."),
    (("", " "), "e.jsonl: filen är tom. Första raden ska vara"),
    (("a" * 3_000_000,), "rad 1: första raden ska vara"),
]


@pytest.mark.parametrize(("lines", "told"), UNUSABLE)
def test_a_file_that_cannot_be_used_ends_with_two_and_says_why(
    run: Any, lines: tuple[str, ...], told: str
) -> None:
    result = run(*lines)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["prov", "finns-inte.jsonl"], "finns-inte.jsonl: filen finns inte."),
        (["prov", "prov"], "prov: filen går inte att läsa."),
        (["prov", "latin.jsonl"], "latin.jsonl: filen är inte text i teckenkodningen UTF-8."),
        (["borta", "e.jsonl"], "borta:1: fel: filen finns inte."),
        (["osund.md", "e.jsonl"], "osund.md:"),
        (["prov", "e.jsonl", "--at", "2026-03-05"], "--at: '2026-03-05' är ingen tidpunkt"),
        (["prov", "e.jsonl", "--at", "i går"], "--at: 'i går' är ingen tidpunkt"),
        (["prov", "e.jsonl", "--at", "2026-03-05T12:00"], f"är ingen {ZONED}."),
        (["prov", "e.jsonl", "--at", "9999-12-31T23:59Z"], f"är ingen {ZONED}."),
    ],
)
def test_what_cannot_be_read_ends_with_two_and_says_why(
    run: Any, tmp_path: Path, arguments: list[str], told: str
) -> None:
    run(PARTIES)
    (tmp_path / "latin.jsonl").write_text(PARTIES, "latin-1")
    (tmp_path / "osund.md").write_text(GUIDELINE.replace("vem: kommun", "vem: ingen"), "utf-8")
    result = CliRunner().invoke(case, arguments)

    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_without_json_it_reads_as_text(run: Any) -> None:
    result = run(PARTIES, ADMITTED, event("02T11:00:00", "W1", "utskrivning"))

    assert result.exit_code == 0
    assert result.output == (
        "Läge 2026-03-03 12:00: Inskriven\n\n"
        "Åtaganden:\n"
        "  försenad    K1         Svar senast 2026-03-03 10:00 (avsnitt 1.1)\n\n"
        "Kan göras nu:\n"
        "  W1         Inskrivning\n"
        "  K1         Svar\n\n"
        "Nekat:\n"
        "  rad 3: Utskrivning kan inte göras ännu: Svar saknas. Be kommun om svar. "
        "(avsnitt 1.1)\n"
    )


def test_it_runs_as_a_command_without_django(run: Any, tmp_path: Path) -> None:
    run(PARTIES, ADMITTED)
    script = (
        "import sys; from sammanhang.site.cli import main\n"
        "main(['case', 'prov', 'e.jsonl', '--json'], standalone_mode=False)\n"
        "sys.exit('django' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True)

    assert ran.returncode == 0, ran.stderr.decode()
    assert json.loads(ran.stdout)["phases"] == ["inskriven"]
