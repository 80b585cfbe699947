"""`python -m sammanhang.governance`: works off the trials of drafts that are asked for, until it
is stopped. Runs beside the web server, as the owner of the database."""

from __future__ import annotations

import logging
import os
import signal
import time

import django
from django.db import DatabaseError, connections

LOOKS_EVERY = 2  # seconds


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sammanhang.site.settings")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    django.setup()
    from sammanhang.governance.trials import OWNER, work_off

    try:
        while True:
            try:
                work_off()
            except DatabaseError:
                logging.getLogger(__name__).exception("the database")
                connections[OWNER].close()
            time.sleep(LOOKS_EVERY)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
