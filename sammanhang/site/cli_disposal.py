"""The command disposal: what has outlived its time, its removal, and holds."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from sammanhang.site.cli_service import database_at_hand, told_plainly


@click.group()
def disposal() -> None:
    """Gallring: vad som har tjänat ut, att ta bort det, och att hålla kvar ett ärende."""


@disposal.command("plan")
@told_plainly
def plan() -> None:
    """Visar vad som skulle gallras i dag. Inget tas bort."""
    with database_at_hand():
        from sammanhang.casework.disposal import due

        for one in due(datetime.now(UTC)):
            kind = one.kind
            click.echo(
                f"{one.count:8}  {kind.title}, äldre än {one.older_than:%Y-%m-%d}  ({kind.source})"
            )
        click.echo("Inget har tagits bort. Gallra med: sammanhang disposal carry-out")


@disposal.command("carry-out")
@click.confirmation_option(prompt="Det som gallras går inte att få tillbaka. Fortsätta?")
@told_plainly
def carry_out() -> None:
    """Tar bort det som har tjänat ut, och för det i gallringslistan."""
    with database_at_hand():
        from sammanhang.casework.disposal import dispose

        for one in dispose(datetime.now(UTC)):
            click.echo(f"{one.count:8}  {one.kind.title}")


@disposal.command("hold")
@click.argument("case", type=int, metavar="ÄRENDE")
@click.option("--reason", required=True, help="Varför ärendet ska vara kvar.")
@told_plainly
def hold(case: int, reason: str) -> None:
    """Håller kvar ett ärende, också när dess tid är ute."""
    with database_at_hand():
        from sammanhang.casework import disposal as deeds

        if not deeds.hold(case, reason):
            raise click.ClickException(f"Ärende {case} finns inte.")
        click.echo(f"Ärende {case} hålls kvar.")


@disposal.command("release")
@click.argument("case", type=int, metavar="ÄRENDE")
@told_plainly
def release(case: int) -> None:
    """Släpper ett ärende som har hållits kvar."""
    with database_at_hand():
        from sammanhang.casework import disposal as deeds

        if not deeds.release(case):
            raise click.ClickException(f"Ärende {case} hölls inte kvar.")
        click.echo(f"Ärende {case} hålls inte längre kvar.")
