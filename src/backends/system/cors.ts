import { z } from "zod";
import { corsSettings, STANDARD_CORS_HEADERS } from "../../core/config/cors.ts";
import { SETTINGS } from "../../core/config/settings.ts";
import type { Core } from "../../core/core.ts";
import { field, op, path, VaultError } from "../../framework/index.ts";

/** `sys/config/cors`: which web pages of other origins may call. The rules themselves are in `src/http/cors.ts`. */

/** Without the lists while no origin is allowed. */
const Cors = z.object({
  enabled: z.boolean(),
  allowed_origins: z.array(z.string()).optional(),
  allowed_headers: z.array(z.string()).optional(),
});

const refused = (wire: string): VaultError => new VaultError("invalid_request", { wire, multi: true });

export const corsPaths = (core: Core) => [
  path("config/cors", {
    summary: "cross-origin requests",
    dataInFront: true,
    params: {},
    ops: {
      read: op({
        summary: "read which origins may call",
        answers: Cors,
        access: "sudo",
        handle: async () => {
          const settings = corsSettings(await core.config.snapshot());
          if (!settings) return { data: { enabled: false } };
          const { origins, headers } = settings;
          const allowed = { allowed_origins: origins, allowed_headers: [...STANDARD_CORS_HEADERS, ...headers] };
          return { data: { enabled: true, ...allowed } };
        },
      }),
      update: op({
        summary: "allow origins",
        answers: "nothing",
        access: "sudo",
        input: z.object({
          allowed_origins: field.commaList('origins, or "*" alone for all'),
          allowed_headers: field.commaList("request headers besides the standard ones"),
        }),
        handle: async ({ input }) => {
          const origins = input.allowed_origins ?? [];
          if (origins.length === 0) throw refused("at least one origin or the wildcard must be provided");
          if (origins.includes("*") && origins.length > 1) {
            throw refused("to allow all origins the '*' must be the only value for allowed_origins");
          }
          const standard = new Set(STANDARD_CORS_HEADERS.map((name) => name.toLowerCase()));
          const headers = (input.allowed_headers ?? []).filter((name) => !standard.has(name.toLowerCase()));
          await core.config.putSetting(SETTINGS.cors, { origins, headers });
          return undefined;
        },
      }),
      delete: op({
        summary: "switch cross-origin rules off",
        answers: "nothing",
        access: "sudo",
        handle: async () => {
          if (corsSettings(await core.config.snapshot())) {
            await core.config.putSetting(SETTINGS.cors, undefined);
          }
          return undefined;
        },
      }),
    },
  }),
];
