"""A county's guideline of the future: as many acts and rules as one is likely to write, with three
supplements. The same text every time.

Ten lines of work run side by side from admission to discharge. Each is a chain from request to
follow-up, with answers that turn it another way, what takes a step back, and what has to be done
before the person goes home; some lean on each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from sammanhang.guideline.areas import Geography, Located

SEED = 2017_612
LINES = (
    ("läkemedel", "öppenvård"),
    ("hjälpmedel", "rehab"),
    ("hemtjänst", "kommun"),
    ("hemsjukvård", "kommun"),
    ("rehabilitering", "rehab"),
    ("boende", "kommun"),
    ("uppföljning", "öppenvård"),
    ("tolk", "slutenvård"),
    ("resa", "slutenvård"),
    ("dagverksamhet", "kommun"),
)
AREAS = ("Fyrbodal", "Skaraborg", "SIMBA")
GEOGRAPHY: Geography = {
    f"{kind}-{area}": Located(area, f"{area}s kommun", kind)
    for area in AREAS
    for kind in ("avdelning", "vårdcentral", "hemsjukvård", "rehabmottagning")
}
FRONT = """\
---
id: {id}
titel: {id}
nivå: {level}
process: stor
---
## 1 Allt

Det som står här ska göras.

"""
SUPPLEMENT = """\
---
id: {id}
titel: {id}
nivå: lokalt tillägg
tillägg-till: stor
område: {{delregion: {area}}}
bygglov: {{organ: Styrgruppen, beslut: 2026-01-05 § 4}}
gäller-till: 2026-12-31
---
## 1 Lokalt

Det som står här ska göras.

"""
CORE = """\
part slutenvård
  enheter: [avdelning]
  antal: 1
part öppenvård
  enheter: [vårdcentral]
part kommun
  enheter: [hemsjukvård]
part rehab
  enheter: [rehabmottagning]
handling inskrivning
  vem: slutenvård
  fält: {{behov: {{rubrik: Behov, typ: flerval, krävs: ja, val: [{lines}]}}}}
handling meddelande
  vem: slutenvård
  till: [öppenvård, kommun, rehab]
  kvittens: 1 arbetsdag
  stöd: SFS 2017:612
  fält:
    v: {{rubrik: Vårdcentral, typ: enhet, part: öppenvård}}
    k: {{rubrik: Kommun, typ: enhet, part: kommun}}
    r: {{rubrik: Rehab, typ: enhet, part: rehab}}
  ansluter: {{öppenvård: v, kommun: k, rehab: r}}
handling berörs-inte
  vem: [kommun, rehab]
  lämnar: ja
handling utskrivningsklar
  vem: slutenvård
handling inte-klar
  vem: slutenvård
handling utskrivning
  vem: slutenvård
regel en-inskrivning
  handling: inskrivning
  spärrar: inskrivning
regel meddelande-i-tid
  när: inskrivning
  ska: meddelande
  senast: 24 timmar
regel meddelande-kräver
  handling: meddelande
  kräver: inskrivning
regel klar-kräver
  handling: utskrivningsklar
  kräver: inskrivning
regel klar-en-gång
  handling: utskrivningsklar
  spärrar: utskrivningsklar
regel inte-klar-kräver
  handling: inte-klar
  kräver: utskrivningsklar
regel berörs-inte-kräver
  handling: berörs-inte
  kräver: meddelande
regel inte-klar-upphäver
  handling: inte-klar
  upphäver: utskrivningsklar
regel utskrivning-ska
  när: utskrivningsklar
  ska: utskrivning
  senast: 3 dagar
regel utskrivning-kräver
  handling: utskrivning
  kräver: utskrivningsklar
läge inskriven
  när: inskrivning
läge planering
  när: meddelande
  från: inskriven
läge utskrivningsklar
  när: utskrivningsklar
läge hemma
  när: utskrivning
  avslutar: ja
"""
LINE = """\
handling {t}-begäran
  vem: slutenvård
  till: {d}
  kvittens: 1 arbetsdag
  stöd: SFS 2017:612
handling {t}-bedömning
  vem: {d}
  fält: {{{t}-svar: {{rubrik: Svar, typ: val, krävs: ja, val: [behövs, behövs-inte, oklart]}}}}
handling {t}-underlag
  vem: slutenvård
