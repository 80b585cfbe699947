"""What a view asks of whoever calls it. A view without a declared requirement is a fault."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode

from sammanhang.access import limits, strangers
from sammanhang.access.acting import current, log_denied
from sammanhang.access.limits import TooMany
from sammanhang.access.sessions import AUTHENTICATED
from sammanhang.directory.models import CARE_ROLES

View = Callable[..., HttpResponseBase]
decisions = logging.getLogger("sammanhang.access.decisions")
"""In the server's log, among real people: who was let in to a page and in which assignment, also
where it shows nobody's data. What is then read of people stands in the access log."""
LARGEST_NUMBER = 2**63 - 1
"""Of anything in the database; an address with a larger one names nothing."""


class Denied(Exception):
    """What was asked for is not for this unit, or isn't there: which, is not told."""

    def __init__(self, what: str = "", case: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.case = case


class SignInAgain(Exception):
    """What was asked for takes that the person has just shown who they are."""


RECENTLY = 10 * 60
"""Seconds after which a sensitive act takes that one shows again who one is."""


def just_signed_in(request: HttpRequest) -> None:
    """Called by a view before a sensitive act. The person is sent to show who they are, and then
    back to the page; what the page itself keeps, it still has."""
    if time.time() - request.session.get(AUTHENTICATED, 0) > RECENTLY:
        raise SignInAgain


class Asked(HttpRequest):
    """A request that a view gets once its requirement is met."""

    acting: Any


def requires(*roles: str) -> Callable[[View], View]:
    """Someone signed in and acting for a unit; with roles, in one of these."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            acting = current(request)
            if acting is None:
                strangers.note(request, "not-signed-in")
                return _to_sign_in(request)
            request.acting = acting  # type: ignore[attr-defined]
            try:
                if any(isinstance(one, int) and one > LARGEST_NUMBER for one in kwargs.values()):
                    raise Denied("case")
                if roles and acting.role not in roles:
                    raise PermissionDenied
                let_in = (acting.person, acting.unit, acting.assignment, acting.role)
                decisions.info("let in: %s %s %s %s", *let_in, extra={"request": request})
                return view(request, *args, **kwargs)
            except SignInAgain:
                return _to_sign_in_again(request)
            except TooMany as many:
                if many.first:
                    log_denied(acting, f"limit:{many.kind}", case=kwargs.get("number"))
                return limits.refused(request, many)
            except PermissionDenied:
                log_denied(acting, "role", case=kwargs.get("number"))
                raise
            except Denied as denied:
                log_denied(acting, denied.what, case=denied.case)
                raise Http404 from None

        guarded.requirement = roles or ("signed in",)  # type: ignore[attr-defined]
        return guarded

    return declare


in_care = requires(*CARE_ROLES)
"""Someone whose assignment is in care. What they then see, their unit's relations decide."""


def open_to_all(view: View) -> View:
    """Declares that a view shows nothing that isn't for everyone."""
    view.requirement = ("open",)  # type: ignore[attr-defined]
    return view


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = "/logga-in/"
        return response
    wanted = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return redirect(f"/logga-in/{wanted}")


def _to_sign_in_again(request: HttpRequest) -> HttpResponse:
    """And from there back to the page, where what was to be done is asked for once more."""
    page = request.get_full_path()
    if request.method != "GET":
        page = urlsplit(request.headers.get("Referer", "/")).path
    to = f"/logga-in/igen/?{urlencode({'next': page})}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = to
        return response
    return redirect(to)
