"""Whose word is taken for where a request came from: a proxy that settings name, and nobody else's.

What others send of `X-Forwarded-*` is thrown away before anything can read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

Networks = tuple[IPv4Network | IPv6Network, ...]


def networks(named: Iterable[str]) -> Networks:
    """ValueError for what is neither an address nor a network."""
    return tuple(ip_network(one) for one in named)


def trusted(address: str, proxies: Networks) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in proxies)


def as_it_came(scope: dict[str, Any], proxies: Networks) -> dict[str, Any]:
    """The scope with the browser's address as its client, and `X-Forwarded-Proto` only where a
    trusted proxy says it."""
    peer = (scope.get("client") or ("", 0))[0]
    headers = scope.get("headers", [])
    told = [(name, value) for name, value in headers if name.startswith(b"x-forwarded-")]
    others = [(name, value) for name, value in headers if not name.startswith(b"x-forwarded-")]
    if not trusted(peer, proxies):
        return {**scope, "headers": others} if told else scope
    protocols = [one for one in told if one[0] == b"x-forwarded-proto"]
    came = b",".join(value for name, value in told if name == b"x-forwarded-for").decode("latin1")
    chain = [one.strip() for one in came.split(",") if one.strip()]
    # From the nearest: each proxy that we trust tells truly who spoke to it.
    client = next((one for one in reversed(chain) if not trusted(one, proxies)), peer)
    return {**scope, "headers": others + protocols[-1:], "client": (client, 0)}
