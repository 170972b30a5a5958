import { isForTenants, type Operation, operations } from "@certmill/api";
import { expect, test } from "vitest";
import { mayCall, roles } from "./may-call.ts";

const all: readonly Operation[] = Object.values(operations);

test("an admin may call all that is for people; a role may what those below it may", () => {
  for (const operation of all) {
    const by = roles.map((role) => Number(mayCall({ role, tenant: null }, operation)));
    expect(by.at(-1), operation.id).toBe(Number(operation.role !== null));
    expect(
      by.toSorted((a, b) => a - b),
      operation.id,
    ).toEqual(by);
  }
});

test("somebody of a tenant may call what a tenant's token may, and what is about their own session", () => {
  for (const operation of all) {
    const may = mayCall({ role: "admin", tenant: "shop" }, operation);
    expect(may, operation.id).toBe(operation.role !== null && isForTenants(operation));
  }
});

test("a viewer changes nothing", () => {
  const changing = all.filter(({ method, id }) => method !== "GET" && id !== "signOut" && id !== "makePlan");
  const open = changing.filter((operation) => mayCall({ role: "viewer", tenant: null }, operation));
  expect(open.map(({ id }) => id)).toEqual([]);
});
