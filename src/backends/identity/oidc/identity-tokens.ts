import { z } from "zod";
import type { Core } from "../../../core/core.ts";
import { callerOf } from "../../../core/request/context.ts";
import { type BackendContext, invalidRequest, op, path } from "../../../framework/index.ts";
import { writeJson } from "../../../std/json.ts";
import { shown } from "../../../std/shown.ts";
import { epochSeconds } from "../../../std/time.ts";
import { parseClaims } from "./claims.ts";
import { identityIssuer } from "./issuer.ts";
import { signWith } from "./keys.ts";
import { allows, NAMESPACE, readRole } from "./model.ts";
import { signingKey } from "./rotation.ts";
import { subjectOf } from "./subject.ts";

/** `identity/oidc/token/:name`: a signed statement about the caller's entity, for those who trust this server. */

const Answer = z.object({
  token: z.string().describe("the identity token, a JWT"),
  client_id: z.string().describe("its audience"),
  ttl: z.number().describe("seconds"),
});

const tokenFor = async (core: Core, name: string, cx: BackendContext) => {
  const role = await readRole(cx.storage, name);
  if (!role) throw invalidRequest(`role ${shown(name)} not found`);
  const key = await signingKey(role.key, cx);
  if (!key?.signing) throw invalidRequest(`key ${shown(role.key)} not found`);
  if (!allows(key.allowed_client_ids, role.client_id)) {
    throw invalidRequest(
      `the key ${shown(role.key)} does not list the client ID of the role ${shown(name)} as an allowed client ID`,
    );
  }
  const { entity } = callerOf(cx);
  if (!entity) throw invalidRequest("no entity associated with the request's token");
  const now = epochSeconds(core.clock.now());
  const claims = {
    ...parseClaims(role.template).fill(subjectOf(core, entity)),
    iss: await identityIssuer(core, cx.storage),
    namespace: NAMESPACE,
    sub: entity.id,
    aud: role.client_id,
    iat: now,
    exp: now + role.ttl,
  };
  return { token: await signWith(key.signing, writeJson(claims)), client_id: role.client_id, ttl: role.ttl };
};

export const identityTokenPaths = (core: Core) => [
  path("oidc/token/{name}", {
    summary: "identity tokens of a role",
    params: { name: "name of the role" },
    ops: {
      read: op({
        summary: "sign an identity token of the caller's entity",
        answers: Answer,
        handle: async ({ params }, cx) => ({ data: await tokenFor(core, params.name, cx) }),
      }),
    },
  }),
];
