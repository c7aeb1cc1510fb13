import { networkInterfaces } from "node:os";
import { describe, expect, it } from "@jest/globals";
import { fillAddresses } from "../../../src/agent/addresses.ts";
import type { ListenerConfig } from "../../../src/agent/config/model.ts";

const listener = (address: string, type: ListenerConfig["type"] = "tcp"): ListenerConfig => ({
  type,
  address,
  requireRequestHeader: false,
  role: "default",
  enableQuit: false,
  socket: {},
});
const filled = async (address: string, type?: ListenerConfig["type"]): Promise<string | undefined> =>
  (await fillAddresses([listener(address, type)]))[0]?.address;

const loopback = Object.entries(networkInterfaces()).find(([, list]) =>
  list?.some(({ address }) => address === "127.0.0.1"),
)?.[0];

describe("an address of a listener", () => {
  it("names an interface of this machine", async () => {
    const name = `{{ GetAllInterfaces | include "name" "^${loopback}$" | include "type" "IPv4" | attr "address" }}`;
    expect(await filled(`${name}:8100`)).toBe("127.0.0.1:8100");
  });

  it("is as it is written otherwise, and so is the path of a socket", async () => {
    expect(await filled("127.0.0.1:8100")).toBe("127.0.0.1:8100");
    expect(await filled("/run/{{ x }}.sock", "unix")).toBe("/run/{{ x }}.sock");
  });

  it.each([
    ["{{ Nope }}:1", "unable to parse address template"],
    ["{{ if }}", "unable to parse address template"],
    ['{{ printf "1.2.3.4 5.6.7.8" }}', "multiple addresses found"],
  ])("is refused where it is not one: %s", async (address, says) => {
    await expect(filled(address)).rejects.toThrow(`Error starting listener: ${says}`);
  });
});
