"""`python -m simulation.run_clock --pace=12`: lets the county live on, beside the web service."""

from __future__ import annotations

import os
import signal

import click


@click.command()
@click.option("--pace", default=12.0, help="Events a minute.")
def main(pace: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simulation.settings")
    import django

    django.setup()
    from simulation.clock import run_clock

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the process that started us
    run_clock(pace)


if __name__ == "__main__":
    main()
