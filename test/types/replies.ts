import { z } from "zod";
import { field, type LoginGrant, op, type PendingLease, path, type Reply } from "../../src/framework/index.ts";

/**
 * What must not compile, and what must. Read only by the compiler: an expected error that does not come is an error.
 */

declare const grant: LoginGrant;
declare const lease: PendingLease;

const Shown = z.object({ name: z.string(), keys: z.array(z.string()).optional() });

export const right = path("thing/{name}", {
  summary: "things",
  params: { name: "which" },
  ops: {
    read: op({
      summary: "read a thing",
      answers: Shown,
      handle: async ({ params }) => ({ data: { name: params.name, keys: ["a"] as const }, lease }),
    }),
    update: op({
      summary: "write a thing",
      answers: [Shown, "nothing"],
      input: z.object({ size: field.integer("how large") }),
      handle: async ({ input }) => (input.size === undefined ? undefined : { data: { name: "x" } }),
    }),
    list: op({
      summary: "list things with a header",
      answers: [{ bare: Shown, headers: ["cache-control"] }, { bare: z.object({ error: z.string() }) }],
      handle: async () => ({ bare: { name: "x" }, headers: { "cache-control": "max-age=60" } }),
    }),
    delete: op({ summary: "delete a thing", answers: "nothing", handle: async () => ({ warnings: ["gone"] }) }),
  },
});

export const wrong = [
  op({
    summary: "answers another shape",
    answers: Shown,
    // @ts-expect-error: the declaration says text
    handle: async () => ({ data: { name: 1 } }),
  }),
  op({
    summary: "answers data where it declares none",
    answers: "nothing",
    // @ts-expect-error: nothing is declared
    handle: async () => ({ data: { name: "x" } }),
  }),
  op({
    summary: "logs in where it declares data",
    answers: Shown,
    // @ts-expect-error: a login must be declared
    handle: async () => ({ auth: grant }),
  }),
  op({
    summary: "answers data where it declares a login",
    answers: "login",
    // @ts-expect-error: data must be declared
    handle: async () => ({ data: { name: "x" } }),
  }),
  op({
    summary: "answers bytes where it declares a body",
    answers: { bare: Shown },
    // @ts-expect-error: bytes must be declared
    handle: async () => ({ raw: { contentType: "text/plain", body: new Uint8Array() } }),
  }),
  op({
    summary: "sets a header it does not declare",
    answers: { bare: Shown, headers: ["cache-control"] },
    // @ts-expect-error: only what is declared may be set
    handle: async () => ({ bare: { name: "x" }, headers: { pragma: "no-cache" } }),
  }),
  op({
    summary: "sets a header where none is declared",
    answers: { bare: Shown },
    // @ts-expect-error: no header is declared
    handle: async () => ({ bare: { name: "x" }, headers: { "cache-control": "max-age=60" } }),
  }),
  // @ts-expect-error: every operation declares its answer
  op({ summary: "declares nothing", handle: async () => undefined }),
];

export const replies: readonly Reply[] = [
  { data: { name: "x" }, lease, warnings: ["careful"] },
  { auth: grant },
  { bare: { initialized: true }, status: 503 },
  { status: 202 },
  { bare: {}, headers: { "cache-control": "max-age=60" } },
  // @ts-expect-error: the envelope has no headers of its own
  { data: { name: "x" }, headers: { "cache-control": "max-age=60" } },
  // @ts-expect-error: data and a login exclude each other
  { data: { name: "x" }, auth: grant },
  // @ts-expect-error: a login has its own lease
  { auth: grant, lease },
  // @ts-expect-error: a body outside the envelope has no warnings
  { bare: {}, warnings: ["lost"] },
  // @ts-expect-error: bytes are the whole answer
  { raw: { contentType: "text/plain", body: new Uint8Array() }, data: { name: "x" } },
  // @ts-expect-error: only bytes are wrapped again
  { data: { name: "x" }, wrap: { ttl: 1, path: "x" } },
  // @ts-expect-error: a token that exists already is core's to answer
  { issued: {} },
  // @ts-expect-error: a renewed lease is core's to answer
  { renewed: {} },
];
