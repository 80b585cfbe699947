"""Somebody at a browser, and the identity provider's form that they come to."""

from __future__ import annotations

from typing import Any

import httpx
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client

from sammanhang.access.acting import Acting

BOARD, MINE = "/tavla/", "/mina-inloggningar/"
BROWSER = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


class Desk:
    """Somebody at a browser, who goes to the provider, shows a card there and comes back."""

    def __init__(self) -> None:
        self.client = Client(headers={"User-Agent": BROWSER})

    def leaves(self, way: str = "/logga-in/", wanted: str = BOARD) -> dict[str, str]:
        """The card reader's form at the provider."""
        away = self.client.post(way, {"next": wanted})
        assert away.status_code == 302, away.content.decode()
        page = httpx.get(away.headers["Location"])
        assert page.status_code == 200, page.text
        fields = BeautifulSoup(page.text, "html.parser").select("input[type=hidden]")
        return {str(one["name"]): str(one["value"]) for one in fields}

    def shows_card(self, person: str, form: dict[str, str] | None = None, **card: str) -> str:
        """The address that the provider sends the browser back to."""
        form = (form or self.leaves()) | {"person": person} | card
        shown = httpx.post(f"{settings.OIDC_ISSUER}/card", data=form)
        return shown.headers["Location"].removeprefix("http://testserver")

    def signs_in(self, who: Acting, **card: str) -> Any:
        return self.client.get(self.shows_card(who.person, **card))

    def shows_again(self, who: Acting, wanted: str = MINE, **card: str) -> Any:
        form = self.leaves("/logga-in/igen/", wanted)
        return self.client.get(self.shows_card(who.person, form, **card))

    def is_in(self) -> bool:
        return self.client.get(BOARD).status_code == 200
