"""The command audit: seal the access log, and find whoever has tampered with it."""

from __future__ import annotations

from datetime import datetime

import click

from sammanhang.site.cli_service import database_at_hand, told_plainly


@click.group()
def audit() -> None:
    """Åtkomstloggen: försegla den och kontrollera den."""


@audit.command("seal")
@told_plainly
def seal() -> None:
    """Förseglar loggens nya rader, och sparar förseglingen utanför databasen. Körs varje dag."""
    with database_at_hand():
        from sammanhang.access import seals

        head = seals.seal()
        if head is None:
            click.echo("Inga nya rader sedan förra förseglingen.")
        else:
            click.echo(f"Försegling {head.number} är gjord och sparad i {seals.heads_file()}.")


@audit.command("verify")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Bara förseglingar från dagen.")
@told_plainly
def verify(since: datetime | None) -> None:
    """Kontrollerar att ingen rad har ändrats, tagits bort eller lagts till. Slutar med 1 annars."""
    with database_at_hand():
        from sammanhang.access import seals

        found = 0
        for finding in seals.verify(since.date() if since else None):
            click.echo(str(finding))
            found += 1
        if found:
            raise click.ClickException(f"{found} fel i åtkomstloggen.")
        click.echo("Åtkomstloggen är hel.")
