#!/usr/bin/env node
// Plain JavaScript: a Node that cannot read TypeScript is to say so, and one that can is to begin by finding what it made of it
// the last time. Without that it takes an eighth of a second and 18 MB to read the first line.
import { keepCompiled } from "./keep-compiled.mjs";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `certmill needs Node 22.18 or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      "Where `npm ci` has installed it, `npx certmill` finds the right one.\n",
  );
  process.exitCode = 1;
} else {
  keepCompiled();
  await import("./start.ts");
}
