"""`python -m sammanhang.governance`: works off the trials of drafts that are asked for, and lets
cases go over to a version that takes effect, until it is stopped. Runs beside the web server, as
the owner of the database."""

from __future__ import annotations

import logging
import os
import signal
import time
from datetime import date

import django
from django.db import DatabaseError, connections
from django.utils import timezone

LOOKS_EVERY = 2  # seconds


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sammanhang.site.settings")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    django.setup()
    from sammanhang.casework.transitions import take_over
    from sammanhang.governance.trials import OWNER, work_off

    looked: date | None = None
    try:
        while True:
            try:
                if looked != (today := timezone.localdate()):
                    take_over(timezone.now())
                    looked = today
                work_off()
            except DatabaseError:
                logging.getLogger(__name__).exception("the database")
                connections[OWNER].close()
            time.sleep(LOOKS_EVERY)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
