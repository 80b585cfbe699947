"""Who and how many in the measurements."""

from __future__ import annotations

SECONDS = 8
"""How long each measurement runs."""
WORKERS = 8
WARD, CENTRE, OFFICE = "SE2321000131-A0001", "SE2321000131-V0001", "SE2120014801-K0001"
PERSON = "SE2321000131-P0001"
BOARD = 25
"""Rows on the boards that are measured."""
TEXT = {"meddelandetext": "Rollator behövs hemma. Nycklar lämnas i receptionen."}
ACT = "planeringsmeddelande"
