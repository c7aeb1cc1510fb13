import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { isThrottlingError, isTransientError } from "@smithy/core/retry";
import { isTransient } from "../../../src/storage/dynamodb-errors.ts";

/**
 * What storage repeats, held against what the SDK repeats: by the SDK's own lists, read from the package, and by its own
 * judgement of each. A code that a new version adds fails here until storage has it.
 */

const [, folder = ""] =
  /^(.*[/\\]core[/\\])dist-/.exec(createRequire(import.meta.url).resolve("@smithy/core/retry")) ?? [];
const LISTS = join(folder, "dist-es/submodules/retry/service-error-classification/constants.js");
const source = await readFile(LISTS, "utf8");

const listNamed = (name: string): readonly (string | number)[] => {
  const [, text = "[]"] = new RegExp(`export const ${name} = (\\[[^\\]]*\\])`).exec(source) ?? [];
  const values: unknown = JSON.parse(text.replace(/,\s*\]$/, "]"));
  if (!Array.isArray(values) || values.length === 0) throw new Error(`the SDK has no list ${name} there`);
  return values;
};

class Failure extends Error {
  declare cause?: Error;
}
const failure = (more: object, message = "why"): Failure => Object.assign(new Failure(message), more);
const called = (name: string, more: object = {}): Failure =>
  failure({ name, $metadata: { httpStatusCode: 400 }, ...more });
const sdkRepeats = (error: Failure): boolean => isThrottlingError(error) || isTransientError(error);
const both = (error: Failure) => ({ storage: isTransient(error), sdk: sdkRepeats(error) });
const YES = { storage: true, sdk: true };
const NO = { storage: false, sdk: false };

/** What storage repeats besides: DynamoDB's own conflicts, and what the SDK knows by its status. */
const BESIDES = [
  "TransactionConflictException",
  "ReplicatedWriteConflictException",
  "InternalServerError",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "NetworkingError",
  "AbortError",
];

it("the SDK's lists are where they are looked for, and no others", async () => {
  expect(dirname(LISTS)).toContain("@smithy");
  expect([...source.matchAll(/export const (\w+)/g)].map(([, name]) => name)).toEqual([
    "CLOCK_SKEW_ERROR_CODES",
    "THROTTLING_ERROR_CODES",
    "TRANSIENT_ERROR_CODES",
    "TRANSIENT_ERROR_STATUS_CODES",
    "NODEJS_TIMEOUT_ERROR_CODES",
    "NODEJS_NETWORK_ERROR_CODES",
  ]);
});

describe("storage repeats what the SDK repeats", () => {
  it.each([...listNamed("THROTTLING_ERROR_CODES"), ...listNamed("TRANSIENT_ERROR_CODES")])("an error %s", (name) => {
    expect(both(called(String(name)))).toEqual(YES);
  });

  it.each([...listNamed("NODEJS_TIMEOUT_ERROR_CODES"), ...listNamed("NODEJS_NETWORK_ERROR_CODES")])(
    "a connection that failed with %s, and what was caused by it",
    (code) => {
      const error = failure({ code });
      expect([error, failure({ cause: failure({ cause: error }) })].map(both)).toEqual([YES, YES]);
    },
  );

  it("an answer with a status that it repeats, and every failure of a server besides", () => {
    const statuses = Array.from({ length: 200 }, (_, index) => 400 + index);
    const where = (who: "storage" | "sdk") =>
      statuses.filter((status) => both(called("Unknown", { $metadata: { httpStatusCode: status } }))[who]);

    expect(where("sdk")).toEqual([429, ...listNamed("TRANSIENT_ERROR_STATUS_CODES")]);
    expect(where("storage")).toEqual([429, ...statuses.filter((status) => status >= 500)]);
  });

  it.each(listNamed("CLOCK_SKEW_ERROR_CODES"))("an error %s only once the clock is corrected", (name) => {
    const corrected = { $metadata: { httpStatusCode: 400, clockSkewCorrected: true } };
    expect([called(String(name)), called(String(name), corrected)].map(both)).toEqual([NO, YES]);
  });

  it("a signature that ended on its way, and no other that is invalid", () => {
    const ended = called("InvalidSignatureException", { message: "Signature expired: then is earlier" });
    expect([ended, called("InvalidSignatureException")].map(both)).toEqual([YES, NO]);
  });

  it("what the service's model calls retryable, and a stream that was refused", () => {
    const stream = { code: "ERR_HTTP2_STREAM_ERROR", message: "NGHTTP2_REFUSED_STREAM" };
    const errors = [
      called("Unknown", { $retryable: {} }),
      called("Unknown", stream),
      called("Unknown", { ...stream, message: "" }),
    ];
    expect(errors.map(both)).toEqual([YES, YES, NO]);
  });

  it("causes as far down as the SDK looks", () => {
    const behind = (name: string, depth: number): Failure =>
      depth === 0 ? called(name) : failure({ cause: behind(name, depth - 1) });
    const depths = Array.from({ length: 15 }, (_, depth) => depth);
    for (const name of ["SlowDown", "TimeoutError"]) {
      const verdicts = depths.map((depth) => both(behind(name, depth)));
      expect(verdicts.map(({ storage }) => storage)).toEqual(verdicts.map(({ sdk }) => sdk));
      expect(verdicts.at(-1)).toEqual(NO);
    }
  });
});

it.each(BESIDES)("storage alone repeats %s", (name) => {
  expect(both(called(name))).toEqual({ storage: true, sdk: false });
});