handling {t}-beslut
  vem: {d}
handling {t}-insats
  vem: {d}
handling {t}-avbeställning
  vem: {d}
regel {t}-begärs
  när: inskrivning
  om: {{behov: {t}}}
  ska: {t}-begäran
  senast: {days} dagar
regel {t}-en-begäran
  handling: {t}-begäran
  spärrar: {t}-begäran
regel {t}-begäran-kräver
  handling: {t}-begäran
  kräver: meddelande
regel {t}-bedöms
  när: {t}-begäran
  ska: {t}-bedömning
  senast: 48 timmar
regel {t}-bedömning-kräver
  handling: {t}-bedömning
  kräver: {t}-begäran
regel {t}-underlag-ska
  när: {t}-bedömning
  om: {{{t}-svar: oklart}}
  ska: {t}-underlag
  senast: 24 timmar
regel {t}-underlag-kräver
  handling: {t}-underlag
  kräver: {t}-bedömning
regel {t}-bedöms-om
  när: {t}-underlag
  ska: {t}-bedömning
  senast: 24 timmar
regel {t}-underlag-upphäver
  handling: {t}-underlag
  upphäver: {t}-beslut
regel {t}-beslutas
  när: {t}-bedömning
  om: {{{t}-svar: behövs}}
  ska: {t}-beslut
  senast: {days} dagar
regel {t}-beslut-kräver
  handling: {t}-beslut
  kräver: {t}-bedömning
regel {t}-avslag
  handling: {t}-bedömning
  om: {{{t}-svar: behövs-inte}}
  spärrar: {t}-insats
regel {t}-ändrat
  handling: {t}-bedömning
  om: {{{t}-svar: behövs}}
  öppnar: {t}-insats
regel {t}-ges
  när: {t}-beslut
  ska: {t}-insats
  senast: {due}
regel {t}-insats-kräver
  handling: {t}-insats
  kräver: {t}-beslut
regel {t}-avbeställs
  handling: {t}-avbeställning
  kräver: {t}-beslut
regel {t}-avbeställt
  handling: {t}-avbeställning
  upphäver: [{t}-beslut, {t}-insats]
regel {t}-inte-efter
  handling: {t}-insats
  spärrar: {t}-avbeställning
regel {t}-åter-möjlig
  handling: {t}-beslut
  öppnar: {t}-avbeställning
"""
LEANING = """\
regel {t}-väntar-på-{other}
  handling: {t}-insats
  kräver: {other}-bedömning
  om: {{behov: {other}}}
"""
LOCAL = """\
handling {a}-besök
  vem: kommun
handling {a}-anteckning
  vem: kommun
regel {a}-besök-ska
  när: meddelande
  ska: {a}-besök
  senast: före utskrivning
regel {a}-anteckning-ska
  när: {a}-besök
  ska: {a}-anteckning
  senast: 1 arbetsdag
regel {a}-anteckning-kräver
  handling: {a}-anteckning
  kräver: {a}-besök
"""


def texts() -> list[tuple[str, str]]:
    """Files and their texts, for `read_corpus`."""
    guideline = FRONT.format(id="stor", level="riktlinje") + fenced("".join(_blocks()))
    local = [
        (f"{area}.md", SUPPLEMENT.format(id=area.lower(), area=area) + fenced(_local(area)))
        for area in AREAS
    ]
    return [("stor.md", guideline), *local]


def _local(area: str) -> str:
    return LOCAL.format(a=area.lower())


def _blocks() -> Iterator[str]:
    random = Random(SEED)
    yield CORE.format(lines=", ".join(line for line, _ in LINES))
    for number, (line, doer) in enumerate(LINES):
        days = random.randint(1, 5)
        due = random.choice([f"{days + 2} dagar", "före utskrivning"])
        yield LINE.format(t=line, d=doer, days=days, due=due)
        if number and random.random() < 0.9:
            yield LEANING.format(t=line, other=LINES[random.randrange(number)][0])


def fenced(blocks: str) -> str:
    """Blocks written without fences, each beginning at the margin, as Markdown."""
    found: list[str] = []
    for line in blocks.splitlines():
        if line[0] != " ":
            found += ["```", "", f"```{line}"] if found else [f"```{line}"]
        else:
            found.append(line[2:])
    return "\n".join([*found, "```", ""])
