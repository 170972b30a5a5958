/** The `certmill` command, as Node runs it unbuilt. */
export const certmillProgram = new URL("../../packages/cli/src/certmill.mjs", import.meta.url).pathname;
