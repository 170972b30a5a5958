/** Names the bundle of this run of `npm test`. Not `CERTMILL_…`: servers started by tests refuse what is no setting. */
export const bundleVariable = "BUNDLED_PROGRAM";

const sources = new URL("../../packages/cli/src/certmill.mjs", import.meta.url).pathname;

/**
 * What a test starts as `certmill`: the bundle that `npm test` has just built. The sources, which are what people start, where Vitest
 * was started without it.
 */
export const certmillProgram = process.env[bundleVariable] ?? sources;
