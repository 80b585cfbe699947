"""The policies say where cryptography is; new uses of it are written in there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
POLICIES = (ROOT / "docs" / "security" / "policies.md").read_text()
KNOWN = {
    "access/incident.py", "access/keys.py", "access/limits.py", "access/oidc.py",
    "access/oidc_logout.py", "access/review.py", "access/seals.py",
    "access/sessions.py", "access/sql/access_log.sql", "casework/methods.py",
    "governance/views_writing.py", "settlement/arithmetic/record.py", "settlement/closing.py",
    "casework/restricted.py", "settlement/round.py", "site/cli_service.py",
    "site/settings.py",
}  # fmt: skip
"""Sessions, marks, chains, seals, signatures, samples, and what tells one making from another."""
USES = r"^\s*(?:import|from) (?:hashlib|hmac|secrets|joserfc|django\.core\.signing)\b|\bsha256\("


def test_cryptography_is_nowhere_that_the_policy_does_not_know() -> None:
    package = ROOT / "sammanhang"
    files = [*package.rglob("*.py"), *package.rglob("*.sql")]
    found = {
        str(file.relative_to(package))
        for file in files
        if re.search(USES, file.read_text(), re.MULTILINE)
    }

    assert found - KNOWN == set()


def test_each_page_that_the_policies_lead_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)", POLICIES)
    assert links
    assert [one for one in links if not (ROOT / "docs" / "security" / one).exists()] == []
