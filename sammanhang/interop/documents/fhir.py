"""A process as HL7 FHIR R4: a PlanDefinition with an ActivityDefinition for each act. PURE.

What FHIR has no word for stands in words: bars, openings, revocations, guards and deadlines in
working time are in the documentation of the act they concern, cited by their section.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import orjson

from sammanhang.guideline.model import (
    Act,
    Condition,
    Duty,
    Process,
    Rule,
    Source,
    SpanUnit,
    Within,
)
from sammanhang.guideline.sentences import citation, part_title, parts_text, sentence
from sammanhang.interop.documents.mark import Mark
from sammanhang.interop.documents.names import ids

_UCUM = {SpanUnit.HOURS: ("h", "timmar"), SpanUnit.CALENDAR_DAYS: ("d", "kalenderdagar")}
_TYPES = "http://terminology.hl7.org/CodeSystem/plan-definition-type"

Resource = dict[str, Any]


def as_fhir(process: Process, mark: Mark | None = None) -> bytes:
    """A Bundle (collection) as JSON; the same document gives the same bytes."""
    acts = [act for act in process.acts.values() if not act.implicit]
    names = ids((act.name for act in acts), "act")
    resources = [_plan(process, acts, names)]
    resources += [_activity(act, process, names[act.name]) for act in acts]
    if mark:
        for one in resources:
            one["status"] = mark.fhir
    entries = [
        {"fullUrl": f"urn:uuid:{uuid5(NAMESPACE_URL, one['url'])}", "resource": one}
        for one in resources
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return orjson.dumps(bundle, option=orjson.OPT_INDENT_2)


def _plan(process: Process, acts: list[Act], names: dict[str, str]) -> Resource:
    kind = {"system": _TYPES, "code": "workflow-definition"}
    plan = {
        "resourceType": "PlanDefinition",
        **_about(process, "", "Plan", process.document.title),
        "type": {"coding": [kind]},
        "action": [_action(act, process, names) for act in acts],
    }
    if process.document.adopted_by:
        plan["publisher"] = process.document.adopted_by
    return plan


def _activity(act: Act, process: Process, name: str) -> Resource:
    said = f", till {parts_text(act.recipients, process)}" if act.recipients else ""
    return {
        "resourceType": "ActivityDefinition",
        **_about(process, f":{name}", f"Act_{name.replace('-', '_')}", act.title),
        "description": f"{act.title}{said} ({citation(act.source)}).",
        "kind": "CommunicationRequest" if act.recipients else "Task",
        "code": {"text": act.title},
        "participant": _participants(act, process),
    }


def _about(process: Process, suffix: str, name: str, title: str) -> Resource:
    document = process.document
    said: Resource = {
        "url": _url(process) + suffix,
        "version": document.version,
        "name": name,
        "title": title,
        "status": "active" if document.decision and document.in_force_from else "draft",
        "language": "sv-SE",
    }
    if document.in_force_from:
        said["effectivePeriod"] = {"start": document.in_force_from.isoformat()}
    return said


def _url(process: Process) -> str:
    return f"urn:sammanhang:{quote(process.document.id)}"


def _action(act: Act, process: Process, names: dict[str, str]) -> Resource:
    about = [rule for rule in process.rules if _concerns(rule, act)]
    action = {
        "id": names[act.name],
        "title": act.title,
        "documentation": [
            _cited(act.source, act.title),
            *(_cited(rule.source, sentence(rule, process)) for rule in about),
        ],
        "participant": _participants(act, process),
        "definitionCanonical": f"{_url(process)}:{names[act.name]}|{process.document.version}",
    }
    related = [one for rule in about for one in _related(rule, names)]
    return {**action, "relatedAction": related} if related else action


def _concerns(rule: Rule, act: Act) -> bool:
    return rule.act == act.name and not (isinstance(rule, Duty) and rule.receipt)


def _cited(source: Source, text: str) -> Resource:
    return {"type": "citation", "label": citation(source), "citation": text}


def _participants(act: Act, process: Process) -> list[Resource]:
    return [
        {"type": "practitioner", "role": {"text": part_title(name, process)}}
        for name in act.performers
    ]


def _related(rule: Rule, names: dict[str, str]) -> Iterator[Resource]:
    """After what the act comes, and within what time where FHIR can count it."""
    before = rule.requires if isinstance(rule, Condition) else ()
    before = rule.triggers if isinstance(rule, Duty) else before
    for name in before:
        if name in names:
            related: Resource = {"actionId": names[name], "relationship": "after-end"}
            within = _within(rule)
            yield {**related, "offsetRange": within} if within else related


def _within(rule: Rule) -> Resource | None:
    if not isinstance(rule, Duty):
        return None
    match rule.deadline:
        case Within(span, None) if span.unit in _UCUM and span.amount:
            code, unit = _UCUM[span.unit]
            counted = {"unit": unit, "system": "http://unitsofmeasure.org", "code": code}
            return {"low": {"value": 0, **counted}, "high": {"value": span.amount, **counted}}
        case _:
            return None
