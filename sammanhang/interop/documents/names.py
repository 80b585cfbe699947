"""Names and text as formats with less room for letters can write them. PURE."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLAIN = str.maketrans("åäö", "aao")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ids(names: Iterable[str], prefix: str) -> dict[str, str]:
    """For each name one of its own, at most 64 letters, digits and hyphens, first a letter."""
    return {
        name: f"{prefix}-{at}-{re.sub('[^a-z0-9-]', '-', name.translate(_PLAIN))}"[:64]
        for at, name in enumerate(names, 1)
    }


def in_xml(text: str) -> str:
    """The text with what XML 1.0 has no way to write replaced."""
    return _UNWRITABLE.sub("\ufffd", text)
