import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { payloadCredentials } from "../../core/mfa/credentials.ts";
import { issued } from "../../core/request/core-reply.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";

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
        handle: async ({ input }, { sourceAddress }) => {
          const { mfa_request_id: requestId = "", mfa_payload: payload = {} } = input;
          if (requestId === "") throw invalidRequest("missing request ID");
          // Loaded by the first such request: `sys` has many others.
          const { finishLogin } = await import("../../core/login/finish.ts");
          const login = await finishLogin(core, { requestId, shown: payloadCredentials(payload), sourceAddress });
          const auth = { ...core.tokens.authBlock(login.made, login.entity), shownOnce: login.shownOnce };
          return issued(auth, login.warnings);
        },
      }),
    },
  }),
];
