"""Two texts made from the same one, put together by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sammanhang.governance.merge import is_marked, merge, side_by_side


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "together"),
    [
        ("a b c d e", "a B c d e", "a b c D e", "a B c D e"),
        ("a b c", "a b c", "a x c", "a x c"),
        ("a b c", "x c", "a b c", "x c"),
        ("a b c", "a x c", "a x c", "a x c"),
        ("a b c", "a c", "a b c d", "a c d"),
        ("a b c", "a m c", "a t c", "a <<<<<<<_jag m ======= t >>>>>>>_Eva c"),
        ("a", "m a", "t a", "<<<<<<<_jag m ======= t >>>>>>>_Eva a"),
    ],
)
def test_changes_in_different_places_are_both_made(
    base: str, mine: str, theirs: str, together: str
) -> None:
    texts = [one.replace(" ", "\n") for one in (base, mine, theirs)]

    made = merge(*texts, "jag", "Eva")

    assert made.text == together.replace(" ", "\n").replace("_", " ")
    marked = [n for n, line in enumerate(made.text.split("\n"), 1) if line == "<<<<<<< jag"]
    assert made.both == tuple(marked)
    assert is_marked(made.text) == bool(marked)


lines = st.lists(st.sampled_from("abcd"), max_size=8).map("\n".join)


@given(lines, lines)
def test_what_only_one_has_changed_is_theirs(base: str, changed: str) -> None:
    assert merge(base, changed, base, "jag", "Eva").text == changed
    assert merge(base, base, changed, "jag", "Eva").text == changed


@given(lines, lines, lines)
def test_no_line_that_either_wrote_is_lost(base: str, mine: str, theirs: str) -> None:
    made = merge(base, mine, theirs, "jag", "Eva").text.split("\n")
    new = (set(mine.split("\n")) | set(theirs.split("\n"))) - set(base.split("\n"))
    assert new <= set(made)


def test_side_by_side_leaves_out_what_is_the_same_far_away() -> None:
    old = "\n".join("abcdefgh")
    rows = side_by_side(old, old.replace("e", "X"), around=1)

    told = [row and (row.same, row.old, row.new) for row in rows]

    assert told == [
        None,
        (True, ("d",), ("d",)),
        (False, ("e",), ("X",)),
        (True, ("f",), ("f",)),
    ]
