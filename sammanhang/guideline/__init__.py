"""The language of guidelines: read, compile, check and explain governing documents. PURE."""
