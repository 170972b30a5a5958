import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { addressText } from "../../driver/nginx/asked-place.ts";
import { type SelfSigned, selfSigned } from "../self-signed.ts";
import type { Setup, SetupFile, SetupKind, SetupSecret } from "../setup.ts";
import { type NginxSetupOptions, nginxUsage, parseNginxOptions, type SharedRedis } from "./nginx-options.ts";

/** The configuration and the Lua, as they are shipped. */
const shipped = join(import.meta.dirname, "../../../nginx");

const luaModules = [
  "admin",
  "delivery",
  "demand",
  "handshake",
  "journal",
  "kept",
  "openssl",
  "sealed",
  "shared",
  "store",
] as const;

export const nginxSetupKind: SetupKind = {
  summary: "shared memory filled by the agent, or its files by SNI",
  usage: nginxUsage,
  options: [
    "mode",
    "dir",
    "socket",
    "memory",
    "parsed",
    "ask",
    "redis",
    "redis-key-file",
    "redis-password-file",
    "lua-path",
    "certificates",
    "agent-user",
    "systemd",
    "nginx",
  ],
  plan: async (values) => nginxSetup(parseNginxOptions(values)),
};

export async function nginxSetup(options: NginxSetupOptions): Promise<Setup> {
  const { directory, program } = options;
  const ours = join(directory, "certmill");
  const common = {
    proxy: "nginx",
    recordPath: join(ours, "written.json"),
    check: [program, "-t", "-q", "-c", join(directory, "nginx.conf")],
  } as const;
  return { ...common, ...(options.mode === "push" ? await push(options) : await files(options)) };
}

type Part = Omit<Setup, "proxy" | "recordPath" | "check">;

const pushPackages = ["nginx", "libnginx-mod-http-lua", "lua-resty-lrucache"] as const;

async function push(options: NginxSetupOptions): Promise<Part> {
  const { directory, socket, agentUser, systemd, ask } = options;
  const ours = join(directory, "certmill");
  const askFlag = ask === null ? "" : ` --proxy-listen ${addressText(ask)}`;
  return {
    packages: pushPackages,
    remedies: [
      {
        words: /unknown directive "lua_/,
        remedy: `Its Lua module is missing: apt-get install ${pushPackages.join(" ")}. Debian loads it by "include /etc/nginx/modules-enabled/*.conf;" in nginx.conf.`,
      },
      {
        words: /"lua_package_path" directive is duplicate/,
        remedy: `Add ${ours}/lua/?.lua to the lua_package_path that is there, then run this again with --lua-path yours.`,
      },
    ],
    // nginx lets everyone write to a socket that it makes: it is this folder that lets only the agent to it.
    folders: [{ path: dirname(socket), mode: 0o700, owner: agentUser }],
    files: [
      await filled("push.conf", join(directory, "conf.d/certmill.conf"), options),
      await filled("push-tls.conf", join(ours, "tls.conf"), options),
      ...(await Promise.all(
        luaModules.map((name) =>
          filled(`lua/certmill/${name}.lua`, join(ours, `lua/certmill/${name}.lua`), options),
        ),
      )),
      ...(systemd === null ? [] : [dropIn(systemd, options)]),
    ],
    secrets: [
      {
        path: join(ours, "fallback.pem"),
        mode: 0o600,
        owner: null,
        what: "a fallback certificate, signed by itself",
        make: async () => {
          const { certificatePem, keyPem } = await selfSigned();
          return certificatePem + keyPem;
        },
      },
    ],
    next: [
      ...nextSteps(options),
      "3. Run the agent beside it:",
      `     certmill edge run --proxy nginx --proxy-socket ${socket}${askFlag} ...`,
    ],
  };
}

async function files(options: NginxSetupOptions): Promise<Part> {
  const { directory, agentUser, certificates } = options;
  const ours = join(directory, "certmill");
  return {
    packages: ["nginx"],
    remedies: [
      {
        words: /increase map_hash_bucket_size/,
        remedy:
          'A line of wildcards*.map has a name, or a label after its star, of over 46 characters: put "map_hash_bucket_size 512;" into http { } of nginx.conf, where it may stand once, then run this again.',
      },
    ],
    folders: [],
    files: [
      await filled("files.conf", join(directory, "conf.d/certmill.conf"), options),
      await filled("files-tls.conf", join(ours, "tls.conf"), options),
    ],
    secrets: fallbackFiles(join(ours, "fallback"), agentUser),
    next: [
      ...nextSteps(options),
      "3. Run the agent as the user of nginx's workers, without --reload:",
      `     certmill edge run --dir ${certificates} ...`,
    ],
  };
}

