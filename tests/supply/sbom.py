"""`make sbom`: what the software is made of, in CycloneDX form. Asks nobody: all of it is in the
source and in what is installed by the lock file."""

from __future__ import annotations

import sys
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator
from packageurl import PackageURL

from tests.supply.packages import Package, Vendored, packages, vendored

VERSION = SchemaVersion.V1_6


def bom() -> Bom:
    made = Bom()
    licences = LicenseFactory()
    made.metadata.component = Component(
        name="sammanhang",
        version="0.1.0",
        type=ComponentType.APPLICATION,
        bom_ref="sammanhang",
        licenses=[licences.make_from_string("EUPL-1.2")],
    )
    for one in [*packages(), *vendored()]:
        component = of_python(one) if isinstance(one, Package) else of_browser(one)
        if one.licence:
            component.licenses.add(licences.make_from_string(one.licence))
        made.components.add(component)
    made.register_dependency(made.metadata.component, made.components)
    return made


def of_python(one: Package) -> Component:
    url = PackageURL("pypi", name=one.name, version=one.version)
    return Component(
        name=one.name,
        version=one.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        scope=ComponentScope.REQUIRED if one.served else ComponentScope.EXCLUDED,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in one.hashes],
    )


def of_browser(one: Vendored) -> Component:
    scope, _, name = one.name.rpartition("/")
    url = PackageURL("npm", namespace=scope or None, name=name, version=one.version)
    return Component(
        name=one.name,
        version=one.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{url}#{one.file}",
        purl=url,
        scope=ComponentScope.REQUIRED,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one.sha256)],
        properties=[Property(name="sammanhang:file", value=f"site/static/vendor/{one.file}")],
    )


def as_json() -> str:
    return JsonV1Dot6(bom()).output_as_string(indent=2)


def fault(written: str) -> str | None:
    """What the schema of CycloneDX has against it; None when it is valid."""
    found = make_schemabased_validator(OutputFormat.JSON, VERSION).validate_str(written)
    return None if found is None else str(found)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(as_json(), encoding="utf-8")
