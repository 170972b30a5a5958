/** The `certmill` command, as Node runs it unbuilt. */
export const certmillProgram = new URL("../../packages/cli/src/certmill.ts", import.meta.url).pathname;
