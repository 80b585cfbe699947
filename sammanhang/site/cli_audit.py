"""The command audit: seal the access log, find whoever has tampered with it, and give it out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

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
        for finding in seals.verified(since.date() if since else None):
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
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Skriv en PDF hit.")
@click.option(
    "--show-units",
    metavar="SKÄL",
    help="Visa enheterna också för en person med skyddade personuppgifter. Skälet loggas.",
)
@told_plainly
def extract(
    number: str, since: datetime, until: datetime, pdf: Path | None, show_units: str | None
) -> None:
    """En persons eget loggutdrag: vilka enheter som har tagit del av uppgifterna, och när.

    För den som har skyddade personuppgifter står vårdgivaren i stället för enheten.
    """
    with database_at_hand():
        from sammanhang.access import log_extract

        value, resident, protected = _resident(number)
        reason = (show_units or "").strip()
        unit = bool(reason) or not protected
        lines = log_extract.extract(
            resident,
            since.date(),
            (until + timedelta(days=1)).date(),
            unit=unit,
            why=f"unmasked: {reason}" if protected and reason else "log review",
        )
        if protected and not reason:
            click.echo("Personen har skyddade personuppgifter: enheterna visas inte.", err=True)
        if pdf is not None:
            from sammanhang.access.log_extract_pdf import as_pdf

            days = since.date(), until.date()
            pdf.write_bytes(as_pdf(value, "alla enheter", *days, lines, unit=unit))
            click.echo(f"Utdraget finns i {pdf}.")
            return
        for line in lines:
            click.echo(str(line))
        if not lines:
            click.echo("Ingen har tagit del av uppgifterna under tiden.")


def _resident(number: str) -> tuple[str, UUID, bool]:
    """(number, key, whether under protection) of somebody who is known here."""
    from django.conf import settings
    from django.db import connections
    from django.utils import timezone

    from sammanhang.residents.identifiers import Faulty
    from sammanhang.residents.queries import understood_number

    known = understood_number(number, timezone.localdate(), synthetic=settings.SYNTHETIC)
    if isinstance(known, Faulty):
        raise click.ClickException(known.reason)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select n.resident_id, r.secrecy_marking or r.protected_registration "
            "from residents_residentnumber n join residents_resident r on r.id = n.resident_id "
            "where n.value = %s",
            [known.value],
        )
        found = cursor.fetchone()
    if found is None:
        raise click.ClickException("Ingen person med det numret finns här.")
    return known.value, *found


@audit.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="MAPP")
@SINCE
@UNTIL
@told_plainly
def export(folder: Path, since: datetime, until: datetime) -> None:
    """Loggposter i nationell form (StoreLog 2.0), högst 500 i varje fil."""
    with database_at_hand():
        from sammanhang.access.store_log import store_log

        folder.mkdir(parents=True, exist_ok=True)
        messages = store_log(since.date(), (until + timedelta(days=1)).date())
        count = 0
        for count, message in enumerate(messages, 1):
            (folder / f"storelog-{since:%Y%m%d}-{count:06}.xml").write_bytes(message)
        click.echo(f"{count} filer i {folder}.")


@audit.command("incident")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="MAPP")
@click.option("--since", required=True, metavar="TID", help="Från, till exempel 2026-11-28T14:00.")
@click.option("--until", metavar="TID", help="Till, men inte med. Utelämnas: nu.")
@click.option("--person", metavar="HSA-ID", help="Bara vad den här personen har gjort.")
@click.option("--case", type=int, metavar="NUMMER", help="Bara det här ärendet.")
@told_plainly
def incident(
    folder: Path, since: str, until: str | None, person: str | None, case: int | None
) -> None:
    """Underlag för en incidentrapport: tidslinje, berörda, enheter och bevis att loggen är hel."""
    with database_at_hand():
        from django.utils import timezone

        from sammanhang.access import incident

        try:
            start = incident.moment(since)
            end = incident.moment(until) if until else timezone.now()
        except ValueError:
            raise click.ClickException(
                "Skriv tiden som 2026-11-28 eller 2026-11-28T14:05."
            ) from None
        if start >= end:
            raise click.ClickException("Tiden slutar innan den börjar.")
        try:
            found = incident.package(folder, incident.Scope(start, end, person, case))
        except FileExistsError:
            raise click.ClickException(f"{folder} är inte tom. Ange en ny mapp.") from None
        click.echo(
            f"{found.lines} rader, {len(found.residents)} invånare och {len(found.units)} enheter "
            f"i {folder}. Börja med läs-mig.md."
        )


@audit.command("reviews")
@told_plainly
def reviews() -> None:
    """Enheter som inte har granskat en månads logg i tid. Slutar med 1 om det finns någon."""
    with database_at_hand():
        from django.utils import timezone

        from sammanhang.access import oversight

        late = oversight.late_reviews(timezone.localdate())
        for month, name in late:
            click.echo(f"{month:%Y-%m}  {name}")
        if late:
            raise click.ClickException(f"{len(late)} granskningar är försenade.")
        click.echo("Alla månader är granskade i tid.")


@audit.command("end-sessions")
@click.option("--person", metavar="HSA-ID", help="Bara den här personens.")
@click.option("--all", "everybody", is_flag=True, help="Allas: alla får logga in på nytt.")
@told_plainly
def end_sessions(person: str | None, everybody: bool) -> None:
    """Avslutar inloggningar överallt, en persons eller allas."""
    if everybody == (person is not None):
        raise click.UsageError("Ange antingen --person eller --all.")
    with database_at_hand():
        from sammanhang.access import sessions

        click.echo(f"{sessions.end_as_keeper(person)} inloggningar är avslutade.")


@audit.group("public-interest")
def public_interest() -> None:
    """Personer av allmänt intresse, vars läsningar alltid granskas. För alla organisationer."""


@public_interest.command("add")
@click.argument("number", metavar="PERSONNUMMER")
@told_plainly
def add(number: str) -> None:
    """Lägger till någon, för ett år."""
    _keep(number, listed=True)


@public_interest.command("remove")
@click.argument("number", metavar="PERSONNUMMER")
@told_plainly
def remove(number: str) -> None:
    """Tar bort någon som systemförvaltningen har lagt till."""
    _keep(number, listed=False)


@public_interest.command("list")
@told_plainly
def listed() -> None:
    """Visar listan. Att den visas loggas."""
    with database_at_hand():
        from sammanhang.access import public_interest

        for number, organisation, since in public_interest.listed():
            click.echo(f"{number}  {organisation}  {since}")


def _keep(number: str, *, listed: bool) -> None:
    with database_at_hand():
        from sammanhang.access import public_interest
        from sammanhang.access.administration import NotDone

        try:
            public_interest.keep(number, listed=listed)
        except NotDone as error:
            raise click.ClickException(str(error)) from None
        click.echo("Sparat. Det gäller läsningar från och med nu.")
