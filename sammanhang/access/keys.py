"""The keys that the installation signs with, one for each purpose: made of its secret key, so that
what was signed for one purpose is nothing for another. docs/security/policies.md tells how the
secret key is changed."""

from __future__ import annotations

import hashlib

from django.conf import settings


def signing_keys(purpose: str) -> list[bytes]:
    """The one to sign with, and after it those of older secret keys, to verify with."""
    return [
        hashlib.sha256(purpose.encode() + key.encode()).digest()
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
