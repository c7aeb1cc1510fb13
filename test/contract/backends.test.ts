import { afterAll, describe, expect, it } from "@jest/globals";
import { type BackendParts, builtInRows } from "../../src/catalog.ts";
import { createCatalog } from "../../src/core/catalog.ts";
import { type AnyOp, type AnyPath, VaultError } from "../../src/framework/index.ts";
import { makeServer } from "../support/make-server.ts";
import { backendContract } from "./contract.ts";

/** The contract, held by every backend of the catalog and by core's own. */

/** A world in which every call to the outside fails as an outage would. */
const closed = (known: Readonly<Record<string, unknown>> = {}): unknown =>
  new Proxy(() => undefined, {
    get: (_, key) => {
      if (typeof key === "string" && Object.hasOwn(known, key)) return known[key];
      return key === "then" || typeof key === "symbol" ? undefined : closed();
    },
    apply: () => Promise.reject(new VaultError("upstream_failed")),
  });

// The parts are of types this file need not know: nothing in them is ever reached.
const outside = { aws: () => closed({ region: "us-east-1" }) };
const parts = new Proxy(outside, { get: (known, key) => Reflect.get(known, key) ?? (() => closed()) }) as BackendParts;

const rows = builtInRows(parts);
for (const row of rows) {
  const variants = row.type === "kv" ? [{}, { version: "2" }] : [{}];
  for (const mountOptions of variants) {
    const backend = await row.load(mountOptions);
    const name = [row.kind, row.type, ...Object.values(mountOptions)].join(" ");
    backendContract(name, backend, { run: true, mountOptions });
    it(`tells the catalog whether logins at ${name} are counted by name`, () =>
      expect(row.lockable ?? false).toBe(backend.lockoutName !== undefined));
  }
}

describe("the catalog", () => {
  it("has one path table for each variant of a type", async () => {
    const kv = rows.find((row) => row.type === "kv");
    const catalog = createCatalog(rows);
    const [one, old, two] = await Promise.all(
      [{}, { version: "1" }, { version: "2" }].map((options) => catalog.find("secret", "kv", options)),
    );
    expect(kv?.variant?.({ version: "2" })).toBe("2");
    expect([one === old, one === two]).toEqual([true, false]);
  });
  it("shows the table of a type that another function runs", async () => {
    const catalog = createCatalog(rows, () => false);
    expect(await catalog.find("auth", "approle", {})).toBeUndefined();
    expect((await catalog.table("auth", "approle", {}))?.type).toBe("approle");
  });
});

const server = await makeServer({ rows: [] });
afterAll(() => server.dynamo.close());
for (const { kind, type } of server.core.catalog.types) {
  const backend = await server.core.catalog.find(kind, type, {});
  if (backend) backendContract(`${kind} ${type}`, backend, { run: false });
}

/**
 * What Vault documents as needing `sudo`, where there is such a path here.
 * Source: https://developer.hashicorp.com/vault/docs/concepts/policies#root-protected-api-endpoints
 */
const DOCUMENTED = [
  /^auth\/token\/accessors/,
  /^sys\/audit(?:\/|$)/,
  /^sys\/auth\//,
  /^sys\/config\/(?:auditing\/|cors$|ui\/headers\/)/,
  /^sys\/leases(?:$|\/(?:lookup|revoke-force|revoke-prefix)\/)/,
  /^sys\/plugins\/catalog\//,
  /^sys\/(?:remount|rotate|rotate\/keyring|seal|step-down)$/,
  /^sys\/revoke-(?:force|prefix)\//,
];

describe("the paths that Vault documents as needing sudo", () => {
  it("need it here, in each operation that does something", async () => {
    const mounts = [
      ["sys/", await server.core.catalog.table("secret", "system", {})],
      ["auth/token/", await server.core.catalog.table("auth", "token", {})],
    ] as const;
    const open = mounts.flatMap(([at, backend]) =>
      (backend?.paths ?? []).flatMap((path: AnyPath) =>
        Object.entries<AnyOp | undefined>(path.ops)
          .filter(([, op]) => op?.access !== "sudo" && !op?.summary.startsWith("refuse"))
          .map(([verb]) => [verb, `${at}${path.template}`] as const)
          .filter(([, where]) => DOCUMENTED.some((pattern) => pattern.test(where))),
      ),
    );
    expect(open).toEqual([]);
  });
});
