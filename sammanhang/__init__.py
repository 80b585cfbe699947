"""Sammanhang: coordinated health and social care in which the guideline is the program."""

__version__ = "0.1.0"
