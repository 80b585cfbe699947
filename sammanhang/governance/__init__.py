"""Governing documents: as they are read, and as they are written."""
