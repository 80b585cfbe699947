"""How far a text has come, said in the file that it becomes. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mark:
    """A text that holds has none. `said` stands under the title, and on top of every page."""

    said: str
    fhir: Literal["draft", "active", "retired"] = "draft"
