from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from stage import Stage

from sammanhang.casework import processes


@pytest.fixture
def stage(database: str) -> Iterator[Stage]:
    """A fresh database with a few people at work, under the small guideline made for the tests."""
    shipped = settings.GUIDELINES
    settings.GUIDELINES = Path(__file__).parent / "guidelines"
    processes.all_processes.cache_clear()
    yield Stage()
    settings.GUIDELINES = shipped
    processes.all_processes.cache_clear()
