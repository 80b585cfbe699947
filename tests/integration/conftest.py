from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from stage import Stage, owner

from sammanhang.casework import processes
from sammanhang.casework.documents import record_folder
from sammanhang.governance import shelf


@pytest.fixture
def stage(database: str) -> Iterator[Stage]:
    """A fresh database with a few people at work, under the small guideline made for the tests."""
    owner("truncate casework_document cascade")
    record_folder(Path(__file__).parent / "guidelines", date(2026, 1, 1))
    _forget()
    yield Stage()
    _forget()


def _forget() -> None:
    processes.forget()
    shelf.forget()
