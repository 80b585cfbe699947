from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from django.test.utils import override_settings

SECRET = "bara-till-prov"


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    """The address of an identity provider that makes the faults that it is asked for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "simulation.identity_provider", f"--port={port}", "--hostile"]
    process = subprocess.Popen(command, env={**os.environ, "IDENTITY_PROVIDER_SECRET": SECRET})
    address = f"http://localhost:{port}"
    try:
        httpx.Client(transport=httpx.HTTPTransport(retries=12)).get(address)
        yield address
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def signs_in_there(provider: str) -> Iterator[None]:
    """Nobody chooses whom to be."""
    with override_settings(
        ROOT_URLCONF="sammanhang.site.urls",
        OIDC_ISSUER=provider,
        OIDC_CLIENT_ID="sammanhang",
        OIDC_CLIENT_SECRET=SECRET,
    ):
        yield
