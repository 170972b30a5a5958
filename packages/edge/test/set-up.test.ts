/** Setting a proxy up: what is written, what is not, and what is put back. A script says nginx's yes or no. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EdgeFault } from "../src/edge-fault.ts";
import { applySetup } from "../src/set-up/apply-setup.ts";
import { compareFiles } from "../src/set-up/compare-files.ts";
import { haproxySetup } from "../src/set-up/haproxy/haproxy-setup.ts";
import { installCommand } from "../src/set-up/install-command.ts";
import { parseNginxOptions } from "../src/set-up/nginx/nginx-options.ts";
import { nginxSetup } from "../src/set-up/nginx/nginx-setup.ts";
import { setupJson, setupText } from "../src/set-up/setup-text.ts";

test("push mode: everything nginx needs is written, readable by its workers, and the door is shut", async () => {
  await using place = await newPlace();
  const previous = process.umask(0o077);
  try {
    await apply(place);
  } finally {
    process.umask(previous);
  }
  const main = await place.read("conf.d/certmill.conf");
  expect(main).toContain(`listen unix:${place.path}/door/admin.sock;`);
  expect(main).toContain(`lua_package_path "${place.path}/certmill/lua/?.lua;;";`);
  expect(main).toContain("lua_shared_dict certmill_certificates 256m;");
  expect(main).not.toContain("@");
  expect(await place.read("certmill/tls.conf")).toContain(
    `ssl_certificate ${place.path}/certmill/fallback.pem;`,
  );

  const shipped = await readdir(new URL("../nginx/lua/certmill", import.meta.url));
  expect((await readdir(join(place.path, "certmill/lua/certmill"))).toSorted()).toEqual(shipped.toSorted());
  for (const path of ["certmill", "certmill/lua", "certmill/lua/certmill"])
    expect(await place.mode(path)).toBe(0o755);
  expect(await place.mode("certmill/lua/certmill/store.lua")).toBe(0o644);
  expect(await place.mode("door")).toBe(0o700);
  expect(await place.mode("certmill/fallback.pem")).toBe(0o600);
  const fallback = await place.read("certmill/fallback.pem");
  expect(new X509Certificate(fallback).checkPrivateKey(createPrivateKey(fallback))).toBe(true);
  expect(await place.read("systemd/nginx.service.d/certmill.conf")).toContain(
    `ExecStartPre=-/bin/rm -f ${place.path}/door/admin.sock`,
  );
});

test("files mode: a fallback pair beside the agent's files, and no Lua", async () => {
  await using place = await newPlace();
  await apply(
    place,
    ["mode", "files"],
    ["certificates", "/srv/certificates"],
    ["agent-user", userInfo().username],
  );
  const main = await place.read("conf.d/certmill.conf");
  expect(main).toContain("/srv/certificates/$certmill_name;");
  expect(main).not.toMatch(/lua|@/);
  const leaf = new X509Certificate(await place.read("certmill/fallback/fullchain.pem"));
  expect(leaf.checkPrivateKey(createPrivateKey(await place.read("certmill/fallback/privkey.pem")))).toBe(
    true,
  );
  expect(await place.mode("certmill/fallback/privkey.pem")).toBe(0o600);
  await expect(place.read("certmill/lua/certmill/store.lua")).rejects.toThrow(/ENOENT/);
});

test("the socket's folder is systemd's where it lies in /run: a killed nginx leaves no socket behind", async () => {
  const options = parseNginxOptions(new Map([["agent-user", "certmill"]]));
  const { files } = await nginxSetup(options);
  expect(files.find(({ path }) => path.startsWith("/etc/systemd"))).toMatchObject({
    path: "/etc/systemd/system/nginx.service.d/certmill.conf",
    content: expect.stringMatching(
      /\nRuntimeDirectory=certmill-nginx\nRuntimeDirectoryMode=0700\nExecStartPre=\+\/bin\/chown certmill \/run\/certmill-nginx\n/,
    ),
  });
});

test("a dry run shows what would be; done twice, the second changes nothing", async () => {
  await using place = await newPlace();
  const setup = await plan(place);
  const text = setupText({ setup, compared: await compareFiles(setup), applied: false });
  expect(text).toContain("apt-get install nginx libnginx-mod-http-lua lua-resty-lrucache\n");
  expect(text).toMatch(/^would be new +\S+\/conf\.d\/certmill\.conf\n {4}# Certmill, push mode/m);
  expect(text).toContain(`include ${place.path}/certmill/tls.conf;`);
  expect(await readdir(place.path)).toEqual(["conf.d", "nginx.sh"]);

  await apply(place);
  const fallback = await place.read("certmill/fallback.pem");
  const again = await compareFiles(setup);
  expect(new Set(again.map(({ state }) => state))).toEqual(new Set(["same"]));
  await applySetup(setup, again);
  expect(await place.read("certmill/fallback.pem")).toBe(fallback);
});

test("what we wrote is brought up to date; what an operator changed is told apart, and kept when overwritten", async () => {
  await using place = await newPlace();
  await apply(place);
  const larger = await plan(place, ["memory", "512m"]);
  const [main] = await compareFiles(larger);
  expect(main).toMatchObject({ state: "older" });
  const shown = setupJson({ setup: larger, compared: await compareFiles(larger), applied: false });
  expect(shown).toMatchObject({
    applied: false,
    files: expect.arrayContaining([
      {
        path: `${place.path}/conf.d/certmill.conf`,
        state: "older",
        diff: expect.stringMatching(/\n-lua_shared_dict certmill_certificates 256m;\n\+.* 512m;/),
      },
    ]),
  });

  const edited = `${await place.read("conf.d/certmill.conf")}# mine\n`;
  await writeFile(join(place.path, "conf.d/certmill.conf"), edited);
  const argv = [
    "nginx",
    "--apply",
    "--memory",
    "512m",
    ...place.options.flatMap(([name, value]) => [`--${name}`, value]),
  ];
  await expect(installCommand(argv)).rejects.toThrow(/were changed by hand.*\n(.*\n)*-# mine/);
  expect(await place.read("conf.d/certmill.conf")).toBe(edited);
  await apply(place, ["memory", "512m"]);
  expect(await place.read("conf.d/certmill.conf")).toContain("certificates 512m;");
  expect(await place.read("conf.d/certmill.conf.bak")).toBe(edited);
});

test("a configuration that nginx does not take is put back as it was, with nginx's words", async () => {
  await using place = await newPlace();
  await place.answer(`echo '"lua_package_path" directive is duplicate' >&2; exit 1`);
  await expect(apply(place)).rejects.toThrow(
    /every file is as it was before. It said:\n"lua_package_path" .* duplicate\nAdd .*\/lua\/\?\.lua to .* --lua-path yours\./,
  );
  await place.answer(
    "echo 'could not build map_hash, you should increase map_hash_bucket_size: 64' >&2; exit 1",
  );
  await expect(apply(place, ["mode", "files"])).rejects.toThrow(
    /\nA line of wildcards\*\.map .* "map_hash_bucket_size 512;"/,
  );
  expect(await readdir(join(place.path, "conf.d"))).toEqual([]);
  await place.answer("exit 0");
  await apply(place);
  const before = await place.read("conf.d/certmill.conf");
  await place.answer("exit 1");
  await expect(apply(place, ["memory", "512m"])).rejects.toThrow(EdgeFault);
  expect(await place.read("conf.d/certmill.conf")).toBe(before);
  const [main] = await compareFiles(await plan(place));
  expect(main).toMatchObject({ state: "same" });
  const [other] = await compareFiles(await plan(place, ["memory", "1024m"]));
  expect(other, "it is known for ours still").toMatchObject({ state: "older" });
  await expect(apply(place, ["nginx", "/nowhere/nginx"])).rejects.toThrow(/no program \/nowhere\/nginx/);
});

test("HAProxy is made what its bind line names, and its own configuration is left alone", async () => {
  await using place = await newPlace();
  const certificates = join(place.path, "certificates");
  const values = [
    ["certificates", certificates],
    ["systemd", join(place.path, "systemd")],
    ["haproxy", join(place.path, "nginx.sh")],
  ] as const;
  const setup = haproxySetup(new Map(values));
  const before = await compareFiles(setup);
  const text = setupText({ setup, compared: before, applied: false });
  expect(text).toContain(
    `bind :443 ssl crt ${certificates}/haproxy/fallback.pem crt-list ${certificates}/haproxy/crt-list alpn h2,http/1.1`,
  );
  for (const words of ["issuers-chain-path", "--proxy-issuers"]) {
    expect(text).toContain(`${words} ${certificates}/haproxy/issuers`);
  }
  await applySetup(setup, before);
  expect(await place.mode("certificates/haproxy/issuers")).toBe(0o700);
  expect(await place.mode("certificates/haproxy/fallback.pem")).toBe(0o600);
  expect(await place.mode("certificates")).toBe(0o700);
  const fallback = await place.read("certificates/haproxy/fallback.pem");
  expect(new X509Certificate(fallback).checkPrivateKey(createPrivateKey(fallback))).toBe(true);
  expect(await place.read("systemd/haproxy.service.d/certmill.conf")).toContain("\nTimeoutStartSec=600\n");
  await writeFile(join(certificates, "haproxy/crt-list"), "# the agent's\n");
  await applySetup(setup, await compareFiles(setup));
  expect(await place.read("certificates/haproxy/crt-list")).toBe("# the agent's\n");
});

test.each([
  [[], /Name a proxy: nginx/],
  [["squid"], /no proxy "squid" to install for. Known: nginx/],
  [["nginx", "--apply", "--dry-run"], /say the opposite/],
  [["nginx", "--mode", "pull"], /--mode must be push or files/],
  [["nginx", "--lua-path", "none"], /--lua-path must be ours or yours/],
  [["nginx", "--parsed", "0"], /--parsed must be a number from 1/],
  [["nginx", "--memory", "1g"], /--memory must be a size such as 256m/],
  [["nginx", "--dir", 'etc";'], /--dir must be an absolute path/],
  [["nginx", "--socket", `/${"x".repeat(120)}`], /at most 107 characters/],
  [["nginx", "--agent-user", "a b"], /--agent-user must be a user's name/],
  [["nginx", "--frontend", "x"], /Unknown option '--frontend'/],
  [["haproxy", "--certificates", "/srv/my sites"], /--certificates must be an absolute path/],
  [["haproxy", "--agent-user", "a b"], /--agent-user must be a user's name/],
] as const)("%j is refused", async (argv, words) => {
  await expect(installCommand(argv)).rejects.toThrow(words);
});

interface Place extends AsyncDisposable {
  readonly path: string;
  readonly options: readonly (readonly [string, string])[];
  /** What nginx does from now on, as shell. */
  answer(script: string): Promise<void>;
  read(path: string): Promise<string>;
  mode(path: string): Promise<number>;
}

async function newPlace(): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-set-up-")));
  const script = join(path, "nginx.sh");
  const answer = (text: string) => writeFile(script, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await answer("exit 0");
  await mkdir(join(path, "conf.d"));
  const lifetime = opened.move();
  return {
    path,
    options: [
      ["dir", path],
      ["socket", join(path, "door/admin.sock")],
      ["systemd", join(path, "systemd")],
      ["nginx", script],
    ],
    answer,
    read: (name) => readFile(join(path, name), "utf8"),
    mode: async (name) => (await stat(join(path, name))).mode & 0o777,
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

const plan = (place: Place, ...more: readonly (readonly [string, string])[]) =>
  nginxSetup(parseNginxOptions(new Map([...place.options, ...more])));

async function apply(place: Place, ...more: readonly (readonly [string, string])[]): Promise<void> {
  const setup = await plan(place, ...more);
  await applySetup(setup, await compareFiles(setup));
}
