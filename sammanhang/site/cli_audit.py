"""The command audit: seal the access log, find whoever has tampered with it, and give it out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

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


DAY = click.DateTime(["%Y-%m-%d"])
SINCE = click.option("--from", "since", type=DAY, required=True, help="Från och med dagen.")
UNTIL = click.option("--to", "until", type=DAY, required=True, help="Till och med dagen.")


@audit.command("extract")
@click.argument("number", metavar="PERSONNUMMER")
@SINCE
@UNTIL
@told_plainly
def extract(number: str, since: datetime, until: datetime) -> None:
    """En persons eget loggutdrag: vilka enheter som har tagit del av uppgifterna, och när."""
    with database_at_hand():
        from django.conf import settings
        from django.db import connections
        from django.utils import timezone

        from sammanhang.access import log_extract
        from sammanhang.residents.identifiers import Faulty
        from sammanhang.residents.queries import understood_number

        known = understood_number(number, timezone.localdate(), synthetic=settings.SYNTHETIC)
        if isinstance(known, Faulty):
            raise click.ClickException(known.reason)
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "select resident_id from residents_residentnumber where value = %s", [known.value]
            )
            found = cursor.fetchone()
        if found is None:
            raise click.ClickException("Ingen person med det numret finns här.")
        lines = log_extract.extract(found[0], since.date(), (until + timedelta(days=1)).date())
        for line in lines:
            click.echo(str(line))
        if not lines:
            click.echo("Ingen har tagit del av uppgifterna under tiden.")


@audit.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="MAPP")
@SINCE
@UNTIL
@told_plainly
def export(folder: Path, since: datetime, until: datetime) -> None:
    """Loggposter i nationell form (StoreLog 2.0), högst 500 i varje fil."""
    with database_at_hand():
        from sammanhang.access import log_extract

        folder.mkdir(parents=True, exist_ok=True)
        messages = log_extract.store_log(since.date(), (until + timedelta(days=1)).date())
        count = 0
        for count, message in enumerate(messages, 1):
            (folder / f"storelog-{since:%Y%m%d}-{count:06}.xml").write_bytes(message)
        click.echo(f"{count} filer i {folder}.")
