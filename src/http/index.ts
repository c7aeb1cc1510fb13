export type { AlbResult } from "./alb.ts";
/** @public No stack here deploys it. */
export { createAlbHandler } from "./alb.ts";
export type { CorsSettings } from "./cors.ts";
export type { Limits } from "./decode.ts";
export { DEFAULT_LIMITS } from "./decode.ts";
export { encodeAnswer } from "./encode.ts";
export { encodeError } from "./failure.ts";
export type { Front, ProxyResult } from "./gateway.ts";
export { createGatewayHandler, fromEvent, requestIdOf, toResult } from "./gateway.ts";
export type { HttpCore, HttpHandler, HttpHandlerOptions } from "./handler.ts";
export { createHttpHandler } from "./handler.ts";
export type { Listener, ListenerOptions, ListenerTls } from "./listener.ts";
export { startListener } from "./listener.ts";
export type { HttpRequest, HttpResponse } from "./message.ts";
