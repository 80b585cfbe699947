"""An identity provider to try the sign-in with: `python -m simulation.identity_provider`.

It speaks OpenID Connect as Inera's does (discovery, authorization code with PKCE, an ID token with
`employeeHsaId` and `acr`), in a process of its own and without a network. It believes whoever says
who they are, and so is for tests and the demonstration only. With --hostile it also makes the
faults that a client must see through: the card that is shown says which.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import os
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import click
from joserfc import jwt
from joserfc.jwk import RSAKey

LOA = "http://id.sambi.se/loa/"
HOUR = 3600
FAULTS: dict[str, dict[str, Any]] = {
    "iss": {"iss": "https://ond.example"},
    "aud": {"aud": "en-annan-tjanst"},
    "azp": {"azp": "en-annan-tjanst"},
    "nonce": {"nonce": "en annan"},
    "no-nonce": {"nonce": None},
    "exp": {"exp": -HOUR},
    "iat": {"iat": -HOUR},
    "future": {"iat": HOUR},
    "at_hash": {"at_hash": "ZmVs"},
    "auth_time": {"auth_time": -HOUR},
    "no-hsa-id": {"employeeHsaId": None},
    "amr": {"amr": ["pwd", "otp"]},
    "amr-without-pin": {"amr": ["sc"]},
    "amr-software": {"amr": ["swk", "pin"]},
    "amr-text": {"amr": "sc pin"},
    "amr-odd": {"amr": [{"sc": "pin"}, ["sc", "pin"], None, 1]},
    "no-amr": {"amr": None},
}
"""Faults in what the token says, by name: claims that it gets instead. A whole number is seconds
from now; None: the claim is left out."""
TYPES = {"typ": "at+jwt", "typ-jwt": "JWT", "typ-odd": ["logout+jwt"]}
"""Faults in what the token calls itself."""
EVENT = "http://schemas.openid.net/event/backchannel-logout"
ENDING_FAULTS: dict[str, dict[str, Any]] = {
    **{name: FAULTS[name] for name in ("iss", "aud", "exp", "iat", "future", "nonce")},
    "no-iss": {"iss": None},
    "no-aud": {"aud": None},
    "no-iat": {"iat": None},
    "no-exp": {"exp": None},
    "no-jti": {"jti": None},
    "no-events": {"events": None},
    "other-event": {"events": {"https://ond.example/event": {}}},
    "text-event": {"events": {EVENT: "ja"}},
    "list-event": {"events": [EVENT]},
    "of-nobody": {"sub": None, "sid": None},
    "odd-sub": {"sub": ["alla"]},
    "empty": {"sub": "", "sid": ""},
}
"""As FAULTS, in what tells that somebody has signed out."""


class Provider:
    """What the provider remembers: its keys, and the codes that it has given out."""

    def __init__(self, address: str, client: str, secret: str, people: list[list[str]]) -> None:
        self.address, self.client, self.secret, self.people = address, client, secret, people
        self.keys = [RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})]
        self.codes: dict[str, dict[str, str]] = {}

    def metadata(self) -> dict[str, Any]:
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "end_session_endpoint": "end",
        }
        return {
            "issuer": self.address,
            **{name: f"{self.address}/{place}" for name, place in places.items()},
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "code_challenge_methods_supported": ["S256"],
            # It lies: a client that asks what is allowed lets `none` and HS256 in.
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def wrong_request(self, asked: dict[str, str]) -> str | None:
        if asked.get("client_id") != self.client:
            return "okänd tjänst"
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            return "bara OpenID Connect med kod"
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return "PKCE med S256 krävs"
        return None

    def card_shown(self, card: dict[str, str]) -> str:
        """Back to the service with a code."""
        state = "en annan" if card.get("fault") == "state" else card["state"]
        if card.get("fault") == "cancelled":
            return f"{card['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': state})}"
        code = secrets.token_urlsafe(24)
        self.codes[code] = card
        return f"{card['redirect_uri']}?{urlencode({'code': code, 'state': state})}"

    def tokens(self, asked: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """In exchange for a code, once, and to the one that asked for it."""
        card = self.codes.pop(asked.get("code", ""), None)
        known = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        if card is None or authorization != f"Basic {known}":
            return None
        verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if challenge != card["code_challenge"] or asked["redirect_uri"] != card["redirect_uri"]:
            return None
        told = {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer"}
        if card.get("fault") == "no-token":
            return told
        return {**told, "id_token": self.signed(self.claims(card), card.get("fault", ""))}

    def claims(self, card: dict[str, str]) -> dict[str, Any]:
        claims = {
            **self.common(card),
            "auth_time": now(),
            "nonce": card.get("nonce"),
            "acr": LOA + card.get("loa", "loa3"),
            "amr": ["sc", "pin"],
            "sid": card.get("sid") or secrets.token_hex(8),
            "employeeHsaId": card["person"],
            "credentialPersonalIdentityNumber": card.get("number"),
        }
        return faulty(claims, FAULTS.get(card.get("fault", ""), {}))

    def ending(self, card: dict[str, str]) -> dict[str, Any]:
        """What tells that somebody has signed out, or been put out: of one session, or of all."""
        claims = {
            **self.common(card),
            "jti": card.get("jti") or secrets.token_hex(8),
            "sid": card.get("sid"),
            "events": {EVENT: {}},
        }
        return faulty(claims, ENDING_FAULTS.get(card.get("fault", ""), {}))

    def common(self, card: dict[str, str]) -> dict[str, Any]:
        return {
            "iss": self.address,
            "sub": hashlib.sha256(card["person"].encode()).hexdigest(),
            "aud": self.client,
            "exp": now() + 300,
            "iat": now(),
        }

    def signed(self, claims: dict[str, Any], fault: str, kind: str = "JWT") -> str:
        if fault == "rotation":  # a new key takes over; the old one is gone at once
            number = str(int(self.keys[-1].kid or 0) + 1)
            self.keys = [RSAKey.generate_key(2048, {"kid": number, "use": "sig", "alg": "RS256"})]
        key = self.keys[-1]
        header: dict[str, Any] = {"alg": "RS256", "kid": key.kid, "typ": kind}
        if fault in ("none", "hs256"):
            return by_hand(header, claims, fault, key.as_pem(private=False))
        if fault in ("kid", "signature", "jwk"):  # a key of somebody else's
            key = RSAKey.generate_key(2048)
            header |= {"kid": "okänd"} if fault == "kid" else {}
            header |= {"jwk": key.as_dict(private=False)} if fault == "jwk" else {}
        if fault in TYPES:
            header |= {"typ": TYPES[fault]}
        return jwt.encode(header, claims, key, algorithms=["RS256"])


def now() -> int:
    return int(time.time())


def faulty(claims: dict[str, Any], fault: dict[str, Any]) -> dict[str, Any]:
    for name, value in fault.items():
        claims[name] = now() + value if isinstance(value, int) else value
    return {name: value for name, value in claims.items() if value is not None}


def by_hand(header: dict[str, Any], claims: dict[str, Any], fault: str, public: bytes) -> str:
    """What no library agrees to make: unsigned, or with the public key as a shared secret."""

    def coded(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    header = {**header, "alg": {"none": "none", "hs256": "HS256"}[fault]}
    said = ".".join(coded(json.dumps(one).encode()) for one in (header, claims))
    seal = hmac.digest(public, said.encode(), "sha256") if fault == "hs256" else b""
    return f"{said}.{coded(seal)}"


PAGE = """<!doctype html><html lang="sv"><meta charset="utf-8">
<title>Legitimering (påhittad)</title>
<style>body{font:1.1rem/1.5 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}
label{display:block;margin-top:1rem}input,select,button{font:inherit;padding:.4rem;width:100%%;
box-sizing:border-box}button{margin-top:1.5rem}</style>
<main><h1>Visa ditt kort</h1><p>En påhittad inloggningstjänst för prov och demonstration.</p>
<form method="post" action="/card">%(hidden)s
<label>Vem är du? HSA-id <input name="person" list="people" required autocomplete="off"></label>
<datalist id="people">%(people)s</datalist>
<label>Tillitsnivå <select name="loa"><option>loa3</option><option>loa2</option></select></label>
<button>Legitimera</button></form></main></html>"""


class Handler(BaseHTTPRequestHandler):
    provider: Provider
    hostile = False

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(place.query).items()}
        if place.path == "/.well-known/openid-configuration":
            self.say_json(200, self.provider.metadata())
        elif place.path == "/keys":
            self.say_json(200, {"keys": [one.as_dict(private=False) for one in self.provider.keys]})
        elif place.path == "/authorize":
            wrong = self.provider.wrong_request(asked)
            if wrong:
                self.say(400, "text/plain", wrong)
            else:
                self.say(200, "text/html", self.page(asked))
        elif place.path == "/end":
            self.to(asked["post_logout_redirect_uri"])
        else:
            self.say(404, "text/plain", "finns inte")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        if self.path == "/card":
            if not self.hostile:
                given.pop("fault", None)
            self.to(self.provider.card_shown(given))
        elif self.path == "/ended" and self.hostile:
            fault = given.get("fault", "")
            claims = self.provider.ending(given)
            self.say(200, "text/plain", self.provider.signed(claims, fault, "logout+jwt"))
        elif self.path == "/token":
            told = self.provider.tokens(given, self.headers.get("Authorization", ""))
            self.say_json(200 if told else 400, told or {"error": "invalid_grant"})
        else:
            self.say(404, "text/plain", "finns inte")

    def page(self, asked: dict[str, str]) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(asked.get(name, ""))}">'
            for name in ("redirect_uri", "state", "nonce", "code_challenge")
        )
        people = "".join(
            f'<option value="{html.escape(hsa_id)}">{html.escape(name)}</option>'
            for hsa_id, name in self.provider.people
        )
        return PAGE % {"hidden": hidden, "people": people}

    def say_json(self, status: int, told: dict[str, Any]) -> None:
        self.say(status, "application/json", json.dumps(told))

    def say(self, status: int, kind: str, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def to(self, address: str) -> None:
        self.send_response(303)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said of each request."""


@click.command()
@click.option("--port", default=8090, show_default=True)
@click.option("--client", default="sammanhang", show_default=True)
@click.option("--hostile", is_flag=True, help="Make the faults that a card asks for.")
def main(port: int, client: str, hostile: bool) -> None:
    """The client's secret is in IDENTITY_PROVIDER_SECRET; people to suggest, as JSON lists of
    HSA-id and name, in IDENTITY_PROVIDER_PEOPLE."""
    Handler.provider = Provider(
        f"http://localhost:{port}",
        client,
        os.environ["IDENTITY_PROVIDER_SECRET"],
        json.loads(os.environ.get("IDENTITY_PROVIDER_PEOPLE", "[]")),
    )
    Handler.hostile = hostile
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
