"""The language of guidelines: read, compile, check and explain governing documents. PURE."""

from sammanhang.guideline.compiler import Compiled, read_document

__all__ = ["Compiled", "read_document"]
