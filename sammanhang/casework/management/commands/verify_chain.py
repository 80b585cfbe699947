from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sammanhang.casework import chain, methods


class Command(BaseCommand):
    help = (
        "Kontrollerar att ingen har ändrat i ärendenas historik. Skriver ut ett värde att "
        "bevara utanför databasen: med oförändrad historik blir det alltid detsamma."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--method",
            choices=methods.METHODS,
            help="Metoden i det sparade värde som det ska jämföras med. Annars den som gäller nu.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(chain.verify())
        for one in broken:
            self.stderr.write(str(one))
        self.stdout.write(chain.heads(options["method"]))
        if broken:
            raise CommandError(f"{len(broken)} ärenden har en historik som inte håller ihop.")
