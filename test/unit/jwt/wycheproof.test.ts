import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { jwksKeys, parseToken } from "../../../src/jwt/index.ts";
import { systemClock } from "../../../src/std/time.ts";

/** Wycheproof's vectors for JSON Web Signature, JSON Web Key and JSON Web Crypto, each key served as a key set. */

interface Group {
  readonly comment: string;
  readonly keys: readonly { readonly kty: string; readonly alg?: string }[];
  readonly tests: readonly (readonly [number, string, string, "valid" | "invalid"])[];
}
const vectors: { readonly groups: readonly Group[] } = JSON.parse(
  readFileSync(new URL("../../vectors/wycheproof/json-web-signature.json", import.meta.url), "utf8"),
);

const accepts = async ({ keys }: Group, jws: string): Promise<boolean> => {
  const set = jwksKeys({
    fetch: async () => ({ status: 200, headers: {}, body: JSON.stringify({ keys }) }),
    ca: "",
    locate: async () => new URL("https://issuer.example.com/jwks"),
    clock: systemClock,
  });
  try {
    return await set.verifies(parseToken(jws), "at hand");
  } catch {
    return false;
  }
};

const outcomes = await Promise.all(
  vectors.groups.flatMap((group) =>
    group.tests.map(async ([id, comment, jws, result]) => ({
      name: `${group.comment} ${id} ${comment}`,
      shared: group.keys.every(({ kty }) => kty === "oct"),
      /** The files call ES512 by a name that is none. */
      named: group.keys.some(({ alg }) => alg === "ES521"),
      result,
      accepted: await accepts(group, jws),
    })),
  ),
);

/** Nothing finds out from a public key how its maker chose the primes; whose keys are used is the operator's choice. */
const KEYS_OF_A_WEAK_GENERATOR = [
  "jws_rsa_roca_key 7 rejectsKeyWithRocaVulnerability",
  "jws_rsa_roca_key 46 rejectsKeyWithRocaVulnerability",
];
/** Signed, but no claims in it; or by a key whose `alg` names another algorithm (PS384 by a key for PS256). */
const REFUSED_THOUGH_VALID = /emptyPayload|Figure20/;

describe("V13 and V77: Wycheproof's vectors", () => {
  it("are there", () => {
    expect(outcomes.filter(({ result }) => result === "invalid").length).toBeGreaterThan(400);
  });

  it("that are invalid are refused", () => {
    const wrong = outcomes.filter(({ result, accepted }) => result === "invalid" && accepted);
    expect(wrong.map(({ name }) => name)).toEqual(KEYS_OF_A_WEAK_GENERATOR);
  });

  it("that are valid are accepted, unless they are signed with a shared secret", () => {
    const valid = outcomes.filter(({ result, shared, named }) => result === "valid" && !shared && !named);
    const refused = valid.filter(({ accepted }) => !accepted).map(({ name }) => name);
    expect(refused.filter((name) => !REFUSED_THOUGH_VALID.test(name))).toEqual([]);
    expect(valid.length - refused.length).toBeGreaterThan(12);
  });

  it("with shared secrets are all refused", () => {
    expect(outcomes.filter(({ shared, accepted }) => shared && accepted)).toEqual([]);
  });
});
