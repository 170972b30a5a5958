import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { acceptsAt } from "./accepts-at.ts";
import type { MailServer, MailServerPlace } from "./mail-server.ts";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";

/** Starts Dovecot's IMAP server on a port of 127.0.0.1 where TLS begins at once; ready when it listens. */
export async function startDovecot(
  { directory, configuration, settings }: MailServerPlace,
  port: number,
): Promise<MailServer> {
  const file = join(configuration, "dovecot.conf");
  await writeFile(file, `${mainSettings(join(directory, "run"), port)}${ownUser()}${settings}`);
  const dovecot = await startProcess({ command: programOf(peers.dovecot), args: ["-F", "-c", file] });
  await using opened = new AsyncDisposableStack();
  opened.use(dovecot);
  await dovecot.ready({ what: "Dovecot to listen", probe: () => acceptsAt(port), within: 60_000 });
  const lifetime = opened.move();
  return {
    environment: { CONFIG_FILE: file },
    output: () => dovecot.output(),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

const mainSettings = (run: string, port: number): string => `base_dir = ${run}
state_dir = ${run}
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = required
passdb {
  driver = static
}
userdb {
  driver = static
}
service imap-login {
  chroot =
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${port}
    ssl = yes
  }
}
service anvil {
  chroot =
}
`;

/** Who is not root cannot change to the users that the package makes. */
function ownUser(): string {
  if (process.getuid?.() === 0) return "";
  const { username } = userInfo();
  return `default_internal_user = ${username}\ndefault_internal_group =\ndefault_login_user = ${username}\n`;
}
