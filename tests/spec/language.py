"""Small documents for the specification of the language."""

from textwrap import dedent

from sammanhang.guideline import read_document
from sammanhang.guideline.model import Process

FRONT = """\
---
id: exempel
titel: Exempel
nivå: riktlinje
process: exempel
---
# Exempel

## 1 Allt

Här står det som gäller, och det ska följas.

"""

PARTS = """\
```part slutenvård
rubrik: Slutenvård
```

```part kommun
rubrik: Kommun
```

"""

ACTS = """\
```handling inskrivning
rubrik: Inskrivning
vem: slutenvård
fält:
  inskriven: {rubrik: Inskriven, typ: tidpunkt}
  utskrivningsdag: {rubrik: Beräknad utskrivningsdag, typ: datum}
  behov: {rubrik: Behov, typ: flerval, val: [hemtjänst, rehab]}
  sip: {rubrik: SIP behövs, typ: ja-nej}
  spår: {rubrik: Spår, typ: val, val: [grönt, gult, rött]}
  dagar: {rubrik: Antal dagar, typ: tal}
```

```handling kallelse
rubrik: Kallelse
vem: kommun
```

```handling utskrivning
rubrik: Utskrivning
vem: slutenvård
```

"""


def process_of(blocks: str, *, front: str = FRONT, parts: str = PARTS, acts: str = "") -> Process:
    """The process of a document with these blocks, which must be sound."""
    compiled = read_document(front + parts + acts + dedent(blocks), "dokument.md")
    assert compiled.process is not None, [str(finding) for finding in compiled.findings]
    return compiled.process


def errors_of(blocks: str, *, front: str = FRONT, parts: str = PARTS, acts: str = "") -> list[str]:
    """What is wrong with a document with these blocks, without file and line."""
    compiled = read_document(front + parts + acts + dedent(blocks), "dokument.md")
    return [f.text for f in compiled.findings if f.severity.value == "fel"]
