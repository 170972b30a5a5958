// Plain JavaScript, as it has to run on the Nodes it refuses: those that cannot read TypeScript.

const least = 24;
const major = Number(process.versions.node.split(".")[0]);

if (major < least) {
  console.error(
    `This needs Node ${least} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      "On Linux x64, `npm ci` brings the right one: run it, then use the npm scripts (npm test, npm run check).\n" +
      "Elsewhere, or after `npm ci --omit=optional`, install it: https://nodejs.org/en/download",
  );
  process.exit(1);
}
