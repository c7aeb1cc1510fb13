import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { CompactSign, type JWSHeaderParameters } from "jose";
import { type KeySet, pemKeys, verifyJwt } from "../../../src/jwt/index.ts";
import type { Fetch, OutgoingRequest } from "../../../src/outgoing/index.ts";

/** Keys, tokens and a provider for the tests of this room. */

export const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const otherEc = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const pemOf = ({ publicKey }: { readonly publicKey: KeyObject }): string =>
  publicKey.export({ format: "pem", type: "spki" }).toString();

export const NOW = 1_800_000_000_000;
export const CLAIMS = {
  iss: "https://issuer.example.com",
  sub: "job",
  aud: "zeroth",
  iat: NOW / 1000,
  exp: NOW / 1000 + 60,
};

/** A signed token; the payload as text is signed as it stands. */
export const sign = (
  payload: object | string,
  header: Partial<JWSHeaderParameters> = {},
  key: KeyObject = ec.privateKey,
): Promise<string> =>
  new CompactSign(Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)))
    .setProtectedHeader({ alg: "ES256", ...header })
    .sign(key);

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** `accepted`, or the text of the refusal. */
export const judged = (
  text: string,
  expected: Parameters<typeof verifyJwt>[2] = {},
  keys: KeySet = pemKeys([pemOf(ec)]),
): Promise<string> =>
  verifyJwt(text, keys, expected, NOW).then(
    () => "accepted",
    (cause: unknown) => (cause instanceof Error && cause.name === "TokenRefused" ? cause.message : String(cause)),
  );

export const jwkOf = ({ publicKey }: { readonly publicKey: KeyObject }, more: object = {}): object => ({
  ...publicKey.export({ format: "jwk" }),
  ...more,
});

/** A provider whose answers a test changes, and what it was asked. */
export const makeProvider = () => {
  const asked: OutgoingRequest[] = [];
  const state = { status: 200, body: "", down: false, wait: Promise.resolve() };
  const fetch: Fetch = async (request) => {
    asked.push(request);
    await state.wait;
    if (state.down) throw new Error("down");
    return { status: state.status, headers: {}, body: state.body };
  };
  return { asked, state, fetch };
};

export const makeClock = () => {
  const clock = { ms: NOW, now: () => clock.ms };
  return clock;
};
