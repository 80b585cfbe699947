"""Who writes and who decides."""

from __future__ import annotations

import pytest
from stage import Stage, person_at

from sammanhang.access.acting import Acting


@pytest.fixture
def eva(stage: Stage) -> Acting:
    return person_at(stage.officer.unit, "Eva Ek", role="process_leader")


@pytest.fixture
def sonja(stage: Stage) -> Acting:
    return person_at(stage.officer.unit, "Sonja Falk", role="secretary")
