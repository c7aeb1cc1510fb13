import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import type { HttpResponse } from "../../src/http/index.ts";
import { alternativeNamesExtension, makeRequest, signerFor, subjectName } from "../../src/x509/issuing/index.ts";
import type { AlternativeName } from "../../src/x509/issuing/plans.ts";
import type { TestServer } from "./make-server.ts";

/**
 * A client of ACME that says what a test wants it to say: every member of the header, the payload and the signature can
 * be another. It signs by itself, so that the server's own reader of signatures is not what it is held against.
 */

export const CLUSTER = "https://vault.example.com/v1/pki";

export interface AcmeKey {
  readonly algorithm: string;
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
  readonly thumbprint: string;
}

const KINDS = {
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
} as const;
export type KeyKind = keyof typeof KINDS;

export const makeKey = async (algorithm: KeyKind = "ES256"): Promise<AcmeKey> => {
  const { privateKey, publicKey } = KINDS[algorithm]();
  const jwk = publicKey.export({ format: "jwk" });
  return { algorithm, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
};

const HASHES: Readonly<Record<string, string>> = { ES256: "sha256", ES384: "sha384", ES512: "sha512", RS256: "sha256" };

const signatureOf = ({ algorithm, privateKey }: AcmeKey, text: string): Buffer =>
  sign(HASHES[algorithm], Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });

export const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A message in the flattened form; a payload of `""` is a POST-as-GET. */
export const message = (key: AcmeKey, header: object, payload: unknown) => {
  const head = encoded(header);
  const body = payload === "" ? "" : encoded(payload);
  return { protected: head, payload: body, signature: signatureOf(key, `${head}.${body}`).toString("base64url") };
};

export const binding = (id: string, secret: string, key: AcmeKey, url: string, over: object = {}) => {
  const head = encoded({ alg: "HS256", kid: id, url, ...over });
  const payload = encoded(key.jwk);
  const mac = createHmac("sha256", Buffer.from(secret, "base64url")).update(`${head}.${payload}`).digest("base64url");
  return { protected: head, payload, signature: mac };
};

export interface AcmeAnswer {
  readonly status: number;
  readonly headers: HttpResponse["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at is a shape of its own
  readonly body: any;
  readonly text: string;
}

/** A certificate request for names, by a key of its own. */
export const certificateRequest = (
  names: readonly AlternativeName[],
  options: { readonly commonName?: string; readonly privateKey?: KeyObject; readonly ca?: boolean } = {},
): { readonly csr: string; readonly privateKey: KeyObject } => {
  const privateKey = options.privateKey ?? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const sans = alternativeNamesExtension(names, false);
  const authority = { type: "2.5.29.19", critical: true, value: Buffer.from("30030101ff", "hex") };
  const plan = {
    subject: options.commonName === undefined ? [] : subjectName({ commonName: options.commonName }),
    extensions: [...(sans ? [sans] : []), ...(options.ca ? [authority] : [])],
  };
  const der = makeRequest(plan, signerFor(createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }))));
  return { csr: Buffer.from(der).toString("base64url"), privateKey };
};

export const dns = (...names: readonly string[]): AlternativeName[] => names.map((value) => ({ kind: "dns", value }));

export interface SendOptions {
  readonly key?: AcmeKey;
  /** Members of the header, instead of the usual ones; `undefined` leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Changes the message before it is sent. */
  readonly mangle?: (message: Record<string, unknown>) => Record<string, unknown>;
  readonly nonce?: string;
}

export class AcmeClient {
  readonly server: TestServer;
  readonly directory: string;
  key: AcmeKey;
  /** Its address, once there is an account. */
  kid: string | undefined;
  /** Nonces that came with answers. */
  readonly #nonces: { readonly nonce: string; readonly at: number }[] = [];

  constructor(server: TestServer, key: AcmeKey, directory = "acme") {
    this.server = server;
    this.key = key;
    this.directory = directory;
  }

  /** A resource below the directory, as an address. */
  url(below: string): string {
    return below.startsWith("https://") ? below : `${CLUSTER}/${this.directory}/${below}`;
  }

  async raw(method: string, below: string, body?: object): Promise<AcmeAnswer> {
    const path = this.url(below).slice("https://vault.example.com/v1/".length);
    const { status, headers, text } = await this.server.call(method, path, {
      token: null,
      ...(body ? { body } : {}),
      headers: { "content-type": "application/jose+json" },
    });
    if (method === "POST" && headers["replay-nonce"] !== undefined)
      this.#nonces.push({ nonce: headers["replay-nonce"], at: this.server.clock.now() });
    return { status, headers, text, body: text.startsWith("{") ? JSON.parse(text) : {} };
  }

  /** One that came with an answer of the last minutes. */
  #kept(): string | undefined {
    const kept = this.#nonces.shift();
    return kept && this.server.clock.now() - kept.at < 300_000 ? kept.nonce : undefined;
  }

  async nonce(): Promise<string> {
    return (await this.raw("HEAD", "new-nonce")).headers["replay-nonce"] ?? "";
  }

  /** A signed request, with the account's id where there is one, else with the key itself. */
  async post(below: string, payload: unknown = "", options: SendOptions = {}): Promise<AcmeAnswer> {
    const { key = this.key, header = {}, mangle = (same) => same } = options;
    const who = this.kid === undefined ? { jwk: key.jwk } : { kid: this.kid };
    const nonce = options.nonce ?? this.#kept() ?? (await this.nonce());
    const head = { alg: key.algorithm, nonce, url: this.url(below), ...who, ...header };
    return this.raw("POST", below, mangle(message(key, head, payload)));
  }

  /** Makes the account, or finds it. */
  async register(payload: object = {}): Promise<AcmeAnswer> {
    const answer = await this.post("new-account", { termsOfServiceAgreed: true, ...payload });
    this.kid = answer.headers["location"] ?? this.kid;
    return answer;
  }

  order(...names: readonly string[]): Promise<AcmeAnswer> {
    return this.post("new-order", { identifiers: names.map((value) => ({ type: "dns", value })) });
  }

  /** Says that one challenge of each authorization of an order is met. */
  async meet(order: AcmeAnswer, kind = "http-01"): Promise<void> {
    for (const url of order.body.authorizations) {
      const { body } = await this.post(url);
      const found = body.challenges.find((one: { type: string }) => one.type === kind);
      await this.post(found.url, {});
    }
  }
}
