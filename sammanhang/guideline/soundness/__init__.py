"""Whether a process holds together in every state it can reach (docs/soundness.md)."""

from sammanhang.guideline.soundness.questions import examine

__all__ = ["examine"]
