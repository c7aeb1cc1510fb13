import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { type Backend, defineBackend, field, op, path, VaultError } from "../../src/framework/index.ts";
import { accessList, runEverything } from "./contract.ts";

/** The contract must be able to fail: each fault it looks for, planted. */

const backend = (handle: Parameters<typeof op>[0]["handle"], access?: "sudo"): Backend =>
  defineBackend({
    kind: "secret",
    type: "planted",
    help: "Planted faults.",
    paths: [
      path("thing/{name}", {
        summary: "things",
        params: { name: "which" },
        ops: {
          update: op({
            summary: "write a thing",
            ...(access ? { access } : {}),
            input: z.object({ size: field.integer("how large") }),
            answers: [z.object({ size: z.number() }), "nothing"],
            handle: handle as never,
          }),
        },
      }),
    ],
  });

const found = async (handle: Parameters<typeof op>[0]["handle"]) => {
  const { faults, strayed } = await runEverything(backend(handle), { run: true });
  return [faults.length > 0, strayed.length > 0];
};

describe("the contract of backends", () => {
  it("has nothing against a sound backend", async () =>
    expect(await found(async () => ({ data: { size: 1 } }))).toEqual([false, false]));
  it("has nothing against a listed error", async () =>
    expect(
      await found(async () => {
        throw new VaultError("invalid_request", { wire: "no" });
      }),
    ).toEqual([false, false]));
  it("finds an exception that is not a VaultError", async () =>
    expect(
      await found(async () => {
        throw new TypeError("x is undefined");
      }),
    ).toEqual([true, false]));
  it("finds an answer of another shape than declared", async () =>
    expect(await found(async () => ({ data: { size: "large" } }))).toEqual([true, false]));
  it("finds a write outside of the view, which the view refuses as well", async () =>
    expect(
      await found(async (_, { storage }) => {
        const address = { ...storage.at("x"), pk: "data#another" };
        await storage.write([{ op: "put", address, body: {}, when: "any" }]);
        return undefined;
      }),
    ).toEqual([true, true]));
  it("lists what is open or needs sudo", () =>
    expect(accessList(backend(async () => undefined, "sudo"))).toEqual(["sudo: update thing/{name}"]));
});
