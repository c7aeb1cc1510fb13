import { createHash } from "node:crypto";
import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";
import { cut, shown } from "../../std/shown.ts";

/** `sys/tools`: random bytes and hashes, for callers that have no source of their own. */

const MAX_BYTES = 131_072;
const SOURCES = new Set(["platform", "seal", "all"]);
const NO_SEAL = "no seal/entropy augmentation available, using platform entropy source";

const ALGORITHMS: Readonly<Record<string, string>> = {
  "sha2-224": "sha224",
  "sha2-256": "sha256",
  "sha2-384": "sha384",
  "sha2-512": "sha512",
  "sha3-224": "sha3-224",
  "sha3-256": "sha3-256",
  "sha3-384": "sha3-384",
  "sha3-512": "sha3-512",
};

const byteCount = (text: string): number => {
  if (!/^[+-]?\d+$/.test(text)) {
    const why = `strconv.Atoi: parsing ${shown(text)}: invalid syntax`;
    throw invalidRequest(`error parsing url-set byte count: ${why}`);
  }
  return Number(text);
};

/** Strict, as Go's decoder: canonical alphabet and padding; line feeds are skipped. */
const decodeBase64 = (text: string): Buffer => {
  const plain = text.replace(/[\r\n]/g, "");
  const bad = /[^A-Za-z0-9+/]/.exec(plain.replace(/={1,2}$/, ""));
  if (bad || plain.length % 4 !== 0) {
    const at = bad?.index ?? plain.length - (plain.length % 4);
    throw invalidRequest(`unable to decode input as base64: illegal base64 data at input byte ${at}`);
  }
  return Buffer.from(plain, "base64");
};

const randomInput = z.object({
  bytes: field.integer("how many bytes; 32 by default"),
  format: field.text("base64 or hex"),
});

export const toolPaths = (core: Core) => {
  const random = (source: string, bytes: number, format: string) => {
    if (bytes < 1) throw invalidRequest("'bytes' cannot be less than 1");
    if (bytes > MAX_BYTES) throw invalidRequest(`'bytes' should be less than ${MAX_BYTES}`);
    if (format !== "hex" && format !== "base64") {
      throw invalidRequest(`unsupported encoding format ${shown(format)}; must be "hex" or "base64"`);
    }
    if (!SOURCES.has(source)) {
      const all = '"platform" or "seal", or "all"';
      throw invalidRequest(`unsupported entropy source ${shown(source)}; must be ${all}`);
    }
    const text = Buffer.from(core.random.bytes(bytes)).toString(format);
    return { data: { random_bytes: text }, warnings: source === "seal" ? [NO_SEAL] : [] };
  };

  const hash = (input: string, algorithm: string, format: string) => {
    const name = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
    if (name === undefined) throw invalidRequest(`unsupported algorithm ${cut(algorithm)}`);
    if (format !== "hex" && format !== "base64") {
      throw invalidRequest(`unsupported encoding format ${cut(format)}; must be "hex" or "base64"`);
    }
    return { data: { sum: createHash(name).update(decodeBase64(input)).digest(format) } };
  };

  const hashInput = z.object({
    input: field.text("what to hash, base64"),
    algorithm: field.text("sha2-224 to sha3-512; sha2-256 by default"),
    format: field.text("hex or base64"),
  });

  return [
    path("tools/random", {
      summary: "random bytes",
      params: {},
      ops: {
        update: op({
          summary: "make random bytes",
          answers: z.object({ random_bytes: z.string() }),
          input: randomInput,
          handle: async ({ input }) => random("platform", input.bytes ?? 32, input.format ?? "base64"),
        }),
      },
    }),
    path("tools/random/{urlbytes:any}", {
      summary: "random bytes; the path gives the number",
      params: { urlbytes: "how many bytes, or where they come from: platform, seal, all" },
      ops: {
        update: op({
          summary: "make random bytes",
          answers: z.object({ random_bytes: z.string() }),
          input: randomInput,
          handle: async ({ params, input }) => {
            const { urlbytes } = params;
            const format = input.format ?? "base64";
            if (SOURCES.has(urlbytes)) return random(urlbytes, input.bytes ?? 32, format);
            return random("platform", byteCount(urlbytes), format);
          },
        }),
      },
    }),
    path("tools/random/{source:any}/{urlbytes:any}", {
      summary: "random bytes from a source",
      params: { source: "platform, seal or all", urlbytes: "how many bytes" },
      ops: {
        update: op({
          summary: "make random bytes",
          answers: z.object({ random_bytes: z.string() }),
          input: randomInput,
          handle: async ({ params, input }) =>
            random(params.source, byteCount(params.urlbytes), input.format ?? "base64"),
        }),
      },
    }),
    path("tools/hash", {
      summary: "hash of data",
      params: {},
      ops: {
        update: op({
          summary: "hash data",
          answers: z.object({ sum: z.string() }),
          input: hashInput,
          handle: async ({ input }) => hash(input.input ?? "", input.algorithm ?? "sha2-256", input.format ?? "hex"),
        }),
      },
    }),
    path("tools/hash/{urlalgorithm:any}", {
      summary: "hash of data by the algorithm in the path",
      params: { urlalgorithm: "sha2-224 to sha3-512" },
      ops: {
        update: op({
          summary: "hash data",
          answers: z.object({ sum: z.string() }),
          input: hashInput,
          handle: async ({ params, input }) => hash(input.input ?? "", params.urlalgorithm, input.format ?? "hex"),
        }),
      },
    }),
  ];
};
