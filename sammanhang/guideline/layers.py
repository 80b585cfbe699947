"""Lays routines and supplements on a process: one process for all, in which each addition says
whom it binds (ADR 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from sammanhang.guideline.additions import Addition
from sammanhang.guideline.indexes import with_indexes
from sammanhang.guideline.model import Act, Bar, Duty, Opening, Process, Rule


def lay(base: Process, additions: Sequence[Addition]) -> Process:
    """The effective process. The base itself, where there is nothing to add."""
    if not additions:
        return base
    own = {name: act for addition in additions for name, act in addition.acts.items()}
    acts = {name: _extended(act, additions) for name, act in base.acts.items()}
    return with_indexes(
        replace(
            base,
            acts=MappingProxyType({**acts, **own}),
            rules=(
                *(_with_additions(rule, additions, tuple(own)) for rule in base.rules),
                *(rule for addition in additions for rule in addition.rules),
            ),
            additions=(*base.additions, *(addition.document for addition in additions)),
        )
    )


def _extended(act: Act, additions: Sequence[Addition]) -> Act:
    more = tuple(one.extensions[act.name] for one in additions if act.name in one.extensions)
    return replace(act, extensions=(*act.extensions, *more)) if more else act


def _with_additions(rule: Rule, additions: Sequence[Addition], own: tuple[str, ...]) -> Rule:
    """The rule with its stricter deadlines; what it says of `alla` it says of the new acts too."""
    match rule:
        case Duty():
            more = tuple(one.stricter[rule.name] for one in additions if rule.name in one.stricter)
            return replace(rule, stricter=(*rule.stricter, *more)) if more else rule
        case Bar(every=True):
            return replace(rule, bars=(*rule.bars, *own))
        case Opening(every=True):
            return replace(rule, opens=(*rule.opens, *own))
        case _:
            return rule
