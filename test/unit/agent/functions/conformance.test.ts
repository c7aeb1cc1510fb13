import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { TemplateError, wellFormed } from "../../../../src/go-template/index.ts";
import { parseJson } from "../../../../src/std/json.ts";
import { outcome, render, type World } from "./world.ts";

/** What consul-template made of the same templates; `test/vectors/agent-functions/record.go` recorded it. */
const folder = "test/vectors/agent-functions/";
const read = (name: string): string => readFileSync(folder + name, "utf8");
const cases = z.array(z.tuple([z.string(), z.string().nullable()]));
const recorded = z.object({ templates: cases, sockaddr: cases }).parse(JSON.parse(read("recorded.json")));
const found = parseJson(read("world.json")) as unknown as World;
/** It was recorded in UTC. */
const world: World = { ...found, env: { ...found.env, TZ: "UTC" } };

const device = z.object({
  name: z.string(),
  index: z.number(),
  mtu: z.number(),
  flags: z.array(z.string()),
  addresses: z.array(z.string()),
});
const interfaces = z
  .array(device)
  .parse(JSON.parse(read("network.json")))
  .map((one) => ({
    ...one,
    addresses: one.addresses.map((text) => {
      const [address = "", prefix] = text.split("/");
      return { address, prefix: Number(prefix) };
    }),
  }));

/** Documents without a value, which Go's library refuses and ours reads as nothing. */
const LENIENT = new Set(
  ["...", ":", ": a", "%a", "\t"].map((text) => `{{ parseYAML ${JSON.stringify(text)} | printf "%#v" }}`),
);

describe("functions compared with consul-template", () => {
  it("make the same of every recorded template, byte by byte, or fail as it does", async () => {
    const differing: unknown[] = [];
    for (const [template, wanted] of recorded.templates) {
      const made = await outcome(template, world);
      // The recording has U+FFFD for bytes that are not text.
      if (made !== wanted && (made === null || wellFormed(made) !== wanted) && !LENIENT.has(template))
        differing.push({ template, wanted, made });
    }
    expect(differing).toEqual([]);
    expect(recorded.templates.length).toBeGreaterThan(2900);
  });

  it.each(recorded.sockaddr)("sockaddr %s", async (source, wanted) => {
    const made = await outcome(`{{ sockaddr ${JSON.stringify(source)} }}`, { network: { interfaces } });
    expect(made).toBe(wanted);
  });

  it("see dates in the zone that the environment names", async () => {
    const template = '{{ sprig_date "15:04 MST" 0 }} {{ sprig_toDate "2006-01-02" "2021-07-01" }}';
    expect(await render(template, { env: { TZ: ":America/New_York" } })).toBe(
      "19:00 EST 2021-07-01 00:00:00 -0400 EDT",
    );
    expect(await render(template, { env: { TZ: "No/Where" } })).toBe("00:00 UTC 2021-07-01 00:00:00 +0000 UTC");
  });

  it("fail with errors of templates only", async () => {
    await expect(render("{{ nope }}", world)).rejects.toBeInstanceOf(TemplateError);
  });

  it.each([
    ["GetPrivateIP", "10.1.2.3"],
    ["GetPublicIP", "93.184.216.34"],
    ["GetPrivateIPs", "100.64.0.1 172.16.0.9 10.1.2.3 10.1.2.4"],
    ["GetPublicIPs", "93.184.216.34 2606:2800:220:1::1946"],
    ['GetInterfaceIP "eth1"', "172.16.0.9"],
    ['GetInterfaceIPs "eth0"', "10.1.2.3 10.1.2.4 fe80::42:acff:fe11:2 2001:db8:1::5"],
    ['GetDefaultInterfaces | join "address" " "', "10.1.2.3 10.1.2.4 fe80::42:acff:fe11:2 2001:db8:1::5"],
    ['GetPrivateInterfaces | sort "default,type,size" | limit 1 | attr "address"', "10.1.2.3"],
    ['GetPublicInterfaces | include "type" "ipv4" | join "address" " "', "93.184.216.34"],
    ['GetAllInterfaces | include "name" "lo" | include "type" "ipv4" | attr "address"', "127.0.0.1"],
  ])("sockaddr asks this machine: %s", async (source, wanted) => {
    const network = { interfaces, defaultInterface: "eth0" };
    expect(await render(`{{ sockaddr ${JSON.stringify(source)} }}`, { network })).toBe(wanted);
  });
});
