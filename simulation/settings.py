"""The service's settings, and what the demonstration and the tests add to them.

SIMULATION_TO_ADMIT  numbers of made-up people whom the page for admitting suggests
"""

from __future__ import annotations

import os

from sammanhang.site.settings import *  # noqa: F403
from sammanhang.site.settings import INSTALLED_APPS, OIDC_ISSUER, SYNTHETIC, TEMPLATES

INSTALLED_APPS = [*INSTALLED_APPS, "simulation"]
TEMPLATES = [{**TEMPLATES[0], "OPTIONS": {"environment": "simulation.templating.environment"}}]
TO_ADMIT = os.environ.get("SIMULATION_TO_ADMIT", "").split()

# One chooses whom to be: never among real people, nor beside an identity provider.
PROVIDER_NEEDED = bool(OIDC_ISSUER) or not SYNTHETIC
if not PROVIDER_NEEDED:
    ROOT_URLCONF = "simulation.urls"
