import { instant, seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { Circuit } from "./circuit.ts";

const pause = seconds(30);

function place() {
  const time = { now: 0, asked: 0 };
  const circuit = new Circuit({ now: () => instant(time.now) }, pause);
  const ask = (answer: string) =>
    circuit.ask(
      async () => {
        time.asked += 1;
        return answer;
      },
      (each) => each === "away",
    );
  return { time, circuit, ask };
}

test("after a failure nobody asks until the pause is over, and then all do where the first was answered", async () => {
  const { time, ask } = place();
  expect(await ask("here")).toBe("here");
  expect(await ask("away")).toBe("away");
  time.now = pause - 1;
  expect(await ask("here")).toBeNull();
  time.now = pause;
  expect(await ask("away")).toBe("away");
  expect(await ask("here")).toBeNull();
  time.now = 2 * pause;
  expect(await ask("here")).toBe("here");
  expect(await Promise.all([ask("here"), ask("here")])).toEqual(["here", "here"]);
  expect(time.asked).toBe(6);
});

test("while one tries the others are spared; one that broke off leaves the try to the next", async () => {
  const { time, circuit, ask } = place();
  await ask("away");
  time.now = pause;
  const { promise, reject } = Promise.withResolvers<string>();
  const trying = circuit.ask(
    () => promise,
    () => true,
  );
  expect(await ask("here")).toBeNull();
  reject(new Error("the process stops"));
  await expect(trying).rejects.toThrow("stops");
  expect(await ask("here")).toBe("here");
});
