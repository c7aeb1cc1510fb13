import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { callerOf } from "../../core/request/context.ts";
import type { Token } from "../../core/tokens/types.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";
import type { Entry } from "../../storage/store.ts";
import { tokenByAccessor, tokenField, tokenText } from "./lookup.ts";
import { hasSudo } from "./sudo.ts";

/** `auth/token/revoke*`. Unknown tokens count as revoked. */

const BATCH = "batch tokens cannot be revoked";

export const revokePaths = (core: Core) => {
  const end = async (token: Token | undefined, seen?: Entry): Promise<undefined> => {
    if (!token) return undefined;
    if (token.type === "batch") throw invalidRequest(BATCH);
    await core.tokens.revoke(token.tag, seen);
    return undefined;
  };

  const body = z.object({ token: tokenField("token to revoke") });
  return [
    path("revoke", {
      summary: "revoke a token and everything made with it",
      params: {},
      ops: {
        update: op({
          summary: "revoke a token and its children",
          answers: "nothing",
          input: body,
          handle: async ({ input }) => {
            const id = tokenText(input.token);
            if (id === undefined) throw invalidRequest("missing token ID");
            return end(await core.tokens.lookup(id));
          },
        }),
      },
    }),
    path("revoke-self", {
      summary: "revoke the calling token and everything made with it",
      params: {},
      ops: {
        update: op({
          summary: "revoke the calling token and its children",
          answers: "nothing",
          handle: (_request, cx) => {
            const { token, seen } = callerOf(cx);
            return end(token, seen.token);
          },
        }),
      },
    }),
    path("revoke-accessor", {
      summary: "revoke a token by its accessor",
      params: {},
      ops: {
        update: op({
          summary: "revoke a token by its accessor",
          answers: "nothing",
          input: z.object({ accessor: field.text("accessor of the token") }),
          handle: async ({ input }) => {
            const { accessor } = input;
            if (accessor !== undefined && accessor !== "" && !(await core.tokens.byAccessor(accessor))) {
              return { warnings: ["No token found with this accessor"] };
            }
            return end(await tokenByAccessor(core, accessor));
          },
        }),
      },
    }),
    path("revoke-orphan", {
      summary: "revoke a token; its children live on as orphans",
      params: {},
      ops: {
        update: op({
          summary: "revoke a token but not its children",
          answers: "nothing",
          input: body,
          handle: async ({ input }, cx) => {
            const id = tokenText(input.token);
            if (id === undefined) throw invalidRequest("missing token ID");
            if (!(await hasSudo(core, cx))) {
              throw invalidRequest("root or sudo privileges required to revoke and orphan");
            }
            const token = await core.tokens.lookup(id);
            if (!token) throw invalidRequest("token to revoke not found");
            if (token.type === "batch") throw invalidRequest(BATCH);
            await core.tokens.revokeOrphan(token.tag);
            return undefined;
          },
        }),
      },
    }),
  ];
};
