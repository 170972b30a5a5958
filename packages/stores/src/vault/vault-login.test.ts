import { expect, test } from "vitest";
import { vaultLogin, vaultPath } from "./vault-login.ts";

const none = { tokenFile: null, roleIdFile: null, secretIdFile: null, kubernetesRole: null, authMount: null };

test.each([
  [{ tokenFile: "/t" }, { kind: "token", file: "/t" }],
  [
    { roleIdFile: "/r", secretIdFile: "/s" },
    { kind: "approle", mount: "approle" },
  ],
  [
    { roleIdFile: "/r", secretIdFile: "/s", authMount: "hosts" },
    { kind: "approle", mount: "hosts" },
  ],
  [{ kubernetesRole: "edge" }, { kind: "kubernetes", role: "edge", mount: "kubernetes" }],
])("%j is a way to log in", (wish, login) => {
  expect(vaultLogin({ ...none, ...wish })).toMatchObject(login);
});

test.each([
  [{}],
  [{ roleIdFile: "/r" }],
  [{ secretIdFile: "/s" }],
  [{ tokenFile: "/t", kubernetesRole: "edge" }],
  [{ tokenFile: "/t", secretIdFile: "/s" }],
  [{ roleIdFile: "/r", secretIdFile: "/s", kubernetesRole: "edge" }],
])("%j is none", (wish) => {
  expect(vaultLogin({ ...none, ...wish })).toBeNull();
});

test.each([
  ["secret", "secret"],
  ["/customers/tls/", "customers/tls"],
  ["", null],
  ["../sys", null],
  ["a//b", null],
  ["a?b", null],
  ["a%2fb", null],
])("the path %j is %j", (text, path) => {
  expect(vaultPath(text)).toBe(path);
});
