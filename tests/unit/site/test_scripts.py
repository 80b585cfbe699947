"""Our scripts: what they put into a page as HTML, and what they keep things in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sammanhang.site

FOLDER = Path(sammanhang.site.__file__).parent / "static" / "site"
SCRIPTS = sorted(FOLDER.glob("*.js"))
AS_HTML = r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc)\b"
FROM_THE_SERVER = {
    "board.js": ["holder.innerHTML = html;", "holder.innerHTML = await answer.text();"],
    "write.js": ["if (answer.status === 200) shown.innerHTML = await answer.text();"],
}
"""Rows and previews that templates of ours have made and escaped. All else is put in as text."""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_only_what_our_templates_have_made_is_put_in_as_html(script: Path) -> None:
    found = [one.strip() for one in script.read_text().splitlines() if re.search(AS_HTML, one)]

    assert found == FROM_THE_SERVER.get(script.name, [])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_code_of_text(script: Path) -> None:
    assert not re.search(r"\beval\(|new Function\(|setTimeout\([\"'`]", script.read_text())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_is_kept_by_a_name_from_outside_is_kept_in_a_map(script: Path) -> None:
    """Who names a key of an object literal can name one that all objects share."""
    text = script.read_text()
    literals = re.findall(r"(?:const|let) (\w+) = \{\};", text)

    assert [one for one in literals if re.search(rf"\b{one}\[[^\]]+\] = ", text)] == []
