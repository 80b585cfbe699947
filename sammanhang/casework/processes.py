"""The processes that cases run under: documents in force, read together, compiled once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache

from sammanhang.casework import documents
from sammanhang.casework.documents import Edition
from sammanhang.directory.queries import geography
from sammanhang.guideline.corpus import read_corpus
from sammanhang.guideline.model import Process, Severity

log = logging.getLogger(__name__)

DISCHARGE = "in-och-utskrivning"
"""The process that a ward starts when it admits someone."""


class Unsound(Exception):
    """No process could be made of the documents in force; the message lists their faults."""


def process_for(key: str, edition: Edition | str) -> Process:
    """A process as an edition has it. Raises KeyError where it has none."""
    return processes_of(edition if isinstance(edition, Edition) else Edition.stored(edition))[key]


def process_on(key: str, day: date) -> Process:
    """A process as it is for who begins on a day."""
    return process_for(key, edition_on(key, day))


def edition_on(key: str, day: date) -> Edition:
    """What a case opened on a day runs under; before the first there is, that one. Raises
    KeyError for a process that never was."""
    days = _days(day)
    come = [change for change in days if change <= day]
    ahead = days[len(come) :]
    for change in (*reversed(come), *ahead):
        if key in processes_of(Edition(change)):
            return Edition(change)
    raise KeyError(key)


@cache
def processes_of(edition: Edition) -> Mapping[str, Process]:
    """By process key, each with the routines and supplements that hold with it. What held on a
    day that has come never changes, so neither does this."""
    held = documents.held_in(documents.recorded(), edition)
    corpus = read_corpus(((one.file, one.text) for one in held), geography())
    faults = [str(one) for one in corpus.findings if one.severity is Severity.ERROR]
    if faults and not corpus.processes:
        raise Unsound("\n".join(faults))
    for fault in faults:
        log.error("Ett styrdokument har fel och används inte: %s", fault)
    return {process.key: process for process in corpus.processes.values()}


def forget() -> None:
    """After documents or units were recorded otherwise than from a day to come."""
    processes_of.cache_clear()
    _days.cache_clear()


@lru_cache(maxsize=4)
def _days(today: date) -> Sequence[date]:
    """Days of change, read once a day: what is recorded meanwhile holds from tomorrow."""
    return documents.days_of_change(documents.recorded())
