"""What one who signs in asked for: a page, an assignment."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from sammanhang.access import acting
from sammanhang.access.acting import Acting

HOME = "/"


def wanted_page(request: HttpRequest) -> str:
    """Where the person was going, if it is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or HOME
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else HOME


def chosen_assignment(request: HttpRequest) -> Acting | None:
    number = request.POST.get("assignment", "")
    if not number.isdecimal() or len(number) > 15:
        return None
    return acting.assignment(int(number), timezone.localdate())
