"""The documents in force today, as those who write see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils import timezone

from sammanhang.casework import documents
from sammanhang.directory.queries import geography
from sammanhang.guideline.model import Document

DOCUMENT = documents.DOCUMENT

__all__ = ["DOCUMENT", "InForce", "forget", "geography", "in_force"]


@dataclass(frozen=True, slots=True)
class InForce:
    """A document as it holds now. `file`: its place among the others."""

    file: str
    text: str
    document: Document


def in_force() -> Mapping[str, InForce]:
    """By document id, in the order of their files."""
    return _on(timezone.localdate())


@lru_cache(maxsize=2)
def _on(day: date) -> Mapping[str, InForce]:
    """What is recorded meanwhile holds from tomorrow at the earliest."""
    found: dict[str, InForce] = {}
    for one in documents.in_force_on(documents.recorded(), day):
        document = documents.front_of(one.file, one.text)
        if document is not None:
            found[one.id] = InForce(one.file, one.text, document)
    return found


def forget() -> None:
    _on.cache_clear()
