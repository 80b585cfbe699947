"""The keeper's page tells the limits as they are."""

from __future__ import annotations

import re
from pathlib import Path

from sammanhang.access.limits import ANY_REQUEST, LIMITS

TEXT = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()


def test_each_limit_is_told_as_it_is() -> None:
    told = re.findall(
        r"\| `([\w-]+)` \| [^|]+ \| (\d+) (?:an hour|a minute|in 10 minutes) \|", TEXT
    )
    ours = [(kind, limit.most) for kind, limit in LIMITS.items()]
    ours += [(kind, limit.shared) for kind, limit in LIMITS.items() if limit.shared]

    assert sorted((kind, int(most)) for kind, most in told) == sorted(ours)
    assert f"any request, {ANY_REQUEST.most} a minute" in TEXT
    assert f"and {ANY_REQUEST.shared} from an address" in TEXT
