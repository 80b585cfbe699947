"""The demonstration's settings, but each being let in is logged, as it is among real people."""

from sammanhang.site.database import data_folder
from simulation.settings import *  # noqa: F403
from simulation.settings import LOGGING

LOGGING = {
    **LOGGING,
    "handlers": {
        "console": {
            "class": "logging.FileHandler",
            "filename": data_folder() / "server.log",
            "formatter": "json",
        }
    },
    "loggers": {**LOGGING["loggers"], "sammanhang.access.decisions": {"level": "INFO"}},
}
