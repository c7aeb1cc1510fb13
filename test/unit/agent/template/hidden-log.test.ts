import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Level } from "../../../../src/agent/contract.ts";
import { HiddenLog } from "../../../../src/agent/template/hidden-log.ts";
import { prepareTemplates } from "../../../../src/agent/template/index.ts";
import { agentConfig, template } from "../support/config.ts";
import { answer, createScripted, mount, refuse, version } from "../support/scripted.ts";
import { createTokens, createWorld, type World } from "../support/world.ts";

const LEVELS: readonly Level[] = ["trace", "debug", "info", "warn", "error"];

describe("a log that hides", () => {
  it.each(LEVELS)("takes every text through it at %s, those of fields and of named logs too", (level) => {
    const world = createWorld();
    const log = new HiddenLog(world.surroundings.log, (text) => text.replaceAll("canary", "[redacted]"));
    log[level]("a canary", { path: "b/canary", attempt: 1 });
    log.named("x")[level]("a canary");
    expect(world.lines).toEqual([
      { level, message: "a [redacted]", fields: { path: "b/[redacted]", attempt: 1 } },
      { level, message: "a [redacted]", fields: {} },
    ]);
  });

  it("shows nothing where nobody can tell what is secret", () => {
    const world = createWorld();
    new HiddenLog(world.surroundings.log, () => undefined).warn("a canary", { path: "canary" });
    expect(world.lines).toEqual([{ level: "warn", message: "[redacted]", fields: { path: "[redacted]" } }]);
  });
});

/** What the secret says; the path of everything else is made of it. */
const [FIRST, SECOND] = ["canary-one-7f3a91", "canary-two-5d20bb"];

describe("V67: no line of any level shows what a template made of a secret's value", () => {
  let folder: string;
  let world: World;
  let value: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hidden-"));
    world = createWorld({}, 0.5, true);
    value = FIRST;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const made = (inner: string): string => `{{ with secret "secret/app" }}${inner}{{ end }}`;
  const under = (mounted: string): string => `(printf "${mounted}/%s" .Data.data.v)`;

  const open = () =>
    createScripted(({ path, method, body }) => {
      if (path.startsWith("sys/internal/ui/mounts/secret")) return mount("secret/");
      if (path.startsWith("sys/internal/ui/mounts/other")) return mount("other/", "database");
      if (path.startsWith("sys/internal")) return refuse(403, `no ${path}`);
      if (path === "secret/data/app") return version({ v: value });
      if (path === "sys/leases/renew") return refuse(400, `no ${JSON.stringify(body)}`);
      if (path.startsWith("other/lease/")) {
        return answer({ v: "x" }, { lease_id: path, lease_duration: 100, renewable: true });
      }
      if (method === "LIST") return refuse(500, `cannot list ${path}`);
      return answer({ v: "x" }, { warnings: [`${path} is old, ${JSON.stringify(body ?? null)}`] });
    });

  it.each<[string, string, RegExp]>([
    ["a mount that may not be asked about", made("{{ secret .Data.data.v }}"), /the kind of the mount is not told/],
    ["a warning about a read", made(`{{ secret ${under("other")} }}`), /vault\.read\(other\/\[redacted\]\): other/],
    ["a warning about KV", made(`{{ secret ${under("secret")} }}`), /vault\.read\(secret\/\[redacted\]\): secret/],
    ["a warning about a write", made(`{{ secret ${under("other")} (printf "a=%s" .Data.data.v) }}`), /vault\.write/],
    ["a lease that is not renewed", made(`{{ secret ${under("other/lease")} }}`), /the lease is no longer renewed/],
    ["a list that fails", made(`{{ secrets ${under("other")} }}`), /vault\.list\(other\/\[redacted\]\): cannot list/],
    ["a certificate", made(`{{ pkiCert ${under("other")} "common_name=a" }}`), /vault\.pki.*holds no certificate/],
    ["a file that is not there", made(`{{ file ${under("/none")} }}`), /file\(\/none\/\[redacted\]\): open/],
  ])("%s", async (_, contents, expected) => {
    const config = agentConfig({ templates: [template(join(folder, "a"), contents)] });
    const tokens = createTokens();
    const part = prepareTemplates(config, world.surroundings)(open().client, tokens);
    part.ended.catch(() => undefined);
    tokens.give("token-1");
    await world.pass(200_000);
    // What was asked with the old value is on its way, or tried again, while the new one comes.
    value = SECOND;
    await world.pass(700_000);
    const stopped = part.stop();
    await world.pass(10_000);
    await stopped;
    expect(world.lines.map(({ message, fields }) => `${message} ${fields["path"] ?? ""}`).join("\n")).toMatch(expected);
    expect(world.log()).not.toMatch(/canary|7f3a91|5d20bb/);
  });
});
