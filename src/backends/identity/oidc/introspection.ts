import { z } from "zod";
import type { Core } from "../../../core/core.ts";
import { findEntity } from "../../../core/identity/find.ts";
import { type BackendContext, field, op, path } from "../../../framework/index.ts";
import { publishedKeys } from "./documents.ts";
import { identityIssuer } from "./issuer.ts";
import { ALGORITHMS } from "./keys.ts";

/** `identity/oidc/introspect`: whether an identity token is good now. */

const Answer = z.object({ active: z.boolean(), error: z.string().optional() });

const MAX_CHARACTERS = 65_536;

/** The texts of the library that Vault verifies with. */
const CLAIM_TEXTS: Readonly<Record<string, string>> = {
  iss: "invalid issuer claim (iss)",
  aud: "invalid audience claim (aud)",
  exp: "token is expired (exp)",
  nbf: "token not valid yet (nbf)",
  iat: "token issued in the future (iat)",
};
const claimProblem = (claim: string): string =>
  `error validating claims: go-jose/go-jose/jwt: validation failed, ${CLAIM_TEXTS[claim] ?? `invalid ${claim} claim`}`;

const SIGNATURE = "unable to validate the token signature";

/** The subject of a token that is good, or why it is not. */
const judge = async (core: Core, token: string, clientId: string, cx: BackendContext) => {
  const { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } = await import("jose");
  if (token.length > MAX_CHARACTERS) return { error: "error parsing token: it is too long" };
  try {
    decodeProtectedHeader(token);
  } catch {
    return { error: "error parsing token: it is not a JWS in its compact form" };
  }
  const keys = await publishedKeys(cx);
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [...keys] }), {
      algorithms: [...ALGORITHMS],
      issuer: await identityIssuer(core, cx.storage),
      ...(clientId === "" ? {} : { audience: clientId }),
      currentDate: new Date(core.clock.now()),
      requiredClaims: ["exp", "sub"],
    });
    return { subject: payload.sub ?? "" };
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) return { error: claimProblem("exp") };
    if (cause instanceof errors.JWTClaimValidationFailed) return { error: claimProblem(cause.claim) };
    if (cause instanceof errors.JOSEError) return { error: SIGNATURE };
    throw cause;
  }
};

const introspect = async (core: Core, token: string, clientId: string, cx: BackendContext) => {
  const judged = await judge(core, token, clientId, cx);
  if (judged.error !== undefined) return { active: false, error: judged.error };
  const entity = await findEntity(core, judged.subject);
  if (!entity) return { active: false, error: "entity was not found" };
  return entity.disabled ? { active: false, error: "entity is disabled" } : { active: true };
};

export const introspectionPaths = (core: Core) => [
  path("oidc/introspect", {
    summary: "whether identity tokens are good",
    params: {},
    ops: {
      update: op({
        summary: "tell whether an identity token is good, and its entity enabled",
        answers: { bare: Answer },
        input: z.object({
          token: field.text("The identity token."),
          client_id: field.text("The audience that it must have."),
        }),
        handle: async ({ input }, cx) => ({
          bare: await introspect(core, input.token ?? "", input.client_id ?? "", cx),
        }),
      }),
    },
  }),
];
