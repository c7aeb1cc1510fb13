import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { createCatalog } from "../../src/core/catalog.ts";
import { makeServer } from "../support/make-server.ts";

/**
 * Core, the audit log and HTTP treat backends alike: what is special about one is in its path table or in its row
 * of the catalog. So none of them names a type or one of its paths, but for the places below.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const ROOMS = ["src/core", "src/audit", "src/http"];

/** Where a name is not knowledge of a backend, and why. */
const ALLOWED: Readonly<Record<string, { readonly why: string; readonly names: readonly string[] }>> = {
  "src/core/config/initialize.ts": {
    why: "makes the mounts every server has, and root tokens as the token method would have",
    names: [
      "system",
      "sys/",
      "cubbyhole",
      "cubbyhole/",
      "identity",
      "identity/",
      "auth/token/",
      "auth/token/root",
      "auth/token/create",
    ],
  },
  "src/core/config/bootstrap.ts": { why: "the mount that answers before there is any", names: ["system", "sys/"] },
  "src/core/quotas/rules.ts": {
    why: "Vault's default of a setting that operators see and change",
    names: [
      "sys/generate-recovery-token/attempt",
      "sys/generate-recovery-token/update",
      "sys/generate-root/attempt",
      "sys/generate-root/update",
      "sys/health",
      "sys/seal-status",
      "sys/unseal",
    ],
  },
  "src/core/operator.ts": {
    why: "the names of orders in the audit log",
    names: ["sys/init", "sys/generate-root", "sys/unseal"],
  },
  "src/http/decode.ts": { why: "a content encoding; a format of wrapping tokens", names: ["identity", "jwt"] },
  "src/core/request/decoded.ts": { why: "a format of wrapping tokens", names: ["jwt"] },
  "src/core/mfa/registry.ts": { why: "a kind of second factor", names: ["totp"] },
  "src/core/mfa/types.ts": { why: "a kind of second factor", names: ["totp"] },
  "src/core/tokens/types.ts": { why: "a format of wrapping tokens", names: ["jwt"] },
};

const CORE_PATHS = ["sys/", "cubbyhole/", "identity/", "auth/token/"];

const filesIn = (room: string): readonly string[] =>
  readdirSync(`${root}/${room}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${room}/${name}`);

/** Texts in quotes; comments and imports are left out. */
const literalsIn = (source: string): readonly string[] => {
  const code = source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^(?:import|export)[^;]*? from "[^"]*";$/gm, "");
  return [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].map(
    ([, plain, template]) => plain ?? template ?? "",
  );
};

const server = await makeServer();
const types = server.core.catalog.types.map(({ type }) => type).filter((type) => type !== "token");
await server.dynamo.close();

/** `token` is left out: tokens are core's own business, and a domain of keys has that name. */
const isName = (text: string): boolean =>
  types.includes(text) || CORE_PATHS.some((prefix) => text.startsWith(prefix) && !text.includes(" "));

const named = ROOMS.flatMap(filesIn).flatMap((file) =>
  literalsIn(readFileSync(`${root}/${file}`, "utf8"))
    .filter(isName)
    .map((name) => ({ file, name })),
);

describe("core, audit and http", () => {
  it("are read: there are names where they are allowed", () => expect(named.length).toBeGreaterThan(5));
  it("name no backend and none of its paths", () =>
    expect(named.filter(({ file, name }) => !ALLOWED[file]?.names.includes(name))).toEqual([]));
  it("would be found out: a branch on a type, a list of paths", () => {
    const planted = 'if (mount.info.type === "cubbyhole") x(); const LIST = new Set(["sys/mounts"]);';
    expect(literalsIn(planted).filter(isName)).toEqual(["cubbyhole", "sys/mounts"]);
  });
  it("know the types by the catalog alone", () => expect(createCatalog([]).types).toEqual([]));
});
