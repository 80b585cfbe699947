"""Casework: what may be done, what is owed by when, and why. PURE."""
