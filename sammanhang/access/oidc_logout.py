"""The identity provider tells that somebody has signed out there, or been put out: OpenID Connect
Back-Channel Logout 1.0. What it says is believed as little as an answer at sign-in (oidc.py), and
each telling once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from joserfc import errors, jwt
from joserfc.jwk import KeySet
from requests import RequestException

from sammanhang.access import sessions
from sammanhang.access.oidc import ALGORITHMS, LEEWAY, OLDEST_TOKEN, Refused, failed, provider

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = ("logout+jwt", "application/logout+jwt")
"""What a token that tells of it calls itself, so that no other kind is taken for one."""
LONGEST = 10_000  # characters of a token


@dataclass(frozen=True, slots=True)
class Ended:
    """What has ended at the provider: a session of its own, or, without one, all of a person's."""

    subject: str
    session: str
    token: str
    """What the token is called, and when it was made."""
    issued: datetime


def told(token: str) -> Ended:
    """What a token tells. Refused unless every part of it holds."""
    if not 0 < len(token) <= LONGEST:
        raise Refused("logout_token")
    client = provider()
    try:
        keys = KeySet.import_key_set(client.fetch_jwk_set())
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        _registry().validate(decoded.claims)
    except errors.JoseError as error:
        raise Refused(failed(error)) from None
    except RequestException:
        raise Refused("provider") from None
    except (ValueError, RuntimeError):
        raise Refused("logout_token") from None
    return _meant(decoded.header, decoded.claims)


def _registry() -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": settings.OIDC_ISSUER},
        aud={"essential": True, "value": settings.OIDC_CLIENT_ID},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
        events={"essential": True},
    )


def _meant(header: dict[str, Any], claims: dict[str, Any]) -> Ended:
    """What is to end, of a token that is signed and ours to read: and no other kind of token."""
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise Refused("typ")
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Refused("events")
    if "nonce" in claims:
        raise Refused("nonce")  # an ID token, made to look like this
    if claims["iat"] < time.time() - OLDEST_TOKEN:
        raise Refused("iat")
    subject, session = claims.get("sub", ""), claims.get("sid", "")
    if not isinstance(subject, str) or not isinstance(session, str) or not (subject or session):
        raise Refused("sub")
    return Ended(subject, session, claims["jti"], datetime.fromtimestamp(claims["iat"], UTC))


def end(ended: Ended) -> list[str]:
    """Ends it here too. Whose sessions they were. Refused if the same token has told of it before:
    whoever has one of old doesn't end with it what has begun since."""
    with transaction.atomic():
        if not _first_time(ended):
            raise Refused("jti")
        return sessions.ended_there(ended.subject, ended.session)


def _first_time(ended: Ended) -> bool:
    """A token is too old (iat) long before it is forgotten that it was used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select access_use_once('logout-token', %s, %s)",
            [sessions.hashed(ended.token), ended.issued],
        )
        return cursor.fetchone()[0]
