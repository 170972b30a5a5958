import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** System tests of half a minute and more, the longest first. One that began last would have a core to itself in the end. */
const longest = ["console", "enrol-200", "person", "drain", "traces", "edge-agent", "demo", "package"].map(
  (name) => `${name}.test.ts`,
);

/** Files in Vitest's own order, which knows no times on a fresh clone, behind those that are known to take long. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId, project }: TestSpecification): number {
  const place = project.name === "system" ? longest.indexOf(basename(moduleId)) : -1;
  return place === -1 ? longest.length : place;
}