/** Two files, as the agent's are, from one making: the key must be the certificate's. */
function fallbackFiles(folder: string, owner: string | null): readonly SetupSecret[] {
  let made: Promise<SelfSigned> | null = null;
  const make = (): Promise<SelfSigned> => {
    made ??= selfSigned();
    return made;
  };
  const secret = (name: string, mode: number, what: string, part: keyof SelfSigned): SetupSecret => ({
    path: join(folder, name),
    mode,
    owner,
    what,
    make: async () => (await make())[part],
  });
  return [
    secret("fullchain.pem", 0o644, "a fallback certificate, signed by itself", "certificatePem"),
    secret("privkey.pem", 0o600, "its key", "keyPem"),
  ];
}

const nextSteps = ({ directory }: NginxSetupOptions): readonly string[] => [
  "1. In every server { } that listens with ssl, in the place of its ssl_certificate and",
  "   ssl_certificate_key:",
  `     include ${directory}/certmill/tls.conf;`,
  "2. nginx -t && systemctl daemon-reload && systemctl reload nginx",
];

/**
 * systemd makes the socket's folder anew at each start: it is not there after a boot, and a socket that a killed
 * nginx left in it would keep the next one from starting.
 */
function dropIn(systemd: string, { socket, agentUser }: NginxSetupOptions): SetupFile {
  const folder = dirname(socket);
  const path = join(systemd, "nginx.service.d/certmill.conf");
  const owner = agentUser === null ? "" : `ExecStartPre=+/bin/chown ${agentUser} ${folder}\n`;
  const content = folder.startsWith("/run/")
    ? `[Service]
RuntimeDirectory=${folder.slice("/run/".length)}
RuntimeDirectoryMode=0700
${owner}`
    : `[Service]
ExecStartPre=-/bin/rm -f ${socket}
`;
  return {
    path,
    content: `# Certmill: the agent's door (see certmill edge install nginx).\n${content}`,
    mode: 0o644,
  };
}

async function filled(name: string, path: string, options: NginxSetupOptions): Promise<SetupFile> {
  const { directory, memory, parsed, luaPath, socket, certificates } = options;
  const text = await readFile(join(shipped, name), "utf8");
  const content = text
    .replaceAll("@LUA_PATH@", luaPathLine(luaPath))
    .replaceAll("@DIRECTORY@", directory)
    .replaceAll("@MEMORY@", memory)
    .replaceAll("@PARSED@", parsed)
    .replaceAll("@SOURCES@", sourcesOf(options))
    .replaceAll("@SOCKET@", socket)
    .replaceAll("@CERTIFICATES@", certificates);
  return { path, content, mode: 0o644 };
}

const luaPathLine = (whose: NginxSetupOptions["luaPath"]): string =>
  whose === "ours"
    ? `lua_package_path "@DIRECTORY@/certmill/lua/?.lua;;";`
    : "# @DIRECTORY@/certmill/lua/?.lua is in the lua_package_path that was there before.";

/** For `demand.lua`; all of it was looked at, so that nothing in it means something to Lua. */
function sourcesOf({ ask, redis }: NginxSetupOptions): string {
  const agent = ask === null ? [] : [`agent = { host = "${ask.host}", port = ${ask.port} }`];
  const shared = redis === null ? [] : [`redis = { ${redisFields(redis)} }`];
  const sources = [...shared, ...agent];
  return sources.length === 0 ? "" : `, sources = { ${sources.join(", ")} }`;
}

const redisFields = ({ host, port, keyFile, passwordFile }: SharedRedis): string =>
  [
    `host = "${host}"`,
    `port = ${port}`,
    `key_file = "${keyFile}"`,
    ...(passwordFile === null ? [] : [`password_file = "${passwordFile}"`]),
  ].join(", ");
