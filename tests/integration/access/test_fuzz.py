"""The whole surface, as every role, with values that nobody means well by: no fault of ours, and
nothing of another unit's in any answer. What answers JSON is held to its description too."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
import schemathesis
import yaml
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as searched
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from stage import Stage, owner
from test_matrix import ANYONE, SECRETS, WHO_MAY, attached, begin_draft, everybody, filled

from sammanhang.access.acting import Acting
from sammanhang.directory.models import CARE_ROLES, ROLES

PAGES = sorted(WHO_MAY)
ENDS_THE_SESSION = ("/logga-ut/", "/logga-in/", "/byt-enhet/", "/mina-inloggningar/", "/direkt/")
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    "x" * 5_000,
    f"' or 1=1 --{SCRIPT}{{{{7*7}}}}%s",
    "\u202eabc\x00\x1b[2J\ufeff🙈ﷺ\u0085",
    "99999999999999999999",
    "-1",
    "9999-12-31",
)
"""Overlong; of SQL, HTML, templates and formats; control marks, turned text and emoji; numbers and
days out of range."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of some page, and what it can be filled in with."""

    method: str
    action: str
    names: tuple[str, ...]

    @property
    def kind(self) -> tuple[Any, ...]:
        """Forms that differ in a number only are tried once."""
        return self.method, re.sub(r"\d+|[0-9a-f-]{36}", "N", self.action), self.names


def forms(page: str, html: str) -> Iterator[Form]:
    for form in BeautifulSoup(html, "html.parser").select("form"):
        named = form.select("input[name], textarea[name], select[name], button[name]")
        names = {str(one["name"]) for one in named} - {"csrfmiddlewaretoken"}
        action = urljoin(page, str(form.get("action") or page))
        yield Form(_method(form), action, tuple(sorted(names)))


def _method(form: Tag) -> str:
    return str(form.get("method") or "get").lower()


class Crawler:
    """Somebody signed in, who looks at each answer they get."""

    def __init__(self, who: Acting, secrets: tuple[str, ...]) -> None:
        self.client = Client(raise_request_exception=False)
        self.client.post("/logga-in/", {"assignment": who.assignment})
        self.secrets = secrets
        self.answers = 0

    def ask(self, method: str, address: str, about: object = "", **more: Any) -> str:
        answer = self.client.generic(method.upper(), address, **more)
        return self.looked_at(answer, (method, address, about))

    def send(self, form: Form, data: dict[str, Any], about: object) -> str:
        ask = self.client.post if form.method == "post" else self.client.get
        return self.looked_at(ask(form.action, data), (form.method, form.action, about))

    def looked_at(self, answer: Any, about: object) -> str:
        self.answers += 1
        assert answer.status_code < 500, about
        assert answer.headers["X-Content-Type-Options"] == "nosniff", about
        text = "" if answer.streaming else answer.content.decode(errors="replace")
        assert "Traceback" not in text, about
        assert SCRIPT not in text, about
        assert not [one for one in self.secrets if one in text], about
        return text if answer.headers.get("Content-Type", "").startswith("text/html") else ""


def stood(stage: Stage) -> list[str]:
    """An address for each page, of something that is there."""
    case = stage.notified()
    file = attached(stage, case)
    begin_draft(stage)
    ((resident,),) = owner("select resident_id::text from casework_case")
    return [filled(address, case, file, resident, stage.ward.unit) for address in PAGES]


WHERE = [(role, "no party") for role in ROLES] + [(role, "a party") for role in CARE_ROLES]
"""Outside care it makes no difference at which unit."""
FOR_ALL = "process_leader"
"""Who tries what anyone may use, which is the same for all."""


