from __future__ import annotations

import pytest
from blocking import block
from stage import Stage, attached


@pytest.fixture
def blocked(stage: Stage) -> int:
    """A case in which the ward has sent its message, and then registered a block."""
    case = stage.notified()
    attached(stage, case)
    assert block(stage.ward, case) == {}
    return case
