import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { authorise, spendOrRefused } from "../../core/request/authorise.ts";
import { ownRequest, requestOf } from "../../core/request/context.ts";
import type { WrappedAnswer } from "../../core/tokens/types.ts";
import {
  type BackendContext,
  field,
  invalidRequest,
  op,
  path,
  permissionDenied,
  VaultError,
} from "../../framework/index.ts";
import type { AccessRequest } from "../../policy/index.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { rfc3339 } from "../../std/time.ts";

/**
 * `sys/wrapping/*`: wrap, look at, unwrap and rewrap. Unwrapping and looking up need no other token: the wrapping token
 * is the right to do so. Rewrapping needs both.
 *
 * Security: a body token is unwrapped only for a caller whose policies allow it; consuming is one conditional delete.
 */

const INVALID = "wrapping token is not valid or does not exist";
const notValid = (): VaultError => new VaultError("wrapping_token_invalid", { wire: INVALID });
const validating = (why: string): VaultError => permissionDenied(why, `error validating wrapping token: ${why}`);

/** The wrapping token a request means: in its body, else in its header. */
const given = (body: JsonValue | undefined, cx: BackendContext): { id: string; inBody: boolean } => {
  const header = requestOf(cx).decoded?.token?.reveal();
  if (body !== undefined && body !== null) {
    if (typeof body !== "string") throw validating("could not decode token in request body");
    if (body === "") throw validating("empty token in request body");
    return { id: body, inBody: body !== header };
  }
  if (header === undefined) throw validating("token is empty");
  return { id: header, inBody: false };
};

const WrappingShown = z.object({ creation_path: z.string(), creation_time: z.string(), creation_ttl: z.number() });
/** The wrapped answer as it was: JSON, but for the few answers that are something else. */
const AS_WRAPPED = { raw: "application/json" } as const;

const tokenBody = z.object({ token: field.anyValue("the wrapping token; the request's own token when absent") });

export const wrappingPaths = (core: Core) => {
  /** A caller that unwraps or rewraps a token from the body must itself be allowed to. */
  const checkCaller = async (cx: BackendContext): Promise<void> => {
    const { decoded, trail, read } = ownRequest(cx);
    const shown = { decoded, read, snapshot: await core.config.snapshot() };
    const { known } = await spendOrRefused(core, shown, trail);
    const access: AccessRequest = {
      path: decoded.path,
      operation: "update",
      parameters: decoded.data,
      ...(decoded.wrapTtl === undefined ? {} : { wrapTtl: decoded.wrapTtl }),
      sudoPath: false,
    };
    await authorise(core, known, access, trail);
  };

  const replay = (answer: WrappedAnswer) => ({
    status: answer.status,
    raw: { contentType: answer.contentType, body: Buffer.from(answer.body, "base64") },
  });

  const unwrap = async (body: JsonValue | undefined, cx: BackendContext) => {
    const { id, inBody } = given(body, cx);
    const wrapped = await core.wrapping.look(id, ownRequest(cx).read);
    if (!wrapped) throw notValid();
    if (inBody) await checkCaller(cx);
    const answer = await core.crash("unwrap.take", wrapped.take);
    if (!answer) throw notValid();
    return replay(answer);
  };

  const lookup = async (body: JsonValue | undefined, cx: BackendContext) => {
    const { id } = given(body, cx);
    const wrapped = await core.wrapping.look(id, ownRequest(cx).read);
    if (!wrapped) throw notValid();
    const { answer } = wrapped;
    return {
      data: {
        creation_path: answer.creationPath,
        creation_time: rfc3339(answer.creationTimeMs),
        creation_ttl: answer.ttl,
      },
    };
  };

  const open = {
    access: "unauthenticated",
    input: tokenBody,
    prefetch: async ({ data: { token } }: { readonly data: JsonObject }) =>
      typeof token === "string" ? core.wrapping.addresses(token) : [],
  } as const;
  return [
    path("wrapping/wrap", {
      summary: "wrap any data",
      payload: true,
      params: {},
      ops: {
        update: op({
          summary: "wrap the body",
          answers: field.anyBody("the body, when it is unwrapped"),
          input: field.anyBody("what to wrap"),
          handle: async ({ input }, cx) => {
            if (!requestOf(cx).decoded?.wrapTtl) throw invalidRequest("endpoint requires response wrapping to be used");
            return { data: input };
          },
        }),
      },
    }),
    path("wrapping/lookup", {
      summary: "what a wrapping token is, without using it up",
      looksAtToken: true,
      params: {},
      ops: {
        read: op({
          ...open,
          summary: "look up a wrapping token",
          answers: WrappingShown,
          handle: ({ input }, cx) => lookup(input.token, cx),
        }),
        update: op({
          ...open,
          summary: "look up a wrapping token",
          answers: WrappingShown,
          handle: ({ input }, cx) => lookup(input.token, cx),
        }),
      },
    }),
    path("wrapping/unwrap", {
      summary: "the answer a wrapping token carries, once",
      looksAtToken: true,
      params: {},
      ops: {
        update: op({
          ...open,
          summary: "unwrap an answer",
          answers: AS_WRAPPED,
          handle: ({ input }, cx) => unwrap(input.token, cx),
        }),
      },
    }),
    path("wrapping/pubkey", {
      summary: "wrapping tokens in JWT format: there are none",
      params: {},
      ops: {
        read: op({
          summary: "refuse: there is no such endpoint",
          answers: "nothing",
          access: "unauthenticated",
          handle: async () => {
            throw new VaultError("unsupported_path", { wire: "unsupported path" });
          },
        }),
      },
    }),
    path("wrapping/rewrap", {
      summary: "move a wrapped answer to a new wrapping token",
      looksAtToken: true,
      params: {},
      ops: {
        update: op({
          ...open,
          summary: "rewrap an answer; needs a token that may",
          answers: AS_WRAPPED,
          handle: async ({ input }, cx) => {
            const { id, inBody } = given(input.token, cx);
            // Open, because Vault tells a wrong wrapping token before it asks who sent it.
            const wrapped = await core.wrapping.look(id, ownRequest(cx).read);
            if (!wrapped) throw notValid();
            if (!inBody) throw permissionDenied("a wrapping token may unwrap only", "permission denied", true);
            await checkCaller(cx);
            const answer = await wrapped.take();
            if (!answer) throw notValid();
            // A shorter TTL may be asked for, never a longer one.
            const asked = requestOf(cx).decoded?.wrapTtl ?? answer.ttl;
            const ttl = asked > 0 && asked < answer.ttl ? asked : answer.ttl;
            return { ...replay(answer), wrap: { ttl, path: answer.creationPath } };
          },
        }),
      },
    }),
  ];
};
