"""What somebody who isn't signed in was refused is told in the server's log, as JSON: which page,
from where, and why. The access log is for those whose name is known.

Nobody fills a disk with it: an address has so many lines a minute, and so have all together. What
is left out is counted, and the count is told when the minute is over.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from django.http import HttpRequest

from sammanhang.access import limits

OF_ONE, OF_ALL = 20, 300
"""Lines a minute, in each web process: from one address or browser, and in all."""
log = logging.getLogger("sammanhang.access")


@dataclass(slots=True)
class Noted:
    """The lines of the running minute."""

    minute: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    lock: Lock = field(default_factory=Lock)

    def fits(self, who: str, now: float) -> tuple[bool, int]:
        """(whether one more line is written, how many the last minute left out)."""
        with self.lock:
            left_out = 0
            if int(now // 60) != self.minute:
                left_out, self.left_out = self.left_out, 0
                self.minute, self.lines = int(now // 60), Counter()
            fits = self.lines[who] < OF_ONE and self.lines.total() < OF_ALL
            if fits:
                self.lines[who] += 1
            else:
                self.left_out += 1
            return fits, left_out


noted = Noted()


def note(request: HttpRequest, why: str) -> None:
    """A line of what was refused, if there is room for one."""
    fits, left_out = noted.fits(limits.visitor_of(request)[0], time.time())
    if left_out:
        log.warning("denied to strangers, not told one by one: %d", left_out)
    if fits:
        log.warning("denied to a stranger: %s", why, extra={"request": request})
