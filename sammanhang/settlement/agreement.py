"""The agreement that the service settles by, and what a day costs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from sammanhang.guideline.corpus import read_corpus
from sammanhang.guideline.liability import Amounts, Liability, Specialty
from sammanhang.settlement.arithmetic.amounts import Prices, prices_in
from sammanhang.settlement.arithmetic.prices_csv import read_prices

AGREEMENT = "betalningsansvar-vg"


class NoAgreement(Exception):
    """The document is missing or faulty; the message lists its faults."""


@cache
def agreement() -> Liability:
    """The county's rules of payment liability."""
    files = sorted(Path(settings.GUIDELINES).glob("*/dokument.md"))
    corpus = read_corpus((str(file), file.read_text(encoding="utf-8")) for file in files)
    rules = corpus.liabilities.get(AGREEMENT)
    if rules is None:
        raise NoAgreement("\n".join(str(finding) for finding in corpus.findings) or AGREEMENT)
    return rules


@cache
def prices() -> Prices:
    """The amounts of the agreement; those of the price file, if there is one, go before them."""
    amounts = agreement().amounts
    own: Mapping[tuple[int, Specialty], int] = {}
    if isinstance(amounts, Amounts):
        own = prices_in(amounts)
    file = settings.PRICES
    return {**own, **read_prices(Path(file).read_text(encoding="utf-8"))} if file else own
