"""A guideline that asks for one thing within 48 hours, for tests of what another would change."""

from __future__ import annotations

GUIDELINE = """\
---
id: d
titel: Kalla i tid
nivå: riktlinje
process: d
version: "1"
---
## 1 Allt
Kommunen ska kalla.
```part kommun
antal: 1..n
```
```handling inskrivning
vem: kommun
```
```handling kallelse
vem: kommun
```
```regel kallelse-i-tid
när: inskrivning
ska: kallelse
senast: 48 timmar
```
```läge inskriven
rubrik: Inskriven <nu>
när: inskrivning
```
```läge kallad
när: kallelse
```
"""
ADDED = (
    "```regel först\nhandling: kallelse\nkräver: möte\n```\n```handling möte\nvem: kommun\n```\n"
)
"""What makes a second condition of it."""
