import { execFile } from "node:child_process";
import { access, chmod, chown, mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { EdgeFault } from "../edge-fault.ts";
import { replaceFile } from "../install/durable-write.ts";
import { type ComparedFile, digestOf, readWritten } from "./compare-files.ts";
import type { Setup, SetupFolder, SetupSecret } from "./setup.ts";
import { userIds } from "./user-ids.ts";

const run = promisify(execFile);

const checkDeadline = 120_000;

/**
 * Writes what differs, each file at once, and has the proxy look at its configuration. When it does not take it, every
 * file is again what it was before. What an operator edited is kept beside the new file as `<path>.bak`.
 *
 * @throws {EdgeFault} `configuration-refused`, with the proxy's words.
 */
export async function applySetup(setup: Setup, compared: readonly ComparedFile[]): Promise<void> {
  const changing = compared.filter(({ state }) => state !== "same");
  for (const folder of setup.folders) await makeFolder(folder);
  for (const secret of setup.secrets) await makeSecret(secret);
  // Before the files: whatever is stopped in the middle, what lies there is known for ours.
  await record(setup, changing);
  const done: ComparedFile[] = [];
  try {
    for (const file of changing) {
      done.push(file);
      await write(file);
    }
    await check(setup);
  } catch (error) {
    for (const file of done.toReversed()) await putBack(file);
    throw error;
  }
}

async function write({ path, content, mode, state, present }: ComparedFile): Promise<void> {
  await makeFolder({ path: dirname(path), mode: 0o755, owner: null });
  if (state === "edited" && present !== null) await replaceFile(`${path}.bak`, present, mode);
  await replaceFile(path, content, mode);
}

async function putBack({ path, present, mode }: ComparedFile): Promise<void> {
  if (present === null) await rm(path, { force: true });
  else await replaceFile(path, present, mode);
}

async function check({ proxy, remedies, check: [program, ...args] }: Setup): Promise<void> {
  try {
    await run(program, args, { timeout: checkDeadline });
  } catch (error) {
    const { code, stderr = "", message } = error as { code?: string; stderr?: string; message: string };
    if (code === "ENOENT") {
      const told = `There is no program ${program}, so nothing was changed. Install ${proxy} first; the dry run says how.`;
      throw new EdgeFault("configuration-refused", told, { cause: error });
    }
    const words = (stderr === "" ? message : stderr).trim();
    const remedy = remedies.find((each) => each.words.test(words))?.remedy;
    const told = [
      `${proxy} does not take its configuration with these files, so every file is as it was before. It said:`,
      words,
      ...(remedy === undefined ? [] : [remedy]),
    ].join("\n");
    throw new EdgeFault("configuration-refused", told, { cause: error });
  }
}

async function record({ recordPath }: Setup, files: readonly ComparedFile[]): Promise<void> {
  if (files.length === 0) return;
  const written = { ...(await readWritten(recordPath)) };
  for (const { path, content } of files) {
    written[path] = [...new Set([...(written[path] ?? []), digestOf(content)])];
  }
  await makeFolder({ path: dirname(recordPath), mode: 0o755, owner: null });
  await replaceFile(recordPath, `${JSON.stringify(written, null, 2)}\n`, 0o644);
}

/** A folder that is there stays as it is: its mode is its operator's choice. */
async function makeFolder({ path, mode, owner }: SetupFolder): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o755 });
  if (first === undefined) return;
  // The umask narrows what mkdir makes.
  for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755);
  await chmod(path, mode);
  if (owner !== null) await giveTo(path, owner);
}

async function makeSecret({ path, mode, owner, make }: SetupSecret): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const content = await make();
  await makeFolder({ path: dirname(path), mode: 0o755, owner: null });
  await replaceFile(path, content, mode);
  if (owner !== null) await giveTo(path, owner);
}

async function giveTo(path: string, owner: string): Promise<void> {
  const { uid, gid } = await userIds(owner);
  await chown(path, uid, gid);
}
