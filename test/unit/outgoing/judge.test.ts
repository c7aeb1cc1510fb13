import { describe, expect, it } from "@jest/globals";
import { AddressRefused, createGuard, judgeHost, PUBLIC, type Resolve } from "../../../src/outgoing/index.ts";

const judge = (host: string, resolve: Resolve) => judgeHost(createGuard(PUBLIC, resolve), host);

describe("a host that an operator writes down", () => {
  it.each([
    ["one.one.one.one", ["1.1.1.1"]],
    ["1.1.1.1", []],
    ["[2606:4700:4700::1111]", []],
  ])("%s may be dialled", async (host, addresses) => {
    await expect(judge(host, async () => addresses)).resolves.toBeUndefined();
  });

  it.each([
    ["metadata.example.com", ["1.1.1.1", "169.254.169.254"]],
    ["nothing.example.com", []],
    ["127.0.0.1", ["1.1.1.1"]],
    ["[::1]", ["1.1.1.1"]],
    ["[::ffff:10.0.0.1]", ["1.1.1.1"]],
    ["2130706433", ["1.1.1.1"]],
  ])("V10: %s may not", async (host, addresses) => {
    await expect(judge(host, async () => addresses)).rejects.toThrow(AddressRefused);
  });

  it("passes where nobody knows its name yet", async () => {
    await expect(judge("later.example.com", () => Promise.reject(new Error("no such host")))).resolves.toBeUndefined();
  });
});
