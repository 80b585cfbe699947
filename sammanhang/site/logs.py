"""Logs hold no person's identity number, whatever a message or a traceback carries."""

from __future__ import annotations

import logging
import re

# Ten or twelve digits, with or without the separator, and the reserve numbers with letters.
_NUMBER = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+ ]?[\dA-Z]{2}\d[\dA-Z](?![\dA-Z])")


def without_identity_numbers(text: str) -> str:
    return _NUMBER.sub("[nummer]", text)


class WithoutIdentityNumbers(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
            record.exc_info = record.exc_text = None
        record.msg, record.args = without_identity_numbers(text), None
        return True
