"""Signing in at an identity provider by OpenID Connect: docs/adr/0011-sign-in-by-openid-connect.md.

The flow (authorization code, PKCE, state, nonce) is Authlib's. What an answer must be to be
believed is ours, and said here: nothing of it is taken from what the provider says of itself.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.django_client.apps import DjangoOAuth2App
from authlib.integrations.django_client.integration import DjangoIntegration
from authlib.oidc.core import CodeIDToken, UserInfo
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from joserfc import errors, jwt
from joserfc.jwk import KeySet
from requests import RequestException

from sammanhang.access.own_number import CLAIM

LOA3 = "http://id.sambi.se/loa/loa3"
ENOUGH = (LOA3, "http://id.sambi.se/loa/loa4")
"""Levels of assurance at which a person's data may be shown: HSLF-FS 2016:40 3 kap. asks for
strong authentication, which Sambi's trust framework calls level 3 or above."""
CLAIMS = {
    "employeeHsaId": {"essential": True},
    "acr": {"essential": True, "value": LOA3},
    "amr": None,
    CLAIM: None,
}
"""What is asked to be told of a person, as Inera's provider wants it asked."""
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Of signatures: by keys whose secret only the provider has. Never `none`, nor a shared secret."""
LEEWAY = 60  # seconds that the provider's clock may differ from ours
OLDEST_TOKEN = 300  # seconds since it was made
ANSWER_WITHIN = 5  # seconds, for the provider to answer us


class Refused(Exception):
    """Nobody was signed in. `why`: what failed, in a word; `person`: who it was, if sure."""

    def __init__(self, why: str, person: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.person = person


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in, by what the provider vouches for."""

    hsa_id: str
    authenticated: float
    """When the person last showed who they are, in seconds; 0 if the provider doesn't tell."""
    id_token: str
    number: object = None
    """The person's identity number, if the provider tells it."""
    there: tuple[str, str] = ("", "")
    """What the provider calls the person and its own session, by which it tells that it ended."""


class Provider(DjangoOAuth2App):
    """Authlib's client, but for what it believes. It is made anew each time: metadata and keys are
    asked for at every sign-in, so that a key taken out of use is believed no longer."""

    def load_server_metadata(self) -> dict[str, Any]:
        metadata = super().load_server_metadata()
        if metadata.get("issuer") != settings.OIDC_ISSUER:
            raise Refused("iss")
        return metadata

    def parse_id_token(self, token: Any, nonce: str, **_: Any) -> UserInfo:
        keys = KeySet.import_key_set(self.fetch_jwk_set())
        decoded = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
        if decoded.header.get("typ", "JWT") != "JWT":
            raise Refused("typ")  # such as an access token (at+jwt)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": settings.OIDC_ISSUER},
                "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
                "sub": {"essential": True},
            },
            {
                "nonce": nonce,
                "client_id": settings.OIDC_CLIENT_ID,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=LEEWAY)
        if claims["iat"] < time.time() - OLDEST_TOKEN:
            raise Refused("iat")
        return UserInfo(claims)


def provider() -> Provider:
    return Provider(
        DjangoIntegration("provider"),
        name="provider",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        server_metadata_url=(
            f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration"
        ),
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "default_timeout": ANSWER_WITHIN,
        },
    )


def begin(request: HttpRequest, *, again: bool) -> HttpResponseRedirect:
    """To the provider. `again`: the person is to show who they are even if they just have."""
    asked = {
        "acr_values": LOA3,
        "claims": json.dumps({"id_token": CLAIMS}),
        "ui_locales": get_language() or "sv",
    }
    if again:
        asked |= {"prompt": "login", "max_age": "0"}
    back = request.build_absolute_uri(reverse("access:answer"))
    try:
        return provider().authorize_redirect(request, back, **asked)
    except (RequestException, ValueError, RuntimeError):
        raise Refused("provider") from None


def answer(request: HttpRequest) -> Person:
    """Who the provider's answer says it is. Refused unless every part of it holds."""
    if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        raise Refused("iss")  # RFC 9207: another provider's answer
    try:
        token = provider().authorize_access_token(request)
    except MismatchingStateError:
        raise Refused("state") from None
    except OAuthError as error:
        raise Refused("cancelled" if error.error == "access_denied" else "code") from None
    except errors.JoseError as error:
        raise Refused(failed(error)) from None
    except (RequestException, ValueError, RuntimeError):
        raise Refused("provider") from None
    claims = token.get("userinfo")
    if claims is None:
        raise Refused("id_token")
    hsa_id = claims.get("employeeHsaId")
    if not isinstance(hsa_id, str) or not 0 < len(hsa_id) <= 31:
        raise Refused("employeeHsaId")
    if claims.get("acr") not in ENOUGH:
        raise Refused("acr", hsa_id)
    if not in_hardware(claims):
        raise Refused("amr", hsa_id)
    return Person(
        hsa_id,
        claims.get("auth_time", 0),
        token["id_token"],
        claims.get(CLAIM),
        (claims["sub"], _text(claims.get("sid"))),
    )


def in_hardware(claims: dict[str, Any]) -> bool:
    """Whether the person has used a key in hardware, and meant to: by what the installation has
    named as evidence of it (`settings.OIDC_HARDWARE`)."""
    amr = claims.get("amr")
    told = {
        "amr": {_text(one) for one in amr} if isinstance(amr, list) else set[str](),
        "acr": {_text(claims.get("acr"))},
    }
    return any(values <= told[claim] for claim, values in settings.OIDC_HARDWARE)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def failed(error: errors.JoseError) -> str:
    """What was wrong with a token, by the name of the claim or header."""
    if isinstance(error, errors.ExpiredTokenError):
        return "exp"
    if isinstance(error, errors.UnsupportedAlgorithmError):
        return "alg"
    if isinstance(error, errors.InvalidKeyIdError):
        return "kid"
    return getattr(error, "claim", None) or "signature"


def sign_out_address(request: HttpRequest, id_token: str) -> str | None:
    """Where one signs out at the provider too; None where it has no such place."""
    client = provider()
    try:
        if "end_session_endpoint" not in client.load_server_metadata():
            return None
        return client.create_logout_url(  # type: ignore[attr-defined]
            post_logout_redirect_uri=request.build_absolute_uri(reverse("access:sign-in")),
            id_token_hint=id_token,
            client_id=settings.OIDC_CLIENT_ID,
        )["url"]
    except (RequestException, ValueError, Refused):
        return None  # here one is signed out all the same
