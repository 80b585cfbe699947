"""The service's Jinja2 environment, with whom to admit (jinja2/casework/to_try.html)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from jinja2 import Environment

from sammanhang.site import templating


def environment(**options: Any) -> Environment:
    made = templating.environment(**options)
    made.globals["to_admit"] = settings.TO_ADMIT
    return made
