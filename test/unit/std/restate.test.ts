import { expect, it } from "@jest/globals";
import { restate } from "../../../src/std/restate.ts";

class Slip extends Error {}
const say = (cause: Slip): Error => new Error(`refused: ${cause.message}`, { cause });
const failing = (error: Error) => () =>
  restate(Slip, say, () => {
    throw error;
  });

it("an error of the kind leaves as it is put", () => expect(failing(new Slip("x"))).toThrow("refused: x"));
it("any other error leaves as it is", () => {
  const fault = new TypeError("x");
  expect(failing(fault)).toThrow(fault);
});
it("an answer is passed on", () => expect(restate(Slip, say, () => 7)).toBe(7));
