import type { AwsAuthParts } from "../../../../src/auth/aws/backend.ts";
import { builtInRows } from "../../../../src/catalog.ts";
import type { Sweep } from "../../../../src/core/leases/types.ts";
import type { Tick } from "../../../../src/core/schedule/types.ts";
import { sweeperMarkAddress } from "../../../../src/storage/index.ts";
import { createKiller, type Killer } from "../../../support/crash.ts";
import { createOutsideWorld, leasedRow, type OutsideWorld } from "../../../support/leased-backend.ts";
import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";

/** A server with a mount `db/` that leases credentials of a world the test looks into. */

export interface Stage {
  readonly server: TestServer;
  readonly world: OutsideWorld;
  readonly killer: Killer;
  /** A credential; `token`: for whom. */
  issue(
    token?: string,
    mount?: string,
  ): Promise<{ readonly id: string; readonly name: string; readonly answer: Answered }>;
  child(body: object): Promise<string>;
  sweep(): Promise<Sweep>;
  /** Everything that is due by the clock. */
  tick(): Promise<Tick>;
  wait(seconds: number): void;
  /** As if the sweeper had run all along until now. */
  sweptSoFar(): Promise<void>;
  lookup(id: string): Promise<Answered>;
}

const noAws = (): AwsAuthParts => {
  throw new Error("these tests know no AWS");
};

export const rowsWith = (world: OutsideWorld) => [
  ...builtInRows({ aws: noAws }).filter((row) => row.type === "kv" || row.type === "userpass"),
  leasedRow(world),
];

export const setStage = async (): Promise<Stage> => {
  const world = createOutsideWorld();
  const killer = createKiller();
  const server = await makeServer({ rows: rowsWith(world), crash: killer.crash });
  await server.call("POST", "sys/mounts/db", { body: { type: "leased" } });
  await server.call("POST", "sys/policies/acl/creds", {
    body: {
      policy: 'path "+/creds/*" { capabilities = ["read"] } path "auth/token/create" { capabilities = ["update"] }',
    },
  });
  return {
    server,
    world,
    killer,
    issue: async (token, mount = "db") => {
      const answer = await server.call("GET", `${mount}/creds/app`, token === undefined ? {} : { token });
      return { id: String(answer.body["lease_id"] ?? ""), name: String(answer.data["name"] ?? ""), answer };
    },
    child: async (body) => {
      const answer = await server.call("POST", "auth/token/create", { body: { policies: ["creds"], ...body } });
      return (answer.body["auth"] as { client_token: string }).client_token;
    },
    sweep: () => server.core.leases.sweep(server.clock.now() + 60_000),
    tick: () => server.core.schedule.tick(server.clock.now() + 60_000),
    wait: (seconds) => server.clock.advance(seconds * 1000),
    sweptSoFar: async () => {
      const at = Math.floor(server.clock.now() / 1000);
      await server.core.store.write([{ op: "put", address: sweeperMarkAddress, body: { at }, when: "any" }]);
    },
    lookup: (id) => server.call("POST", "sys/leases/lookup", { body: { lease_id: id } }),
  };
};
