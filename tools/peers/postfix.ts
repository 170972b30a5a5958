import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { acceptsAt } from "./accepts-at.ts";
import type { MailServer, MailServerPlace } from "./mail-server.ts";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";

const run = promisify(execFile);

interface PostfixPorts {
  /** Of 127.0.0.1, where TLS begins by STARTTLS. */
  readonly smtp: number;
  /** Where it begins at once. */
  readonly smtps: number;
}

/** Starts Postfix's SMTP server on 127.0.0.1, as root, with nothing that would deliver; ready when it listens. */
export async function startPostfix(
  { directory, configuration, settings }: MailServerPlace,
  ports: PostfixPorts,
): Promise<MailServer> {
  const paths = {
    queue: join(directory, "queue"),
    data: join(directory, "data"),
    log: join(directory, "log"),
  };
  // What `postfix check` would make of it, in seconds.
  await mkdir(join(paths.queue, "pid"), { recursive: true });
  const owner = ownUser();
  for (const each of [paths.data, join(paths.queue, "public"), join(paths.queue, "private")]) {
    await mkdir(each);
    await chown(each, owner, 0);
  }
  await writeFile(join(configuration, "main.cf"), mainSettings(paths) + settings);
  await writeFile(join(configuration, "master.cf"), services(ports));
  const { stdout } = await run(programOf(peers.postfix, "postconf"), ["-dh", "daemon_directory"]);
  // Not `postfix start-fg`: that is a shell script, and the signal to stop ends it without its child.
  const master = await startProcess({
    command: join(stdout.trim(), "master"),
    args: ["-c", configuration, "-s"],
  });
  await using opened = new AsyncDisposableStack();
  opened.use(master);
  await master.ready({ what: "Postfix to listen", probe: () => acceptsAt(ports.smtp), within: 60_000 });
  // Postfix cannot open Node's pipes, which are sockets, as /dev/stdout.
  const log = () => (existsSync(paths.log) ? readFileSync(paths.log, "utf8") : master.output());
  let whole: string | null = null;
  const lifetime = opened.move();
  return {
    environment: { MAIL_CONFIG: configuration },
    output: () => whole ?? log(),
    async [Symbol.asyncDispose]() {
      await lifetime.disposeAsync();
      whole = log();
    },
  };
}

interface Paths {
  readonly queue: string;
  readonly data: string;
  readonly log: string;
}

/** Postfix refuses directories that are not this user's. */
function ownUser(): number {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.startsWith("postfix:"));
  const uid = line?.split(":")[2];
  if (uid === undefined) throw new Error('There is no user "postfix", which Debian\'s package makes.');
  return Number(uid);
}

const mainSettings = ({ queue, data, log }: Paths): string => `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
maillog_file = ${log}
maillog_file_prefixes = ${log}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.com
mydestination = localhost
local_recipient_maps =
alias_maps =
alias_database =
smtpd_peername_lookup = no
`;

/** As in Debian's master.cf, chroot among it, but for the ports. */
const services = ({ smtp, smtps }: PostfixPorts): string => `127.0.0.1:${smtp} inet n - y - - smtpd
127.0.0.1:${smtps} inet n - y - - smtpd
  -o smtpd_tls_wrappermode=yes
tlsmgr unix - - y 1000? 1 tlsmgr
anvil unix - - y - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;
