import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { payloadCredentials } from "../../core/mfa/credentials.ts";
import { ownRequest } from "../../core/request/context.ts";
import { issued } from "../../core/request/core-reply.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";
import { DOMAINS, waitingLoginAddress } from "../../storage/keys.ts";

/** `sys/mfa/validate`: the second request of a login that needs a second factor. */

export const mfaPaths = (core: Core) => [
  path("mfa/validate", {
    summary: "finish a login that needs a second factor",
    params: {},
    ops: {
      update: op({
        summary: "show the codes of a waiting login and get its token",
        access: "unauthenticated",
        answers: "login",
        input: z.object({
          mfa_request_id: field.text("what the login answered in `mfa_requirement`"),
          mfa_payload: field.map("by id or name of each method, a list with the code"),
        }),
        prefetch: async ({ data: { mfa_request_id: id } }) =>
          typeof id === "string" && id !== ""
            ? [waitingLoginAddress((await core.store.names(DOMAINS.identity)).tag(id))]
            : [],
        handle: async ({ input }, cx) => {
          const { mfa_request_id: requestId = "", mfa_payload: payload = {} } = input;
          if (requestId === "") throw invalidRequest("missing request ID");
          // Loaded by the first such request: `sys` has many others.
          const { finishLogin } = await import("../../core/login/finish.ts");
          const { sourceAddress } = cx;
          const { read } = ownRequest(cx);
          const login = await finishLogin(core, { requestId, shown: payloadCredentials(payload), sourceAddress, read });
          const auth = { ...core.tokens.authBlock(login.made, login.entity), shownOnce: login.shownOnce };
          return issued(auth, login.warnings);
        },
      }),
    },
  }),
];
