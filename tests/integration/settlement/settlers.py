"""Economists, and the stays that they settle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.test import Client
from stage import owner, signed_in

from sammanhang.access.acting import Acting
from tests.settled_stays import put_stay

BORÅS, MARK = "1490", "1463"


@dataclass(slots=True)
class Economy:
    """Those who settle: the region's economist and two municipalities'."""

    region: Acting
    borås: Acting
    mark: Acting

    def client(self, who: Acting) -> Client:
        return signed_in(who)

    def stay(self, payer: str, days: int, *, care: str = "somatic") -> str:
        """A stay that ended after so many days of waiting in March. Gives its key."""
        return put_stay(payer, days, ready=date(2026, 3, 2), care=care)


def unit(name: str) -> str:
    ((found,),) = owner("select unit_id from directory_unitperiod where name = %s", name)
    return found
