"""Whatever the text, reading it gives findings and never an exception."""

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sammanhang.guideline import read_document
from sammanhang.guideline.model import Severity

FAULTY = sorted((Path(__file__).parent / "faulty").glob("*.md"))
SHIPPED = sorted((Path(__file__).parents[3] / "guidelines").rglob("dokument.md"))
DOCUMENTS = [path.read_text(encoding="utf-8") for path in (*SHIPPED, *FAULTY)]

PIECES = st.sampled_from(
    ["\t", "\n", "\n\n", "```", "~~~", "---\n", ":", ": ", "- ", "[", "]", "{", "}", "'", '"',
     "&a ", "*a", "!!python/object:os.system ", "|", ">", "%", "@", "#", "\0", "\u2028", "\x85",
     "\ufeff", "\r", "å", "senast: 99999999 dagar\n", "om: {}\n", "vem: []\n", "```regel\n",
     "```part a\n", "## 1 Ett\n", "ja", "alla", "? ", "<<: ", "null", "~", "1e999", "\ud800"]
)  # fmt: skip


def reads(text: str) -> None:
    compiled = read_document(text, "dokument.md")
    faulty = any(finding.severity is Severity.ERROR for finding in compiled.findings)
    assert faulty == (compiled.process is None and compiled.liability is None)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= finding.place.line <= lines for finding in compiled.findings)


@given(st.text())
def test_any_text(text: str) -> None:
    reads(text)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_block(content: str) -> None:
    reads(
        f"---\nid: a\ntitel: A\nnivå: lag\nprocess: a\n---\n# 1 A\n\n```regel a\n{content}\n```\n"
    )


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """A document with pieces cut out, doubled, moved or put in."""
    text = draw(st.sampled_from(DOCUMENTS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 60)))
        between = draw(st.one_of(PIECES, st.just(""), st.just(text[start:end] * 2), st.text()))
        text = text[:start] + between + text[end:]
    return text


@settings(max_examples=100, deadline=None)
@given(mutilated())
def test_any_mutilated_document(text: str) -> None:
    reads(text)


HEAD = "---\nid: a\ntitel: A\nnivå: lag\nprocess: a\n---\n# 1 A\n\n"
BOMBS = {
    "aliases": "a: &a [x]\n" + "\n".join(f"b{n}: &b{n} [*a, *a]" for n in range(50)),
    "depth": "när: " + "[" * 50_000,
    "mappings": "när: " + "{a: " * 10_000,
    "questions": "? " * 20_000,
    "keys": "\n".join(f"k{n}: {n}" for n in range(6_000)),
    "long word": "när: " + "a" * 60_000,
    "open quote": "när: '" + "a\n" * 20_000,
    "many names": "när: [" + ", ".join(f"n{n}" for n in range(5_000)) + "]",
}


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda name: name)
def test_a_block_made_to_choke_is_refused_soon(bomb: str) -> None:
    started = process_time()
    compiled = read_document(f"{HEAD}```regel a\n{BOMBS[bomb]}\n```\n", "dokument.md")

    assert compiled.process is None
    assert process_time() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "```regel a\n" * 20_000,
        HEAD + "".join(f"```handling a{n}\nvem: b{n}\n```\n" for n in range(2_100)),
        HEAD + "> " * 5_000,
        HEAD + "- " * 5_000,
        HEAD + "x" * 2_100_000,
        "---\n" + "a: b\n" * 20_000,
    ],
    ids=["open fences", "many blocks", "quotes", "lists", "too long", "endless front matter"],
)
def test_a_document_made_to_choke_is_read_soon(text: str) -> None:
    started = process_time()
    read_document(text, "dokument.md")

    assert process_time() - started < 5
