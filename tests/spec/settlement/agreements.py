"""The shipped agreements on payment liability, read once."""

from __future__ import annotations

from pathlib import Path

from sammanhang.guideline.corpus import read_corpus

GUIDELINES = Path(__file__).parents[3] / "guidelines"
CORPUS = read_corpus(
    (str(file), file.read_text(encoding="utf-8"))
    for file in sorted(GUIDELINES.glob("be*/dokument.md"))
)
RULES = {id.removeprefix("betalningsansvar-"): rules for id, rules in CORPUS.liabilities.items()}
