"""By which methods events are hashed, and what only some are told is sealed in them.

An event names its method, and is verified by it, so that another can be taken into use from one
event to the next: docs/adr/0019-methods-of-seals.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

METHOD = "sha256"
"""By which events are hashed now."""
METHODS: dict[str, Callable[[bytes], Any]] = {"sha256": hashlib.sha256}
"""All that events have been hashed by."""
