"""The language in ten examples, to be changed and run in place. Nothing is kept."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from sammanhang.access.limits import count
from sammanhang.access.requires import Asked, requires
from sammanhang.governance.language_examples import Example, examples, run


@require_GET
@requires()
def language(request: Asked) -> HttpResponse:
    """All the examples, as they are."""
    return _page(request)


@require_http_methods(["GET", "POST"])
@requires()
def try_out(request: Asked, example: str) -> HttpResponse:
    """What comes of an example as it has been changed: a piece for a script, else the page."""
    one = examples().get(example)
    if one is None:
        raise Http404
    if request.method == "GET":
        return redirect(f"{reverse('governance:language')}#{example}")
    count("example", request.acting.person)
    if request.headers.get("HX-Request"):
        ran = run(*_typed(request, one))
        return render(request, "governance/example_result.html", {"ran": ran, "one": one})
    return _page(request, one)


def _page(request: Asked, changed: Example | None = None) -> HttpResponse:
    shown = []
    for one in examples().values():
        typed = _typed(request, one) if one is changed else (one.text, one.events, one.at)
        shown.append((one, typed, run(*typed)))
    return render(request, "governance/language.html", {"examples": shown, "changed": changed})


def _typed(request: Asked, example: Example) -> tuple[str, str, str]:
    sent = request.POST
    text, events = sent.get("text", ""), sent.get("events", "")
    at = " ".join(sent.get("at", "").replace("T", " ").split()) or example.at
    return text.replace("\r\n", "\n"), events.replace("\r\n", "\n"), at
