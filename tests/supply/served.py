"""`make package`: of the lock file, what the service runs with. Asks nobody."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.supply.packages import LOCK, blocks, needed_to_serve


def served() -> str:
    needed = needed_to_serve()
    return "".join(block for name, block in blocks(LOCK.read_text()) if name in needed)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(served(), encoding="utf-8")
