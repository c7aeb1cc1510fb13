import { z } from "zod";
import { AUDITED_HEADER, auditedHeaders } from "../../audit/headers.ts";
import type { Core } from "../../core/core.ts";
import { field, folded, invalidRequest, op, path } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";

/**
 * `sys/config/auditing/request-headers`: which request headers the audit log shows, hashed or in clear. It shows no
 * others.
 */

/** Headers that carry the token never reach the audit log, so they cannot be configured either. */
const NEVER = new Set(["x-vault-token", "authorization"]);

export const requestHeaderPaths = (core: Core) => {
  const all = async (): Promise<JsonObject> => auditedHeaders(await core.config.snapshot());
  const put = (name: string, value: JsonObject | undefined) => core.config.putRow(AUDITED_HEADER, name, value);

  return [
    path("config/auditing/request-headers", {
      summary: "the request headers that are audited",
      dataInFront: true,
      params: {},
      ops: {
        read: op({
          summary: "list the audited request headers",
          answers: z.object({ headers: z.record(z.string(), z.unknown()) }),
          access: "sudo",
          handle: async () => ({ data: { headers: await all() } }),
        }),
      },
    }),
    path("config/auditing/request-headers/{header:any}", {
      summary: "an audited request header",
      dataInFront: true,
      params: { header: folded("case", "name of the header, in any case") },
      ops: {
        read: op({
          summary: "read how a header is audited",
          answers: z.record(z.string(), z.unknown()),
          access: "sudo",
          handle: async ({ params, given }) => {
            const found = (await all())[params.header];
            if (found === undefined) throw invalidRequest("Could not find header in config");
            return { data: { [given.header]: found } };
          },
        }),
        update: op({
          summary: "audit a header",
          answers: "nothing",
          access: "sudo",
          input: z.object({ hmac: field.flag("hash its values") }),
          handle: async ({ params, input }) => {
            const name = params.header;
            if (NEVER.has(name)) throw invalidRequest("headers that carry a token cannot be audited");
            await put(name, { hmac: input.hmac ?? false });
            return undefined;
          },
        }),
        delete: op({
          summary: "stop auditing a header",
          answers: "nothing",
          access: "sudo",
          handle: async ({ params }) => {
            const name = params.header;
            if ((await all())[name] !== undefined) await put(name, undefined);
            return undefined;
          },
        }),
      },
    }),
  ];
};
