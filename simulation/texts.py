"""What staff write in the fields: plausible, short, and about nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sammanhang.engine.calendar import local
from sammanhang.guideline.model import Act, Field, FieldType

TEXTS = {
    "inskrivningsorsak": (
        "Lunginflammation", "Höftfraktur efter fall", "Hjärtsvikt", "Stroke", "Urosepsis",
        "KOL-försämring", "Yrsel och fall i hemmet", "Elektiv höftoperation", "Förvirringstillstånd",
    ),
    "meddelandetext": (
        "Patienten mobiliseras med rollator. Önskar hem till veckan om hemtjänst kan utökas.",
        "Vi behöver veta om trygghetslarm finns. Anhörig hämtar nycklar.",
        "Hembesök gjort: tröskel i badrummet, duschpall behövs.",
        "Dosett delas av hemsjukvården från utskrivningsdagen, bekräfta gärna.",
        "Arbetsterapeut har bedömt: klarar förflyttning med stöd av en person.",
    ),
    "bedömning": (
        "Behöver hjälp morgon och kväll, samt tillsyn nattetid första veckan.",
        "Klarar personlig vård själv, behöver hjälp med inköp och städ.",
        "Behov av hemsjukvård för såromläggning två gånger i veckan.",
        "Rehabilitering i hemmet tre gånger i veckan under en månad.",
    ),
    "boende": (
        "Bor ensam i lägenhet, två trappor utan hiss.", "Bor med make i villa.",
        "Bor i markplan, trygghetslarm finns.", "Särskilt boende sedan 2024.",
    ),
    "skäl": ("Ny bedömning vid rond.", "Gäller en annan enhet.", "Ändrat läge."),
    "läkemedel": (
        "Oförändrade utom tillägg av antibiotika i fem dagar.", "Ny medicinlista bifogas i journalen.",
        "Blodförtunnande insatt, uppföljning av värde om en vecka.",
    ),
    "vårdtillfället": (
        "Behandlad med antibiotika intravenöst, förbättrad. Åter till hemmet.",
        "Opererad dag två, mobiliserad enligt plan.", "Vätskedriven, vikt stabil.",
    ),
    "hjälpmedel": ("Rollator och toalettförhöjning utprovade.", "Inga nya hjälpmedel."),
    "behov-vid-utskrivning": (
        "Behöver hemgångsstöd första dygnen.", "Kan gå hem när hemtjänsten kan börja.",
    ),
    "till-kommunen": (
        "Sonen i hemmet behöver också stöd.", "Maken orkar inte längre ensam.",
    ),
    "psykiatriskt": ("Samtalskontakt fortsätter hos er.", "Medicinen justerad, ny tid om två veckor."),
    "uppföljningstext": ("Mår bra, insatserna fungerar.", "Vill ha mer hjälp på morgonen."),
    "sammanfattning": ("Patienten behöver även era insatser, se planeringen.",),
    "underrättad-hur": ("Telefon till kommunens mottagning.",),
    "vårdkontakt-telefon": ("010-000 00 00",),
}  # fmt: skip
LEFT_EMPTY = 0.15
"""Share of the fields that needn't be filled in that nobody fills in."""
SELDOM = 0.9
"""The same for those that are for some of the recipients only."""


def filled_in(
    rng: Random, act: Act, data: Mapping[str, Any], at: datetime, person: str
) -> dict[str, Any]:
    """What is given, and in the act's other fields something plausible. None: left empty.

    `person`: the name of whoever fills it in.
    """
    filled = {name: value for name, value in data.items() if value is not None}
    for one in act.fields:
        empty = SELDOM if one.only_for else LEFT_EMPTY
        if one.name not in data and (one.required or rng.random() >= empty):
            value = value_for(rng, one, at, person)
            if value is not None:
                filled[one.name] = value
    return filled


def iso(at: datetime) -> str:
    """The minute, in Swedish time."""
    return local(at.replace(second=0, microsecond=0)).isoformat()


def value_for(rng: Random, field: Field, at: datetime, person: str) -> Any:
    """A value of the field's type, in the form events keep; None: left empty."""
    match field.type:
        case FieldType.TEXT | FieldType.LONG_TEXT:
            return rng.choice(TEXTS.get(field.name, ("Enligt överenskommelse.",)))
        case FieldType.CHOICE:
            return rng.choice(field.choices)
        case FieldType.MANY:
            return sorted(rng.sample(field.choices, rng.randint(1, 3)), key=field.choices.index)
        case FieldType.DATE:
            return (local(at) + timedelta(days=rng.randint(1, 4))).date().isoformat()
        case FieldType.TIME:
            return f"{rng.randint(9, 15):02}:{rng.choice(('00', '30'))}"
        case FieldType.MOMENT:
            return iso(at)
        case FieldType.YES_NO:
            return "ja" if rng.random() < 0.8 else "nej"
        case FieldType.NUMBER:
            return rng.randint(1, 5)
        case FieldType.PERSON:
            return person
        case FieldType.UNIT | FieldType.ATTACHMENT | FieldType.MESSAGE:
            return None
