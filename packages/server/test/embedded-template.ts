/**
 * An embedded database with our schema and no rows, to be copied. To make one from nothing takes seconds of a core, for
 * it is PostgreSQL's initdb; to copy one takes none. It is kept for the runs that follow, by what it was made from.
 */
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, mkdtempDisposable, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Database, openDatabase } from "../src/store/database.ts";
import { migrate } from "../src/store/migrate.ts";

const run = promisify(execFile);

const modules = new URL("../../../node_modules/", import.meta.url).pathname;
const migrations = new URL("../src/store/migrations/", import.meta.url).pathname;
const cache = join(modules, ".cache/certmill-embedded");

/** Makes `directory` a data directory with a migrated database in it, as a server leaves it that has ended. */
export async function copyEmbedded(directory: string): Promise<void> {
  const template = join(cache, await fingerprint());
  if (!(await exists(template))) await make(template);
  // Thousands of files of ours are no concern of Node's: `cp` takes a tenth of the time.
  await run("cp", ["-R", template, directory]);
}

/** A migrated database of its own. Closing it removes its files. */
export async function openEmbeddedCopy(): Promise<Database> {
  await using opened = new AsyncDisposableStack();
  const temporary = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-embedded-")));
  const directory = join(temporary.path, "data");
  await copyEmbedded(directory);
  const database = opened.use(await openDatabase({ kind: "embedded", directory }));
  const lifetime = opened.move();
  const close = () => lifetime.disposeAsync();
  return { ...database, close, [Symbol.asyncDispose]: close };
}

/** Of the schema, and of the program whose files they are. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await readFile(join(modules, "@electric-sql/pglite/package.json")));
  for (const name of (await readdir(migrations)).toSorted())
    hash.update(name).update(await readFile(join(migrations, name)));
  return hash.digest("hex").slice(0, 16);
}

/** Of processes that make it at the same time each makes a whole one, and the first one's stays. */
async function make(template: string): Promise<void> {
  const unfinished = `${template}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  {
    await using database = await openDatabase({ kind: "embedded", directory: unfinished });
    await migrate(database.db);
  }
  await rename(unfinished, template).catch(async (error) => {
    await rm(unfinished, { recursive: true });
    if (!(await exists(template))) throw error;
  });
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
