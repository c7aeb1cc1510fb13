import { STANDARD_CORS_HEADERS } from "../core/config/cors.ts";
import type { CorsSettings } from "../core/config/settings.ts";
import { VaultError } from "../framework/errors.ts";
import { emptyResponse } from "./encode.ts";
import { type HttpRequest, type HttpResponse, headerValue } from "./message.ts";

/**
 * Cross-origin requests, answered before token, path and mount are looked at. Off unless configured at
 * `sys/config/cors`; an origin is never reflected unless it is allowed. Source: Vault documentation,
 * "/sys/config/cors".
 */

export type { CorsSettings };

const METHODS: readonly string[] = ["DELETE", "GET", "OPTIONS", "POST", "PUT", "LIST", "SCAN", "PATCH"];

export type CorsOutcome =
  /** Nothing to do with CORS. */
  | { readonly type: "none" }
  /** Go on, and put these headers on whatever is answered. */
  | { readonly type: "allowed"; readonly headers: Readonly<Record<string, string>> }
  | { readonly type: "answered"; readonly response: HttpResponse };

/** Decides about a request that may carry an `Origin`. Throws `permission_denied` for one that is not allowed. */
export const crossOrigin = (request: HttpRequest, settings: CorsSettings | undefined): CorsOutcome => {
  const origin = headerValue(request, "origin");
  if (origin === undefined || settings === undefined) return { type: "none" };
  const { origins } = settings;
  if (!origins.includes(origin) && !(origins.length === 1 && origins[0] === "*")) {
    throw new VaultError("permission_denied", { wire: "origin not allowed" });
  }
  const headers = { "access-control-allow-origin": origin, vary: "Origin" };
  if (request.method !== "OPTIONS") return { type: "allowed", headers };
  const wanted = headerValue(request, "access-control-request-method");
  if (wanted === undefined || !METHODS.includes(wanted)) return { type: "answered", response: emptyResponse(405) };
  const preflight = emptyResponse(200);
  return {
    type: "answered",
    response: {
      ...preflight,
      headers: {
        ...preflight.headers,
        ...headers,
        "access-control-allow-methods": METHODS.join(","),
        "access-control-allow-headers": [...STANDARD_CORS_HEADERS, ...settings.headers].join(","),
        "access-control-max-age": "300",
      },
    },
  };
};
