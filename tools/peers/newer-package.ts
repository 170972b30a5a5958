/**
 * Takes one package out of a newer Debian suite and unpacks it beside the system, which it leaves as it is: apt gets
 * a configuration, a source and folders of its own. Needs apt-get, dpkg-deb and Debian's keys, and no root.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtempDisposable, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DebianArchive, debianArchives, readSources } from "./debian-archive.ts";

export interface NewerPackage {
  readonly debianPackage: string;
  /** The suites to look in, the preferred first. */
  readonly suites: readonly string[];
  /** Holds the package's files afterwards (`usr/bin/…`); is replaced as a whole, so that no reader sees half of it. */
  readonly folder: string;
  /** Throws when what was unpacked does not work here, given the folder it is in. */
  readonly tryOut: (folder: string) => Promise<void>;
}

/**
 * Brings the package, or throws an error that says what every archive and suite answered. Safe in two processes at
 * once.
 *
 * @param archives where to look; by default where this machine's own packages come from.
 */
export async function unpackNewer(wanted: NewerPackage, archives?: readonly DebianArchive[]): Promise<void> {
  const refusals: string[] = [];
  for (const archive of archives ?? (await ownArchives())) {
    for (const suite of wanted.suites) {
      try {
        await unpackFrom(archive, suite, wanted);
        return;
      } catch (error) {
        refusals.push(`${suite}: ${(error as Error).message}`);
      }
    }
  }
  throw new Error(refusals.join("\n"));
}

async function ownArchives(): Promise<readonly DebianArchive[]> {
  const archives = debianArchives(await readSources(), await ownCodename());
  if (archives.length === 0) throw new Error("The apt sources of this machine name no Debian archive.");
  return archives;
}

async function ownCodename(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME="?([\w-]+)/m.exec(release)?.[1];
  if (codename === undefined) throw new Error("This machine does not say which Debian it is.");
  return codename;
}

async function unpackFrom(archive: DebianArchive, suite: string, wanted: NewerPackage): Promise<void> {
  await using workplace = await mkdtempDisposable(join(tmpdir(), "certmill-apt-"));
  const configuration = await configureApt(workplace.path, archive, suite);
  const apt = (...args: readonly string[]) =>
    run("apt-get", ["-q", "-c", configuration, ...args], workplace.path);
  await apt("update");
  await apt("download", `${wanted.debianPackage}/${suite}`);
  const file = (await readdir(workplace.path)).find((name) => name.endsWith(".deb"));
  if (file === undefined) throw new Error(`apt-get brought no package ${wanted.debianPackage}.`);

  const parent = dirname(wanted.folder);
  await mkdir(parent, { recursive: true });
  await using beside = await mkdtempDisposable(`${wanted.folder}-`);
  const unpacked = join(beside.path, "unpacked");
  await run("dpkg-deb", ["-x", join(workplace.path, file), unpacked], workplace.path);
  await wanted.tryOut(unpacked);
  await moveInto(unpacked, wanted);
}

/** A folder is only renamed onto nothing. Who finds another one there keeps it when it works. */
async function moveInto(unpacked: string, { folder, tryOut }: NewerPackage): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await rename(unpacked, folder);
      return;
    } catch (error) {
      if (tries === 3) throw error;
    }
    try {
      await tryOut(folder);
      return;
    } catch {
      // Another process may have put a better one there meanwhile, or taken this one away.
      await rename(folder, `${unpacked}-unused-${tries}`).catch(() => undefined);
    }
  }
}

/**
 * Read by `apt-get -c`, after the machine's own configuration: that keeps its proxies, and these lines win. Hooks of
 * the machine are for its own lists; apt's own user need not be able to write here.
 */
async function configureApt(directory: string, archive: DebianArchive, suite: string): Promise<string> {
  await mkdir(join(directory, "sources"));
  await mkdir(join(directory, "lists/partial"), { recursive: true });
  await mkdir(join(directory, "cache/archives/partial"), { recursive: true });
  const trust = [...archive.trust].map(([field, value]) => `${field}:${value}\n`).join("");
  const source = `Types: deb\nURIs: ${archive.uri}\nSuites: ${suite}\nComponents: main\n${trust}`;
  await writeFile(join(directory, "sources/newer.sources"), source);
  const configuration = join(directory, "apt.conf");
  await writeFile(
    configuration,
    `Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "${directory}/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "${directory}/lists";
Dir::State::Status "/dev/null";
Dir::Cache "${directory}/cache";
Acquire::Languages "none";
Acquire::Retries "2";
APT::Update::Error-Mode "any";
APT::Sandbox::User "";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`,
  );
  return configuration;
}

const deadline = 5 * 60_000;

function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: "C" };
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: deadline });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece: string) => {
        output += piece;
      });
    }
    child.once("error", (error) => reject(new Error(`${program} did not start: ${error.message}`)));
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${args.at(-1)} failed (${code ?? "killed"}): ${complaints(output)}`));
    });
  });
}

/** apt writes a line for each file it fetches; those that begin with a letter and a colon say what is wrong. */
function complaints(output: string): string {
  const lines = output.trim().split("\n");
  const errors = lines.filter((line) => line.startsWith("E:"));
  return (errors.length > 0 ? errors : lines).slice(-4).join(" ");
}
