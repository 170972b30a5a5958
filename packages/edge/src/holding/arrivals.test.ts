import { expect, test } from "vitest";
import { Arrivals } from "./arrivals.ts";

const never = new AbortController().signal;
const far = () => Date.now() + 60_000;

test("only who waits for a name, or is under its wildcard, is woken", async () => {
  const arrivals = new Arrivals();
  const stop = new AbortController();
  const woken: string[] = [];
  const wait = (name: string) => arrivals.at(name, far(), stop.signal).then(() => woken.push(name));
  const waits = ["a.example.com", "a.example.com", "b.example.com", "c.example.org"].map(wait);
  arrivals.tell(["a.example.com", "x.example.net"]);
  await Promise.all(waits.slice(0, 2));
  expect(woken).toEqual(["a.example.com", "a.example.com"]);
  arrivals.tell(["*.example.com"]);
  await waits[2];
  expect(woken).toEqual(["a.example.com", "a.example.com", "b.example.com"]);
  stop.abort();
  await Promise.all(waits);
  expect(woken.at(-1)).toBe("c.example.org");
});

test("it is given up at its instant", async () => {
  await new Arrivals().at("a.example.com", Date.now() + 5, never);
});
