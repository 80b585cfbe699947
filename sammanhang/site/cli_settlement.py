"""The command settlement: the daily round, and the register of whom one invoices."""

from __future__ import annotations

from pathlib import Path

import click

from sammanhang.site.cli_service import database_at_hand, told_plainly


@click.group()
def settlement() -> None:
    """Betalningsansvar: den dagliga körningen, och registret över parter."""


@settlement.command("update")
@told_plainly
def update() -> None:
    """Tar in vårdtillfällen ur ärenden som har ändrats. Kör den varje natt."""
    with database_at_hand():
        from sammanhang.settlement.round import take_stays

        click.echo(f"{take_stays()} ärenden har tagits in.")


@settlement.command("parties")
@click.argument("file", metavar="FILE")
@told_plainly
def parties(file: str) -> None:
    """Läser in säljare och köpare för fakturorna ur en CSV-fil, i stället för dem som fanns."""
    with database_at_hand():
        from sammanhang.settlement.parties import Faulty, load_parties

        try:
            number = load_parties(Path(file).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            raise click.ClickException(f"{file}: filen finns inte eller är inte UTF-8.") from None
        except Faulty as faulty:
            raise click.ClickException(str(faulty)) from None
        click.echo(f"{number} parter har lästs in.")
