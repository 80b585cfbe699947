"""What an auditor sees of the log: that it is sealed and whole, and that units review theirs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from sammanhang.access import oversight
from sammanhang.access.requires import Asked, requires


@require_GET
@requires("auditor", "system_owner")
def log_state(request: Asked) -> HttpResponse:
    """The latest seal and verification, months and, of the chosen one, the units."""
    wanted = request.GET.get("manad", "")
    with oversight.scope(request.acting):
        state = oversight.log_state()
        months = oversight.reviews(timezone.localdate())
        chosen = next((one for one in months if f"{one.month:%Y-%m}" == wanted), None)
        units = oversight.named(chosen) if chosen else []
    told = {
        "section": "oversight", "state": state, "months": months, "chosen": chosen, "units": units
    }  # fmt: skip
    return render(request, "access/oversight.html", told)
