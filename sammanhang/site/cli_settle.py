"""`sammanhang settle`: a month's payment liability from a table of stays, with no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import click
import orjson

from sammanhang.guideline.liability import Amounts, Liability
from sammanhang.guideline.model import Severity
from sammanhang.settlement.arithmetic.amounts import Prices, Unsettleable, prices_in
from sammanhang.settlement.arithmetic.prices_csv import read_prices
from sammanhang.settlement.arithmetic.settle import settle as settled
from sammanhang.settlement.arithmetic.statement import Line, Statement
from sammanhang.settlement.arithmetic.stays_csv import YEARS, NoTable, Read, read_stays
from sammanhang.site.corpus_files import documents, read_files

GUIDELINES = Path(__file__).parent.parent.parent / "guidelines"
MODELS = ("vg", "lag", "stockholm")
REJECTED = 3


@click.command()
@click.argument("stays", metavar="STAYS.csv", type=click.Path())
@click.option("--model", type=click.Choice(MODELS), required=True, help="Överenskommelsens modell.")
@click.option("--month", metavar="ÅÅÅÅ-MM", required=True, help="Månaden som avräknas.")
@click.option("--prices", metavar="FILE", help="Belopp: year,specialty,sek_per_day.")
@click.option(
    "--guidelines",
    metavar="FOLDER",
    default=str(GUIDELINES),
    help="Mappen med överenskommelserna, om inte de som följer med.",
)
@click.option("--json", "as_json", is_flag=True, help="Skriv avräkningen som JSON.")
def settle(
    stays: str, model: str, month: str, prices: str | None, guidelines: str, as_json: bool
) -> None:
    """Avräkna en månads betalningsansvar för utskrivningsklara ur en tabell med vårdtillfällen.

    Slutar med 0; med 3 om någon rad inte gick att använda (resten är då avräknat); med 2 om
    månaden inte går att avräkna.
    """
    first_day = _month(month)
    rules = _rules(guidelines, f"betalningsansvar-{model}")
    try:
        read = read_stays(_text(stays))
        statements = settled(rules, first_day, read.stays, _prices(rules, prices))
    except (NoTable, Unsettleable) as error:
        _stop(str(error))
    if as_json:
        result = _as_json(f"{first_day:%Y-%m}", model, statements, read)
        click.echo(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n".join(_as_text(rules, f"{first_day:%Y-%m}", statements, read)))
    if read.rejected:
        raise SystemExit(REJECTED)


def _stop(text: str) -> NoReturn:
    click.echo(text, err=True)
    raise SystemExit(2)


def _month(text: str) -> date:
    try:
        first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 (a month has no zone)
    except ValueError:
        _stop(f"Månaden '{text}' går inte att förstå. Skriv år-månad, till exempel 2026-03.")
    if first.year not in YEARS:
        _stop(f"Månaden '{text}' är orimlig. Skriv år-månad, till exempel 2026-03.")
    return first


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        _stop(f"{file}: filen är inte text i teckenkodningen UTF-8. Spara om den som UTF-8.")
    except (OSError, ValueError):
        _stop(f"{file}: filen finns inte eller går inte att läsa.")


def _rules(folder: str, document: str) -> Liability:
    corpus = read_files([*documents(folder)])
    rules = corpus.liabilities.get(document)
    if rules is None:
        faults = [str(one) for one in corpus.findings if one.severity is Severity.ERROR]
        _stop("\n".join(faults) or f"{folder}: här finns inget dokument med id '{document}'.")
    return rules


def _prices(rules: Liability, file: str | None) -> Prices:
    """The document's amounts; those of the file go before them."""
    own = prices_in(rules.amounts) if isinstance(rules.amounts, Amounts) else {}
    return {**own, **read_prices(_text(file))} if file else own


# --- What is written ------------------------------------------------------------------------


def _as_json(month: str, model: str, statements: Sequence[Statement], read: Read) -> dict[str, Any]:
    return {
        "month": month,
        "model": model,
        "municipalities": [_statement(one) for one in statements],
        "rejected": [{"row": one.row, "reason": one.reason} for one in read.rejected],
    }


def _statement(one: Statement) -> dict[str, Any]:
    return {
        "municipality": one.municipality,
        "stays": one.stays,
        "mean_days": float(one.mean_days),
        "mean_stays": one.mean_stays,
        "individual_stays": one.individual_stays,
        "liable_days": _number(one.liable_days),
        "amount_ore": one.amount_ore,
        "zero": one.zero,
        "lines": [_line(line) for line in one.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "stay_id": line.stay_id,
        "days": line.days,
        "counted": line.counted,
        "reason": line.reason,
        "section": line.section,
    }


def _number(days: Decimal) -> int | float:
    return int(days) if days == int(days) else float(days)


def _as_text(
    rules: Liability, month: str, statements: Sequence[Statement], read: Read
) -> list[str]:
    told = [f"{rules.document.title}, {month}", ""]
    if not statements:
        told.append("Inget vårdtillfälle tog slut den här månaden.")
    for one in statements:
        mean = f", medelvärde {_swedish(one.mean_days)} dagar" if one.mean_stays else ""
        many = "vårdtillfälle" if one.stays == 1 else "vårdtillfällen"
        told.append(
            f"{one.municipality}: {one.stays} {many}{mean}, "
            f"{_swedish(one.liable_days)} betalningsdagar, {kronor(one.amount_ore)}"
        )
        told += [f"  {line.stay_id}: {line.reason} (avsnitt {line.section})" for line in one.lines]
    told += [f"Rad {one.row} är inte med: {one.reason}" for one in read.rejected]
    return told


def _swedish(number: Decimal) -> str:
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def kronor(ore: int) -> str:
    """`10 500,00 kr`."""
    return f"{ore // 100:,}".replace(",", " ") + f",{ore % 100:02d} kr"
