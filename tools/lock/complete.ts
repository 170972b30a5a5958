/**
 * Writes the optional platform packages that `npm install` left out into package-lock.json. npm leaves out what
 * the registry it asks does not carry (mirrors often have some platforms only), and `npm ci` then refuses the
 * lock. Run after each change of dependencies: `npm run lock`.
 */
import { readFile, writeFile } from "node:fs/promises";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Record<string, LockedPackage>;
}

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"] as const;
/** Longer names before those they begin with. */
const processors = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "x64"] as const;

const file = new URL("../../package-lock.json", import.meta.url);
const lock: Lock = JSON.parse(await readFile(file, "utf8"));
const added: string[] = [];
for (const { dev, optionalDependencies = {} } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const place = `node_modules/${name}`;
    if (place in lock.packages || !/^\d+\.\d+\.\d+/.test(version)) continue;
    lock.packages[place] = { ...platformPackage(name, version), ...(dev === true ? { dev } : {}) };
    added.push(name);
  }
}
const packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")),
);
await writeFile(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
process.stdout.write(`${added.length} platform packages added to package-lock.json.\n`);

/** What a package of this name runs on; without it npm would install it everywhere. */
function platformPackage(name: string, version: string) {
  const parts = name.slice(name.indexOf("/") + 1).split("-");
  const os = systems.filter((system) => parts.includes(system));
  const cpu = processors.filter((processor) => parts.includes(processor));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name} does not tell its platform by its name.`);
  const libc = parts.includes("musl") ? ["musl"] : parts.includes("gnu") ? ["glibc"] : null;
  return { version, optional: true, os, cpu, ...(libc === null ? {} : { libc }) };
}