@pytest.mark.parametrize(("role", "at"), sorted(WHERE))
def test_no_page_or_form_falls_or_leaks_whatever_is_sent(stage: Stage, role: str, at: str) -> None:
    addresses = stood(stage)
    ((_, takes_part, who),) = [one for one in everybody(stage) if one[0] == f"{role} at {at}"]
    crawler = Crawler(who, () if takes_part else SECRETS)
    found: dict[Any, Form] = {}
    odd = itertools.cycle(oddly_asked())
    for page, address in zip(PAGES, addresses, strict=True):
        if address.startswith(ENDS_THE_SESSION):
            continue
        html = crawler.ask("get", address)
        if WHO_MAY[page] == ANYONE and role != FOR_ALL:
            continue
        for form in forms(address, html):
            found.setdefault(form.kind, form)
        for method, more in itertools.islice(odd, 3):
            crawler.ask(method, address, "oddly", **more)
    for form in found.values():
        if not form.action.startswith(ENDS_THE_SESSION):
            for value in HOSTILE:
                typed = {name: sent(value) for name in form.names}
                crawler.send(form, {"key": str(uuid4()), **typed}, value[:20])
            twice = {name: ["1", sent(HOSTILE[1])] for name in form.names}
            crawler.send(form, twice, "twice")
    assert crawler.answers > len(addresses)


def sent(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def oddly_asked() -> Iterator[tuple[str, dict[str, Any]]]:
    """Other methods, bodies that break off, and bodies that are something else than they say."""
    form = "application/x-www-form-urlencoded"
    yield "put", {"data": b"a=1", "content_type": form}
    yield "delete", {}
    yield "options", {}
    yield "post", {"data": b"\xff\xfe%zz=%ff&=&&", "content_type": form}
    yield "post", {"data": b'{"a": [', "content_type": "application/json"}
    yield "post", {"data": b"<a/>", "content_type": "text/xml; charset=nonsense"}
    broken = b'--x\r\nContent-Disposition: form-data; name="f-text"; filename="\xff\r\n\r\nabc'
    yield "post", {"data": broken, "content_type": "multipart/form-data; boundary=x"}
    yield "post", {"data": b"--x", "content_type": "multipart/form-data"}
    yield "get", {"QUERY_STRING": "q=%ff%00&visa=&visa=x&meddelande=-1&klart=9e9&ordning[]=1"}


PARTS = (
    "%00", "%ff", "..%2f..%2fetc", "%2e%2e", "0x1", "1e3", "%E2%80%AEabc", "a" * 3000, ";",
    "${7*7}", "%0d%0aSet-Cookie:x=1", "%3Cscript%3Ealert(1)%3C/script%3E", "%25",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/arende/{}/", "/utkast/{}/", "/riktlinjer/{}/", "/{}/"])
def test_no_part_of_an_address_makes_it_fall(stage: Stage, path: str) -> None:
    begin_draft(stage)
    crawler = Crawler(stage.ward, ())
    for part in PARTS:
        crawler.ask("get", path.format(part), part[:20])


# --- JSON -----------------------------------------------------------------------------------

DESCRIBED = yaml.safe_load((Path(__file__).parents[3] / "docs" / "openapi.yaml").read_text())
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("role", [*sorted(ROLES), "nobody"])
def test_what_answers_json_does_as_it_is_described(stage: Stage, role: str) -> None:
    begin_draft(stage)
    schema = schemathesis.openapi.from_dict(DESCRIBED)
    schema.app = get_wsgi_application()
    client = Client()
    client.get("/logga-in/")
    for described, _, who in everybody(stage):
        if described == f"{role} at a party":
            client.post("/logga-in/", {"assignment": who.assignment})
    client.get("/logga-in/")
    cookies = {name: one.value for name, one in client.cookies.items()}
    headers = {"X-CSRFToken": cookies[settings.CSRF_COOKIE_NAME]}
    many = 10 if role == "process_leader" else 3
    for result in schema.get_all_operations():
        operation = result.ok()

        @searched(
            max_examples=many, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def as_described(case: Any) -> None:
            if case.path_parameters and many == 10:
                case.path_parameters["draft"] = 1
            answer = case.call(headers=headers, cookies=cookies)
            case.validate_response(answer, checks=CHECKS)

        as_described()


def test_every_answer_in_json_is_described() -> None:
    package = Path(__file__).parents[3] / "sammanhang"
    answering = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if re.search(r"\bJsonResponse\(", file.read_text())
    }
    paths = {urlsplit(path).path for path in DESCRIBED["paths"]}

    assert answering == {"governance/views_writing.py"}
    assert {"/utkast/{draft}/skriv/", "/utkast/{draft}/kontroll/"} <= paths
    assert json.dumps(DESCRIBED)
