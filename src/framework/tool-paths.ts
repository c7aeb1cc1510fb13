import { createHash } from "node:crypto";
import { z } from "zod";
import { base64Bytes, base64Fault } from "../std/go-base64.ts";
import { goInt, goIntFault } from "../std/go-int.ts";
import { HASHES, isHashName } from "../std/hashes.ts";
import { cut, shown } from "../std/shown.ts";
import { type AnyPath, type BackendContext, op, path } from "./backend.ts";
import { invalidRequest } from "./errors.ts";
import * as field from "./fields.ts";

/** Random bytes and hashes for callers that have no source of their own: rows that several backends have. */

const MOST_BYTES = 131_072;
const SOURCES: ReadonlySet<string> = new Set(["platform", "seal", "all"]);
const NO_SEAL = "no seal/entropy augmentation available, using platform entropy source";

type Format = "hex" | "base64";
const isFormat = (text: string): text is Format => text === "hex" || text === "base64";

const byteCount = (text: string): number => {
  const count = goInt(text);
  if (count !== undefined) return count;
  const why = `strconv.Atoi: parsing ${shown(text)}: ${goIntFault(text)}`;
  throw invalidRequest(`error parsing url-set byte count: ${why}`);
};

const RandomInput = z.object({
  bytes: field.integer("How many bytes; 32 unless given."),
  format: field.text("base64 or hex; base64 unless given."),
});

const RandomBytes = z.object({ random_bytes: z.string() });

const randomOf = (source: string, bytes: number, format: string, { random }: BackendContext) => {
  if (bytes < 1) throw invalidRequest("'bytes' cannot be less than 1");
  if (bytes > MOST_BYTES) throw invalidRequest(`'bytes' should be less than ${MOST_BYTES}`);
  if (!isFormat(format)) {
    throw invalidRequest(`unsupported encoding format ${shown(format)}; must be "hex" or "base64"`);
  }
  if (!SOURCES.has(source)) {
    const all = '"platform" or "seal", or "all"';
    throw invalidRequest(`unsupported entropy source ${shown(source)}; must be ${all}`);
  }
  const text = Buffer.from(random.bytes(bytes)).toString(format);
  return { data: { random_bytes: text }, warnings: source === "seal" ? [NO_SEAL] : [] };
};

/** Where the rows begin below the mount. */
type Prefix = "" | "tools/";

/** `random`, `random/<bytes or source>`, `random/<source>/<bytes>`. */
export const randomPaths = (prefix: Prefix): readonly AnyPath[] => [
  path(`${prefix}random`, {
    summary: "random bytes",
    params: {},
    ops: {
      update: op({
        summary: "make random bytes",
        answers: RandomBytes,
        input: RandomInput,
        handle: async ({ input }, cx) => randomOf("platform", input.bytes ?? 32, input.format ?? "base64", cx),
      }),
    },
  }),
  path(`${prefix}random/{urlbytes:any}`, {
    summary: "random bytes; the path gives the number",
    params: { urlbytes: "How many bytes, or where they come from: platform, seal, all." },
    ops: {
      update: op({
        summary: "make random bytes",
        answers: RandomBytes,
        input: RandomInput,
        handle: async ({ params, input }, cx) => {
          const { urlbytes } = params;
          const format = input.format ?? "base64";
          if (SOURCES.has(urlbytes)) return randomOf(urlbytes, input.bytes ?? 32, format, cx);
          return randomOf("platform", byteCount(urlbytes), format, cx);
        },
      }),
    },
  }),
  path(`${prefix}random/{source:any}/{urlbytes+}`, {
    summary: "random bytes from a source",
    params: { source: "platform, seal or all.", urlbytes: "How many bytes." },
    ops: {
      update: op({
        summary: "make random bytes",
        answers: RandomBytes,
        input: RandomInput,
        handle: async ({ params, input }, cx) =>
          randomOf(params.source, byteCount(params.urlbytes), input.format ?? "base64", cx),
      }),
    },
  }),
];

const HashInput = z.object({
  input: field.text("What to hash, base64."),
  algorithm: field.text("sha2-224 to sha2-512, sha3-224 to sha3-512; sha2-256 unless given."),
  format: field.text("hex or base64; hex unless given."),
});
type HashInput = z.output<typeof HashInput>;

const Sum = z.object({ sum: z.string() });

const hash = (given: HashInput, algorithm: string, input: "needed" | "optional") => {
  if (given.input === undefined && input === "needed") throw invalidRequest("input missing");
  const text = given.input ?? "";
  const data = base64Bytes(text);
  if (!data) throw invalidRequest(`unable to decode input as base64: ${base64Fault(text)}`);
  const format = given.format ?? "hex";
  if (!isFormat(format)) {
    throw invalidRequest(`unsupported encoding format ${cut(format)}; must be "hex" or "base64"`);
  }
  if (!isHashName(algorithm) || algorithm === "sha1") throw invalidRequest(`unsupported algorithm ${cut(algorithm)}`);
  return { data: { sum: createHash(HASHES[algorithm].node).update(data).digest(format) } };
};

/** `hash`, `hash/<algorithm>`. `input`: whether a request without input is refused, or hashes no bytes. */
export const hashPaths = (prefix: Prefix, input: "needed" | "optional"): readonly AnyPath[] => [
  path(`${prefix}hash`, {
    summary: "hash of data",
    params: {},
    ops: {
      update: op({
        summary: "hash data",
        answers: Sum,
        input: HashInput,
        handle: async ({ input: given }) => hash(given, given.algorithm ?? "sha2-256", input),
      }),
    },
  }),
  path(`${prefix}hash/{urlalgorithm+}`, {
    summary: "hash of data by the algorithm in the path",
    params: { urlalgorithm: "sha2-224 to sha2-512, sha3-224 to sha3-512." },
    ops: {
      update: op({
        summary: "hash data",
        answers: Sum,
        input: HashInput,
        handle: async ({ params, input: given }) => hash(given, params.urlalgorithm, input),
      }),
    },
  }),
];
