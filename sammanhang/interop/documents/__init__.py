"""Governing documents in the forms that others read."""
