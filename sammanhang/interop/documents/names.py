"""Identifiers for formats that know no Swedish letters. PURE."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLAIN = str.maketrans("åäö", "aao")


def ids(names: Iterable[str], prefix: str) -> dict[str, str]:
    """For each name one of its own, at most 64 letters, digits and hyphens, first a letter."""
    return {
        name: f"{prefix}-{at}-{re.sub('[^a-z0-9-]', '-', name.translate(_PLAIN))}"[:64]
        for at, name in enumerate(names, 1)
    }
