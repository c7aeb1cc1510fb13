import { afterAll } from "@jest/globals";
import { type BackendParts, builtInRows } from "../../src/catalog.ts";
import { VaultError } from "../../src/framework/index.ts";
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
  }
}

const server = await makeServer({ rows: [] });
afterAll(() => server.dynamo.close());
for (const { kind, type } of server.core.catalog.types) {
  const backend = await server.core.catalog.find(kind, type, {});
  if (backend) backendContract(`${kind} ${type}`, backend, { run: false });
}
