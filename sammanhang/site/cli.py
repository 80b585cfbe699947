"""The command `sammanhang`. Each subcommand is loaded when called, so that the language and the
engine start without Django."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "check": "sammanhang.site.cli_guideline:check",
    "explain": "sammanhang.site.cli_guideline:explain",
    "export": "sammanhang.site.cli_export:export",
    "case": "sammanhang.site.cli_case:case",
    "diff": "sammanhang.site.cli_diff:diff",
    "replay": "sammanhang.site.cli_replay:replay",
    "settle": "sammanhang.site.cli_settle:settle",
    "serve": "sammanhang.site.cli_service:serve",
    "migrate": "sammanhang.site.cli_service:migrate",
    "import-units": "sammanhang.site.cli_service:import_units",
    "import-assignments": "sammanhang.site.cli_service:import_assignments",
    "audit": "sammanhang.site.cli_audit:audit",
    "settlement": "sammanhang.site.cli_settlement:settlement",
    "disposal": "sammanhang.site.cli_disposal:disposal",
    "manage": "sammanhang.site.cli_service:manage",
}


class Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        return getattr(import_module(module), name)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Sammanhang: samordnad hälsa, vård och omsorg där riktlinjen är programmet."""
