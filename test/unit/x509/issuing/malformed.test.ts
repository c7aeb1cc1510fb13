import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Unreadable } from "../../../../src/x509/index.ts";
import { readOcspRequest, readRequest } from "../../../../src/x509/issuing/index.ts";
import { GOOD_QUESTION, MALFORMED_QUESTIONS } from "../../../support/malformed/questions.ts";
import { GOOD, MALFORMED_REQUESTS, type Malformed } from "../../../support/malformed/requests.ts";
import { patience, runs } from "../../../support/runs.ts";
import { codePoint } from "../../../support/text.ts";

/** Whatever strangers send is read, or refused in words that are fixed; nothing else happens. */

const WORDS: ReadonlySet<string> = new Set([
  "not a certificate request, or a broken one",
  "not a question by OCSP, or a broken one",
  "not PEM of a certificate request",
  "the request is too long",
  "the signature of the request does not hold",
  "the key is of a kind that is not supported",
  "the key is of a curve that is not supported",
  "the key is not one that can be used",
  "the extensions are there twice",
  "an extension is there twice",
  "the question uses a hash that is not supported",
  "a name cannot be read",
  "a name is not text",
  "a name has an empty part",
  "a name holds characters that no name may hold",
  "an alternative name cannot be read",
  "an alternative name holds characters that no name may hold",
  "an address has neither 4 nor 16 bytes",
]);

/** `read`, or the words of the refusal. Throws whatever else is thrown, and where the words are new. */
const outcomeOf = (work: () => unknown): string => {
  try {
    work();
    return "read";
  } catch (cause) {
    if (!(cause instanceof Unreadable) || !WORDS.has(cause.reason)) throw cause;
    return "refused";
  }
};

const table = (list: readonly Malformed[]) => list.map(({ name, der, outcome }) => [name, der, outcome] as const);

const readers = [
  ["a request", (der: Uint8Array) => readRequest(der), GOOD, MALFORMED_REQUESTS],
  ["a question by OCSP", readOcspRequest, GOOD_QUESTION, MALFORMED_QUESTIONS],
] as const;

/** Ways to spoil bytes: flip some, cut, repeat a piece, put something in, set a length. */
const spoiling = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), by: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant("repeat" as const), at: fc.nat(), by: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant("insert" as const), at: fc.nat(), by: fc.nat(255) }),
);
type Spoiling = typeof spoiling extends fc.Arbitrary<infer T> ? T : never;

const spoil = (der: Buffer, { kind, at, by }: Spoiling): Buffer => {
  const place = at % (der.length + 1);
  const [before, after] = [der.subarray(0, place), der.subarray(place)];
  switch (kind) {
    case "flip":
      return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ by), after.subarray(1)]);
    case "cut":
      return Buffer.concat([before, after.subarray(by)]);
    case "repeat":
      return Buffer.concat([before, after.subarray(0, by), after]);
    case "insert":
      return Buffer.concat([before, Buffer.of(by), after]);
  }
};

describe.each(readers)("%s", (_name, read, good, malformed) => {
  it("with nothing wrong is read", () => {
    expect(outcomeOf(() => read(good))).toBe("read");
  });

  it.each(table(malformed))("with %s", (_what, der, outcome) => {
    expect(outcomeOf(() => read(der))).toBe(outcome);
  });

  it("that ends anywhere is refused", () => {
    for (let end = 0; end < good.length; end += 1) expect(outcomeOf(() => read(good.subarray(0, end)))).toBe("refused");
  });

  it(
    "of any bytes is read or refused",
    () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          outcomeOf(() => read(Buffer.from(bytes)));
        }),
        { numRuns: runs(300, 100_000) },
      );
    },
    patience,
  );
});

it(
  "a request that was changed in any way is refused",
  () => {
    fc.assert(
      fc.property(fc.array(spoiling, { minLength: 1, maxLength: 3 }), (changes) => {
        const changed = changes.reduce(spoil, GOOD);
        if (!changed.equals(GOOD)) expect(outcomeOf(() => readRequest(changed))).toBe("refused");
      }),
      { numRuns: runs(1500, 1_000_000) },
    );
  },
  patience,
);

it(
  "a question by OCSP that was changed is read or refused",
  () => {
    fc.assert(
      fc.property(fc.array(spoiling, { minLength: 1, maxLength: 3 }), (changes) => {
        outcomeOf(() => readOcspRequest(changes.reduce(spoil, GOOD_QUESTION)));
      }),
      { numRuns: runs(1500, 1_000_000) },
    );
  },
  patience,
);

it(
  "any text is refused as a request",
  () => {
    const label = fc.constantFrom("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "CERTIFICATE", "X");
    const block = fc
      .tuple(label, fc.base64String({ maxLength: 200 }), label)
      .map(([begin, text, end]) => `-----BEGIN ${begin}-----\n${text}\n-----END ${end}-----`);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: codePoint, maxLength: 200 }), block), (text) => {
        expect(outcomeOf(() => readRequest(text))).toBe("refused");
      }),
      { numRuns: runs(300, 100_000) },
    );
  },
  patience,
);
