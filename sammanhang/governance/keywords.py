"""The words of the language, for completion: which keys a block may have, by its kind."""

from __future__ import annotations

import json
from functools import cache

from sammanhang.guideline import blocks, fields, front, liability_blocks
from sammanhang.guideline.reader import KINDS

FRONT, FIELD = "inledning", "fält"


@cache
def keywords() -> str:
    """As JSON: keys by kind of block, with the kinds themselves under `block`."""
    of_liability = {key: None for keys in liability_blocks.KEYS.values() for key in keys}
    known = {
        "block": tuple(KINDS),
        FRONT: front.KEYS,
        FIELD: fields.KEYS,
        "betalning": tuple(of_liability),
        **blocks.KEYS,
    }
    return json.dumps(known, ensure_ascii=False)
