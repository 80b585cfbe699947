// Reads BPMN 2.0 XML from standard input as bpmn.io does. Prints as a JSON list of lines what it
// warns of, and what has no shape or edge in the diagram or one that can't be drawn.
import { readFileSync } from "node:fs";
import { BpmnModdle } from "bpmn-moddle";

const { rootElement, warnings } = await new BpmnModdle().fromXML(readFileSync(0, "utf8"));
const found = warnings.map((one) => one.message);
const [diagram] = rootElement.diagrams;
const drawn = new Map(diagram.plane.planeElement.map((one) => [one.bpmnElement?.id, one]));

function must(element, kind) {
  const shown = drawn.get(element.id);
  if (shown?.$type !== `bpmndi:${kind}`) found.push(`${element.$type} ${element.id} has no ${kind}`);
  else if (kind === "BPMNEdge" && !(shown.waypoint?.length >= 2)) found.push(`${element.id}: no way`);
  else if (kind === "BPMNShape" && !(shown.bounds?.width > 0)) found.push(`${element.id}: no size`);
}

let told = 0;
for (const root of rootElement.rootElements) {
  for (const one of root.participants ?? []) must(one, "BPMNShape");
  for (const set of root.laneSets ?? []) for (const lane of set.lanes ?? []) must(lane, "BPMNShape");
  for (const one of [...(root.flowElements ?? []), ...(root.artifacts ?? [])]) {
    told += 1;
    must(one, one.sourceRef && one.targetRef ? "BPMNEdge" : "BPMNShape");
  }
}
if (told === 0) found.push("nothing is in it");
console.log(JSON.stringify(found));
