import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkImports } from "./imports.ts";

const indexes = {
  "packages/domain/src/index.ts": `export { after, type Instant } from "./time/instant.ts"; export { advance } from "./issuance/advance.ts";`,
  "packages/acme/src/index.ts": `export { http01 } from "./challenge/http01.ts"; export { AcmeClient } from "./client/acme-client.ts";`,
};

async function faultsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-imports-"));
  for (const [file, text] of Object.entries({ ...indexes, ...files })) {
    mkdirSync(dirname(join(directory.path, file)), { recursive: true });
    writeFileSync(join(directory.path, file), text);
  }
  return checkImports(directory.path).faults;
}

describe("against the table", () => {
  const bad: readonly (readonly [file: string, text: string, why: RegExp])[] = [
    ["domain/src/a.ts", `import { readFile } from "node:fs";`, /domain is pure/],
    ["domain/src/a.ts", `import undici from "undici";`, /domain is pure/],
    ["domain/src/a.ts", `import { x } from "@certmill/acme";`, /domain may not import acme/],
    [
      "acme/src/client/a.ts",
      `import { Db } from "../../../server/src/store/database.ts";`,
      /leave the package/,
    ],
    ["api/src/a.ts", `export * from "@certmill/domain";`, /api may not import domain/],
    ["server/src/work/a.ts", `import { x } from "@certmill/sim";`, /server may not import sim/],
    [
      "server/src/work/a.ts",
      `import type { X } from "../http/b.ts";`,
      /server\/work may import store, effects, dns, not http/,
    ],
    ["server/src/http/a.ts", `import { x } from "../keys/b.ts";`, /server\/http may import store, not keys/],
    [
      "server/src/http/a.ts",
      `const x = await import("../effects/b.ts");`,
      /server\/http may import store, not effects/,
    ],
    ["server/src/http/a.ts", `import { sql } from "kysely";`, /only store may import kysely/],
    [
      "server/src/work/a.ts",
      `import { AcmeClient } from "@certmill/acme";`,
      /only effects, challenge may import/,
    ],
    [
      "server/src/store/a.ts",
      `import { x } from "../compose.ts";`,
      /server\/store may import no other folder/,
    ],
    ["server/src/http/resource/a.ts", `import { x } from "./b.ts";`, /may not import each other/],
    ["server/src/clock.ts", `import { x } from "./store/a.ts";`, /is a leaf/],
    ["server/src/misc/a.ts", `import { x } from "./b.ts";`, /no folder that the import table knows/],
    ["server/src/work/a.ts", `import { x } from "@certmill/domain/src/a.ts";`, /by its index only/],
    [
      "edge/src/a.ts",
      `import { AcmeClient } from "@certmill/acme";`,
      /only acme's challenge, not AcmeClient/,
    ],
    ["cli/src/a.ts", `import { createClient } from "@certmill/api/edge";`, /by its index only/],
    ["cli/src/a.ts", `import { x } from "@certmill/server/main";`, /cli may not import server/],
    ["cli/src/a.ts", `await import("@certmill/server/main");`, /cli may not import server/],
    ["cli/src/processes.ts", `import { x } from "@certmill/server/main";`, /cli may not import server/],
    ["sim/src/a.ts", `import { after, advance } from "@certmill/domain";`, /only domain's time, not advance/],
    ["sim/src/a.ts", `import * as domain from "@certmill/domain";`, /name what you take/],
    ["sim/src/a.ts", `let x: import("@certmill/api").Problem;`, /sim may not import api/],
    ["sim/src/a.ts", `import { x } from "certmill";`, /sim may not import cli/],
    ["sim/src/a.ts", "await import(process.argv[2]);", /computed import/],
    ["other/src/a.ts", `import { x } from "@certmill/api";`, /does not know the package other/],
  ];
  test.each(bad)("%s: %s", async (file, text, why) => {
    expect(await faultsOf({ [`packages/${file}`]: text })).toEqual([expect.stringMatching(why)]);
  });
});

describe("within the table", () => {
  const good: readonly (readonly [file: string, text: string])[] = [
    ["domain/src/a.ts", `import { parse } from "tldts"; import { x } from "./b.ts";`],
    ["domain/src/a.test.ts", `import { x } from "node:fs"; import { y } from "@certmill/server";`],
    ["server/src/http/a.ts", `import { x } from "@certmill/domain"; import { y } from "../store/b.ts";`],
    [
      "server/src/effects/a.ts",
      `import { AcmeClient } from "@certmill/acme"; import { y } from "../keys/b.ts";`,
    ],
    ["server/src/store/a.ts", `import { sql } from "kysely"; import type { Clock } from "../clock.ts";`],
    ["server/src/version.ts", `import own from "../package.json" with { type: "json" };`],
    ["server/src/compose.ts", `import { x } from "./http/a.ts"; import { y } from "./work/b.ts";`],
    ["edge/src/a.ts", `import { http01 } from "@certmill/acme";`],
    ["edge/src/a.ts", `import { createClient } from "@certmill/api/edge";`],
    ["cli/src/processes.ts", `const { serve } = await import("@certmill/server/main");`],
    ["sim/src/a.ts", `import { after, type Instant } from "@certmill/domain";`],
  ];
  test.each(good)("%s: %s", async (file, text) => {
    expect(await faultsOf({ [`packages/${file}`]: text })).toEqual([]);
  });
});

test("finding nothing is a fault", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-imports-"));
  expect(checkImports(directory.path).faults).toEqual([expect.stringMatching(/wrong place/)]);
});

test("a file that does not parse is no file without imports", async () => {
  await expect(faultsOf({ "packages/api/src/a.ts": "import { from;" })).rejects.toThrow(/does not parse/);
});
