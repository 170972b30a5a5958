import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { aptInstall } from "./apt.ts";
import { folderOfNewer, keepRefusal } from "./newer-cache.ts";
import { unpackNewer } from "./newer-package.ts";
import { folderOf, isNewEnough, type NewerPeer, type Peer, PeerMissing, peers } from "./peer.ts";

const run = promisify(execFile);

/**
 * Brings those of `wanted` that are missing, by default what the tests need: by apt on Debian as root, and what only
 * a newer suite has beside the system; elsewhere a missing one is an error that names the command.
 *
 * @throws PeerMissing
 */
export async function installPeers(wanted: readonly Peer[] = Object.values(peers)): Promise<void> {
  await installPackages(wanted.filter(({ newer }) => newer === undefined));
  const refused: Peer[] = [];
  for (const peer of wanted) {
    if (peer.newer !== undefined && !(await bringNewer(peer, peer.newer))) refused.push(peer);
  }
  if (refused.length > 0) throw new PeerMissing(refused);
}

async function installPackages(wanted: readonly Peer[]): Promise<void> {
  const missing = wanted.filter((peer) => folderOf(peer) === null);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !(await isDebian())) throw new PeerMissing(missing);

  // The console's own font: without it widths are those of whatever font the machine has.
  const fonts = missing.some(({ program }) => program === "chromium") ? ["fonts-inter"] : [];
  const packages = [...missing.map((peer) => peer.debianPackage), ...fonts];
  console.log(`Installing ${packages.join(", ")} …`);
  const letServicesStart = await holdServicesBack();
  try {
    await answerBefore(missing);
    await aptInstall(packages);
  } finally {
    await letServicesStart();
  }
  const stillMissing = missing.filter((peer) => folderOf(peer) === null);
  if (stillMissing.length > 0) throw new PeerMissing(stillMissing);
}

/** Whether the peer is there now; why not is kept for {@link PeerMissing}, here and in the tests' processes. */
async function bringNewer(peer: Peer, newer: NewerPeer): Promise<boolean> {
  if (folderOf(peer) !== null) return true;
  const { debianPackage, program } = peer;
  console.log(`Unpacking ${debianPackage} of a newer Debian suite …`);
  try {
    await unpackNewer({
      debianPackage,
      suites: newer.suites,
      folder: folderOfNewer(program),
      tryOut: (folder) => tryOut(join(folder, "usr/bin", program), newer),
    });
    keepRefusal(program, null);
  } catch (error) {
    keepRefusal(program, `${new Date().toISOString()}: ${(error as Error).message}`);
  }
  return folderOf(peer) !== null;
}

async function tryOut(path: string, newer: NewerPeer): Promise<void> {
  await run(path, newer.trial, { timeout: 30_000 });
  if (!isNewEnough(path, newer))
    throw new Error(`The package's program does not know ${newer.mark}: it is too old.`);
}

async function isDebian(): Promise<boolean> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^ID(_LIKE)?=.*debian/m.test(release) && existsSync("/usr/bin/apt-get");
}

const policyFile = "/usr/sbin/policy-rc.d";
const policy = "#!/bin/sh\n# Certmill installs its test peers: no service is to start.\nexit 101\n";

/** Debian starts what it installs unless this file says no; a policy that is there already stays. Returns the undoing. */
async function holdServicesBack(): Promise<() => Promise<void>> {
  const present = await readFile(policyFile, "utf8").catch(() => null);
  if (present !== null && present !== policy) return async () => undefined;
  await writeFile(policyFile, policy, { mode: 0o755 });
  return () => rm(policyFile, { force: true });
}

async function answerBefore(wanted: readonly Peer[]): Promise<void> {
  const answers = wanted.flatMap(({ debconf }) => debconf ?? []);
  if (answers.length === 0) return;
  const setting = run("debconf-set-selections", { timeout: 30_000 });
  setting.child.stdin?.end(`${answers.join("\n")}\n`);
  await setting;
}

if (import.meta.main) {
  try {
    await installPeers();
  } catch (error) {
    if (!(error instanceof PeerMissing)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
