import { expect, test } from "vitest";
import { EdgeFault } from "./edge-fault.ts";
import { parseEdgeOptions } from "./edge-options.ts";

const needed = [
  "--server",
  "https://certmill.example.com",
  "--token-file",
  "/t",
  "--dir",
  "/d",
  "--name",
  "e1",
];

test("the least", () => {
  expect(parseEdgeOptions(needed)).toEqual({
    server: "https://certmill.example.com",
    tokenFile: "/t",
    joinTokenFile: null,
    directory: "/d",
    name: "e1",
    layout: "pair",
    sealKeyFile: null,
    plainFilesFor: "the proxy",
    keep: null,
    proxy: { kind: "files" },
    proveAt: null,
    tls: null,
    logFormat: "text",
  });
});

test("everything", () => {
  const reload = ["--reload", "nginx -s reload", "--reload-quiet", "500ms", "--reload-max-wait", "1m"];
  const tls = ["--tls-port", "8443", "--http-port", "0", "--responder", "http://10.0.0.1:8402"];
  expect(
    parseEdgeOptions([
      ...needed,
      "--layout=combined",
      "--prove",
      "[::1]:443",
      ...reload,
      ...tls,
      "--json-log",
    ]),
  ).toMatchObject({
    layout: "combined",
    proxy: {
      kind: "reload",
      reload: { command: "nginx -s reload", quiet: 500, mostDelay: 60_000, timeout: 60_000 },
    },
    proveAt: { host: "::1", port: 443 },
    tls: { tlsPort: 8443, httpPort: 0, responder: new URL("http://10.0.0.1:8402") },
    logFormat: "json",
  });
});

test("a proxy that is given certificates while it runs", () => {
  const options = parseEdgeOptions([
    ...needed,
    "--proxy",
    "nginx",
    "--proxy-socket",
    "/s",
    "--pace",
    "12.5",
    "--reconcile",
    "90s",
  ]);
  expect(options).toMatchObject({
    layout: "pair",
    proxy: { kind: "driver", pace: 12.5, reconcileEvery: 90_000, open: expect.any(Function) },
    proveAt: { host: "127.0.0.1", port: 443 },
  });
  expect(parseEdgeOptions([...needed, "--proxy", "nginx", "--prove", "none"])?.proveAt).toBeNull();
  expect(parseEdgeOptions([...needed, "--prove", "smtp://[::1]:25"])?.proveAt).toEqual({
    host: "::1",
    port: 25,
    startTls: "smtp",
  });
});

test("help", () => {
  expect(parseEdgeOptions(["--help"])).toBeNull();
});

test.each([
  [[], "--server is missing"],
  [["--server", "certmill:8400"], "--server must be a URL"],
  [[...needed, "--name", "a b"], "--name must be"],
  [[...needed, "--keep", "500"], "--keep goes with --proxy caddy, or with --tls-port and no other proxy"],
  [
    [...needed, "--keep", "500", "--proxy", "envoy"],
    "--keep goes with --proxy caddy, or with --tls-port and",
  ],
  [[...needed, "--keep", "9", "--tls-port", "1"], "--keep must be a number of certificates from 100 on"],
  [[...needed, "--layout", "tar"], "--layout must be pair or combined"],
  [[...needed, "--reload", "true", "--reload-quiet", "2"], "--reload-quiet must be a time"],
  [[...needed, "--prove", "443"], "--prove must be an address such as 127.0.0.1:443"],
  [
    [...needed, "--prove", "ftp://127.0.0.1:21"],
    '--prove must be HOST:PORT, or smtp://HOST:PORT, imap:// or pop3:// where TLS begins by STARTTLS, not "ftp://127.0.0.1:21"',
  ],
  [[...needed, "--prove", "smtp://mail"], "--prove must be an address such as 127.0.0.1:443"],
  [[...needed, "--prove", "127.0.0.1:70000"], "--prove must be a port"],
  [[...needed, "--proxy", "squid"], "--proxy must be one of"],
  [[...needed, "--proxy-socket", "/s"], "--proxy-socket goes with --proxy"],
  [[...needed, "--proxy", "nginx", "--reload", "true"], "--reload and --proxy exclude each other"],
  [[...needed, "--proxy", "nginx", "--pace", "0"], "--pace must be a number of certificates a second"],
  [[...needed, "--proxy", "caddy", "--proxy-listen", "8403"], "--proxy-listen must be an address"],
  [
    [...needed, "--proxy", "haproxy", "--proxy-buffer", "16k"],
    "--proxy-buffer must be HAProxy's tune.bufsize",
  ],
  [[...needed, "--proxy", "nginx", "--proxy-listen", "h:1"], "--proxy-listen must be a loopback address"],
  [[...needed, "--proxy", "haproxy", "--proxy-listen", "h:1"], "--proxy-listen goes with --proxy"],
  [[...needed, "--proxy", "haproxy", "--layout", "pair"], "this --proxy needs --layout combined"],
  [[...needed, "--proxy", "traefik", "--traefik-responder", "h"], "--traefik-responder must be a URL"],
  [[...needed, "--pace", "1"], "--pace goes with --proxy"],
  [[...needed, "--tls-port", "70000"], "--tls-port must be a port"],
  [[...needed, "--http-port", "80"], "--http-port and --responder go with --tls-port"],
  [[...needed, "--tls-port", "1", "--responder", "http://r"], "--responder goes with --http-port"],
  [[...needed, "--nonsense"], "Unknown option '--nonsense'"],
])("%s", (argv, message) => {
  expect(() => parseEdgeOptions(argv)).toThrow(
    expect.toSatisfy((e) => e instanceof EdgeFault && e.message.startsWith(message)),
  );
});

test.each([
  [["--proxy", "haproxy"], "HAProxy"],
  [["--reload", "true", "--tls-port", "443"], "the proxy"],
  [["--tls-port", "443"], null],
  [["--proxy", "nginx"], null],
  [["--proxy", "caddy", "--keep", "100"], null],
])("who reads the files with %j", (more, reader) => {
  expect(parseEdgeOptions([...needed, ...more])?.plainFilesFor).toBe(reader);
});
