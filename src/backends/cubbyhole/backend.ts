import type { Core } from "../../core/core.ts";
import { callerOf, ownRequest, senderOf } from "../../core/request/context.ts";
import { fromSealed } from "../../core/sealed.ts";
import { endedMeanwhile, isRevoked } from "../../core/tokens/lifetime.ts";
import type { KnownToken, Token, WrappedAnswer } from "../../core/tokens/types.ts";
import {
  type Backend,
  type BackendContext,
  defineBackend,
  field,
  invalidRequest,
  Keys,
  op,
  path,
  VaultError,
} from "../../framework/index.ts";
import { isJsonObject } from "../../std/json.ts";
import { cubbyholeAddress, DOMAINS, tokenAddress } from "../../storage/keys.ts";
import type { Address } from "../../storage/store.ts";

/**
 * The cubbyhole: storage of one token, `cubbyhole/`. It trusts core for the caller's token, which is part of the key
 * that seals each entry: neither another token nor the table and KMS together can open one. It ends with its token.
 */

const LEGACY_WARNING =
  "Reading from 'cubbyhole/response' is deprecated. Please use sys/wrapping/unwrap to unwrap responses, as it provides additional security checks and other benefits.";

/** What the token keeps there, as it was written. */
const Kept = field.anyBody("the entry, as it was written");

const holder = (cx: BackendContext): KnownToken => {
  const known = callerOf(cx);
  if (known.token.type === "batch") {
    throw invalidRequest("cubbyhole operations are only supported by 'service' type tokens");
  }
  return known;
};

/** Query parameters mean nothing here and bring no warning. */
const anything = field.anyBody("not used");

export const cubbyholeBackend = (core: Core): Backend => {
  const at = async (cx: BackendContext, entry: string): Promise<Address> =>
    cubbyholeAddress(await core.store.names(DOMAINS.token), holder(cx).id, entry);

  const read = async (entry: string, cx: BackendContext) => (await ownRequest(cx).read([await at(cx, entry)]))[0];

  /** The entry, for the token that was shown; nothing for a path that no entry can have, which its handler refuses. */
  const prefetch = async (request: { readonly params: { readonly path: string } }): Promise<readonly Address[]> => {
    const token = senderOf(request);
    if (!token) return [];
    try {
      return [cubbyholeAddress(await core.store.names(DOMAINS.token), token, request.params.path)];
    } catch (cause) {
      if (cause instanceof VaultError && cause.code === "invalid_request") return [];
      throw cause;
    }
  };

  /**
   * A revocation under way may have passed by what was not written yet, and nothing would remove it any more. Asked
   * after the write, so that entries written side by side need not wait for each other.
   */
  const takeBackIfEnded = async (address: Address, { token: { tag } }: KnownToken): Promise<void> => {
    const [entry] = await core.store.get([tokenAddress(tag)]);
    const token = entry && fromSealed<Token>(entry.body);
    if (token && !isRevoked(token)) return;
    await core.store.write([{ op: "delete", address, when: "any" }]);
    throw endedMeanwhile();
  };

  const list = async (prefix: string, cx: BackendContext) => {
    const names = await core.store.names(DOMAINS.token);
    const { id } = holder(cx);
    const { pk, domain } = cubbyholeAddress(names, id, "");
    return { data: { keys: await core.store.children({ pk, domain, holder: id }, names, prefix) } };
  };

  /**
   * What a wrapping token carries, in the way that very old clients read it. Its one use is spent, so nobody else gets
   * here.
   */
  const wrapped = (answer: WrappedAnswer) => {
    const response = Buffer.from(answer.body, "base64").toString("utf8").trimEnd();
    return { data: { response }, warnings: [LEGACY_WARNING] };
  };

  return defineBackend({
    kind: "secret",
    type: "cubbyhole",
    help: "Storage that belongs to one token and ends with it.",
    paths: [
      path("", {
        summary: "names in the cubbyhole",
        payload: true,
        params: {},
        ops: {
          list: op({
            summary: "list the top level of the cubbyhole",
            answers: Keys,
            input: anything,
            handle: (_request, cx) => list("", cx),
          }),
          read: op({
            summary: "refuse: an entry needs a path",
            answers: "nothing",
            handle: async () => {
              throw new VaultError("invalid_request", { wire: "missing path", multi: true });
            },
          }),
        },
      }),
      path("{path+}", {
        summary: "an entry of the calling token's cubbyhole",
        payload: true,
        params: { path: "path of the entry" },
        exists: async ({ params }, cx) => (await read(params.path, cx)) !== undefined,
        ops: {
          read: op({
            summary: "read an entry",
            answers: Kept,
            input: anything,
            prefetch,
            handle: async ({ params }, cx) => {
              const { wrap } = callerOf(cx).token;
              if (params.path === "response" && wrap) return wrapped(wrap);
              const entry = await read(params.path, cx);
              return entry && isJsonObject(entry.body) ? { data: entry.body } : undefined;
            },
          }),
          update: op({
            summary: "write an entry, replacing it completely",
            answers: "nothing",
            input: field.anyBody("the data to keep"),
            prefetch,
            handle: async ({ params, input }, cx) => {
              const address = await at(cx, params.path);
              if (!isJsonObject(input) || Object.keys(input).length === 0) {
                throw new VaultError("invalid_request", { wire: "missing data fields", multi: true });
              }
              await core.store.write([{ op: "put", address, body: input, when: "any" }]);
              await takeBackIfEnded(address, holder(cx));
              return undefined;
            },
          }),
          delete: op({
            summary: "delete an entry",
            answers: "nothing",
            input: anything,
            handle: async ({ params }, cx) => {
              // No entry has such a path, and a success must not suggest that the entry without the slash is gone.
              if (params.path.endsWith("/") && (await read(params.path.slice(0, -1), cx)) !== undefined) {
                throw invalidRequest("cannot delete a path ending in '/'");
              }
              await core.store.write([{ op: "delete", address: await at(cx, params.path), when: "any" }]);
              return undefined;
            },
          }),
          list: op({
            summary: "list a folder",
            answers: Keys,
            input: anything,
            handle: ({ params }, cx) => list(params.path.endsWith("/") ? params.path : `${params.path}/`, cx),
          }),
        },
      }),
    ],
  });
};
