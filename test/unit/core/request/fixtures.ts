import { z } from "zod";
import type { CatalogRow } from "../../../../src/core/catalog.ts";
import { defineBackend, invalidRequest, op, path } from "../../../../src/framework/index.ts";
import type { JsonValue } from "../../../../src/std/json.ts";
import { seconds } from "../../../../src/std/time.ts";
import { createOutsideWorld, type OutsideWorld } from "../../../support/leased-backend.ts";
import { type MakeServerOptions, makeServer, type TestServer } from "../../../support/make-server.ts";
import { rowsWith } from "../leases/support.ts";

/** A server with a mount for each way in which a stage of the pipeline may go. */

const GRANT = { type: "credential", ttl: seconds(60), maxTtl: seconds(0), renewable: false, internal: {} };

const oddBackend = (revoked: () => void) =>
  defineBackend({
    kind: "secret",
    type: "odd",
    help: "Answers what other backends seldom do.",
    paths: [
      path("lists/{kind+}", {
        summary: "lists",
        params: { kind: "which" },
        ops: {
          list: op({
            summary: "list",
            answers: z.custom<JsonValue>(),
            handle: async ({ params }) => {
              if (params.kind.startsWith("null")) return { data: null };
              return { data: { keys: params.kind.startsWith("empty") ? [] : ["a"] } };
            },
          }),
        },
      }),
      path("made/{name}", {
        summary: "has a create and no update",
        params: { name: "its name" },
        ops: {
          create: op({
            summary: "answer what was prefetched",
            answers: z.object({ had: z.boolean() }),
            prefetch: ({ params }, view) => [view.at(`made/${params["name"]}`)],
            handle: async ({ params }, cx) => ({
              data: { had: (await cx.storage.get(cx.storage.at(`made/${params.name}`))) !== undefined },
            }),
          }),
        },
      }),
      path("fails/{how}", {
        summary: "fails after it asked for a lease",
        params: { how: "as what" },
        ops: {
          read: op({
            summary: "fail",
            answers: "nothing",
            handle: async ({ params }, cx) => {
              await cx.pend(GRANT);
              if (params.how === "refused") throw invalidRequest("it is refused");
              throw new Error("nobody knows");
            },
          }),
        },
      }),
    ],
    leases: {
      credential: {
        revoke: async () => {
          revoked();
        },
      },
    },
  });

const oddRow = (revoked: () => void): CatalogRow => ({
  kind: "secret",
  type: "odd",
  home: "dynamic",
  leases: true,
  load: async () => oddBackend(revoked),
});

export interface Pipeline {
  readonly server: TestServer;
  readonly world: OutsideWorld;
  /** How many leases of `odd/` were revoked. */
  readonly revoked: () => number;
  /** A token with these policies' text, made by root. */
  tokenWith(policy: string, more?: object): Promise<string>;
}

export const pipelineServer = async (more: MakeServerOptions = {}): Promise<Pipeline> => {
  const world = createOutsideWorld();
  let revoked = 0;
  const odd = oddRow(() => {
    revoked += 1;
  });
  const server = await makeServer({ rows: [...rowsWith(world), odd], ...more });
  for (const [at, type] of [
    ["s", "kv"],
    ["db", "leased"],
    ["odd", "odd"],
  ]) {
    await server.call("POST", `sys/mounts/${at}`, { body: { type } });
  }
  await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
  let made = 0;
  return {
    server,
    world,
    revoked: () => revoked,
    tokenWith: async (policy, body = {}) => {
      made += 1;
      await server.call("PUT", `sys/policies/acl/made-${made}`, { body: { policy } });
      const answer = await server.call("POST", "auth/token/create", { body: { policies: [`made-${made}`], ...body } });
      return (answer.body["auth"] as { client_token: string }).client_token;
    },
  };
};
