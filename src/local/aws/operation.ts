import type { JsonObject } from "../../std/json.ts";
import type { Call } from "./call.ts";
import type { Answer, QueryParams } from "./query.ts";

/** What one operation of a service is, by the protocol it speaks. */
export type JsonOperation = (call: Call, input: JsonObject) => unknown;
export type QueryOperation = (call: Call, params: QueryParams) => Answer | Promise<Answer>;
