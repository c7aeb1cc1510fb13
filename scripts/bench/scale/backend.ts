import { z } from "zod";
import { AnyObject, type Backend, defineBackend, field, op, path } from "../../../src/framework/index.ts";
import { seconds } from "../../../src/std/time.ts";

/** An engine that leases nothing anybody uses, and an auth method that believes everybody, with the groups they claim. */

const creds = path("creds/{role}", {
  summary: "a lease",
  params: { role: "name of the role" },
  ops: {
    read: op({
      summary: "lease something",
      answers: AnyObject,
      handle: async ({ params }, cx) => {
        const grant = { ttl: seconds(3600), maxTtl: seconds(7200), renewable: true };
        const lease = await cx.pend({ type: "credential", ...grant, internal: { role: params.role } });
        return { data: { role: params.role }, lease };
      },
    }),
  },
});

const login = path("login/{name}", {
  summary: "a login",
  params: { name: "who it is" },
  ops: {
    update: op({
      summary: "log in",
      answers: "login",
      access: "unauthenticated",
      input: z.object({ groups: field.commaList("groups of the caller") }),
      handle: async ({ params, input }) => ({
        auth: {
          displayName: params.name,
          token: { policies: ["app"], ttl: seconds(3600) },
          metadata: {},
          alias: { name: params.name },
          ...(input.groups && { groupAliases: input.groups }),
          renewable: true,
        },
      }),
    }),
  },
});

export const engine: Backend = defineBackend({
  kind: "secret",
  type: "bench",
  help: "For the benchmark.",
  paths: [creds],
  leases: {
    credential: {
      renew: async ({ type, internal }, ttl) => ({ type, ttl, maxTtl: seconds(7200), renewable: true, internal }),
      revoke: async () => undefined,
    },
  },
});

export const method: Backend = defineBackend({
  kind: "auth",
  type: "bench",
  help: "For the benchmark.",
  paths: [login],
});
