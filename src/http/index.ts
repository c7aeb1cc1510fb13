export type { CorsSettings } from "./cors.ts";
export { STANDARD_CORS_HEADERS } from "./cors.ts";
export type { Limits } from "./decode.ts";
export { DEFAULT_LIMITS, decode } from "./decode.ts";
export { encodeAnswer } from "./encode.ts";
export { encodeError, statusOf } from "./failure.ts";
export type { HttpCore, HttpHandler, HttpHandlerOptions } from "./handler.ts";
export { createHttpHandler } from "./handler.ts";
export type { HttpRequest, HttpResponse } from "./message.ts";
