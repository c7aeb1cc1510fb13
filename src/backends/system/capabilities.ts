import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { callerOf } from "../../core/request/context.ts";
import { capabilitiesOn } from "../../core/request/decision.ts";
import { field, invalidRequest, op, path, VaultError } from "../../framework/index.ts";
import { accessorsSubject, callersSubject, type Subject, tokensSubject } from "./subject.ts";

/**
 * `sys/capabilities*`: what a token may do on paths. Limits on parameters and the need for sudo play no part.
 *
 * Security: asking about another token needs the right to this path, and the token or its accessor.
 */

/** By path; a single path is also under `capabilities`. */
const Capabilities = z.record(z.string(), z.array(z.string()));

const paths = {
  paths: field.commaList("paths to ask about"),
  path: field.commaList("older name of paths"),
};

interface Asked {
  readonly paths: readonly string[] | undefined;
  readonly path: readonly string[] | undefined;
}

const askedPaths = (input: Asked): readonly string[] => {
  const asked = input.paths ?? input.path ?? [];
  if (asked.length === 0) throw invalidRequest("paths must be supplied");
  return asked;
};

const answer = async (core: Core, { acl }: Subject, asked: readonly string[]) => {
  const rows: [string, readonly string[]][] = [];
  for (const one of asked) rows.push([one, await capabilitiesOn(core, acl, one)]);
  const [only] = rows;
  return { data: Object.fromEntries(rows.length === 1 && only ? [["capabilities", only[1]], ...rows] : rows) };
};

export const capabilityPaths = (core: Core) => [
  path("capabilities", {
    summary: "what a token may do",
    dataInFront: true,
    params: {},
    ops: {
      update: op({
        summary: "ask for the capabilities of a token",
        answers: Capabilities,
        input: z.object({ token: field.text("the token asked about"), ...paths }),
        handle: async ({ input }) => {
          const { token } = input;
          if (token === undefined || token === "") {
            throw new VaultError("invalid_request", { wire: "no token found", multi: true });
          }
          const asked = askedPaths(input);
          return answer(core, await tokensSubject(core, await core.tokens.lookup(token)), asked);
        },
      }),
    },
  }),
  path("capabilities-self", {
    summary: "what the calling token may do",
    dataInFront: true,
    params: {},
    ops: {
      update: op({
        summary: "ask for the capabilities of the calling token",
        answers: Capabilities,
        input: z.object({ token: field.anyValue("not used"), ...paths }),
        handle: async ({ input }, cx) => answer(core, await callersSubject(core, callerOf(cx)), askedPaths(input)),
      }),
    },
  }),
  path("capabilities-accessor", {
    summary: "what the token of an accessor may do",
    dataInFront: true,
    params: {},
    ops: {
      update: op({
        summary: "ask for the capabilities of a token by its accessor",
        answers: Capabilities,
        input: z.object({ accessor: field.text("accessor of the token asked about"), ...paths }),
        handle: async ({ input }) => {
          const subject = await accessorsSubject(core, input.accessor);
          return answer(core, subject, askedPaths(input));
        },
      }),
    },
  }),
];
