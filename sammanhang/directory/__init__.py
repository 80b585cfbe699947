"""Organisations, units, care areas, municipalities, staff and their assignments; over time."""
