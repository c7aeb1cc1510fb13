import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../framework/index.ts";
import {
  ALGORITHMS,
  keyFromBase32,
  newKey,
  otpauthUrl,
  type QrCode,
  qrCode,
  type TotpKey,
  type TotpRules,
} from "../../otp/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { seconds } from "../../std/time.ts";
import type { Address, View } from "../../storage/store.ts";
import { readProviderUrl } from "./provider-url.ts";

/**
 * Keys of the mount: made here for an app, or given by a provider. A write replaces the whole key.
 *
 * Security: the bytes of a key are sealed apart from the body and no operation reads them out. A key made here is shown
 * once, in the answer to its write, unless that says `exported: false`.
 */

const Rules = z.object({
  algorithm: z.enum(ALGORITHMS),
  digits: z.union([z.literal(6), z.literal(8)]),
  /** Seconds. */
  period: z.int().positive(),
  skew: z.union([z.literal(0), z.literal(1)]),
});

/** The body of an entry; the key is its sealed bytes `key`. */
const Stored = z.object({ issuer: z.string(), account: z.string(), rules: Rules });

export interface FoundKey {
  readonly issuer: string;
  readonly account: string;
  readonly rules: TotpRules;
  readonly key: TotpKey;
}

export const KeyShown = z.object({
  account_name: z.string(),
  algorithm: z.string(),
  digits: z.number(),
  issuer: z.string(),
  period: z.number().describe("seconds"),
});

export const Generated = z.object({
  url: z.string().describe("otpauth address of the key, shown this once"),
  barcode: z.string().optional().describe("the same as a QR code: PNG in base64; absent with `qr_size` 0"),
});

export const KeyInput = z.object({
  generate: field.flag("Make a key here. Otherwise `key` or `url` gives one."),
  exported: field.flag("Of a key made here: answer its address and QR code; true unless given."),
  key_size: field.integer("Of a key made here: its bytes, at most 512; 20 unless given."),
  key: field.text("A provider's key, in base32."),
  url: field.text("A provider's `otpauth` address. What it says goes before the other fields."),
  issuer: field.text("The organization; needed for a key made here."),
  account_name: field.text("The account; needed for a key made here."),
  period: field.duration("How long a code lives; 30 seconds unless given."),
  algorithm: field.text("`SHA1`, `SHA256` or `SHA512`; SHA1 unless given."),
  digits: field.integer("Digits of a code, 6 or 8; 6 unless given."),
  skew: field.integer("Codes before and after the present one that are valid too, 0 or 1; 1 unless given."),
  qr_size: field.integer("Of a key made here: pixels of the QR code, at most 2048; 0: none; 200 unless given."),
});
type Input = z.output<typeof KeyInput>;

/** So that no write makes keys or pictures that take a process's memory. */
const MOST = { keySize: 512, qrSize: 2048 };

export const keyAddress = (view: View, name: string): Address => view.at(`key/${name}`);

export const findKey = async (name: string, { storage }: BackendContext): Promise<FoundKey | undefined> => {
  const entry = await storage.get(keyAddress(storage, name));
  const key = entry?.secrets?.["key"];
  if (!entry || !key) return undefined;
  const { issuer, account, rules } = Stored.parse(entry.body);
  return { issuer, account, rules: { ...rules, period: seconds(rules.period) }, key };
};

/** What the request and the address in it say together. */
const merged = (input: Input): Input => {
  if (!input.url) return input;
  const { issuer, account, secret, period, digits, algorithm } = readProviderUrl(input.url);
  return {
    ...input,
    issuer: issuer ?? input.issuer,
    account_name: account,
    key: secret,
    period: period === undefined ? input.period : seconds(period),
    digits: digits ?? input.digits,
    algorithm: algorithm ?? input.algorithm,
  };
};

const periodOf = (given: Seconds): Seconds => {
  if (given <= 0) throw invalidRequest("the period value must be greater than zero");
  return given;
};

const rulesOf = (input: Input): TotpRules => {
  const { digits = 6, skew = 1, algorithm: name = "SHA1", period = seconds(30) } = input;
  if (digits !== 6 && digits !== 8) throw invalidRequest("the digits value can only be 6 or 8");
  const algorithm = ALGORITHMS.find((one) => one === name);
  if (!algorithm) throw invalidRequest("the algorithm value is not valid");
  const rules = { algorithm, digits, period: periodOf(period) } as const;
  if (skew !== 0 && skew !== 1) throw invalidRequest("the skew value must be 0 or 1");
  return { ...rules, skew };
};

const sizesOf = ({ qr_size: qrSize = 200, key_size: keySize = 20 }: Input) => {
  if (qrSize < 0) throw invalidRequest("the qr_size value must be greater than or equal to zero");
  if (qrSize > MOST.qrSize) throw invalidRequest(`the qr_size value must not be greater than ${MOST.qrSize}`);
  if (keySize <= 0) throw invalidRequest("the key_size value must be greater than zero");
  if (keySize > MOST.keySize) throw invalidRequest(`the key_size value must not be greater than ${MOST.keySize}`);
  return { qrSize, keySize };
};

const givenKey = (text: string): TotpKey => {
  if (text === "") throw invalidRequest("the key value is required");
  const key = keyFromBase32(text);
  if (typeof key === "number") throw invalidRequest(`invalid key value: illegal base32 data at input byte ${key}`);
  return key;
};

const pictureOf = async (url: string, pixels: number): Promise<string> => {
  const refused = (why: string) => invalidRequest(`failed to generate QR code image: ${why}`);
  const code: QrCode | undefined = await qrCode(url);
  if (!code) throw refused("the issuer, the account_name and the key are too long for it");
  const { least } = code;
  if (pixels < least) throw refused(`can not scale barcode to an image smaller than ${least}x${least}`);
  return code.draw(pixels);
};

/** What is answered of a key made here; nothing where it is not exported. */
const shownOnce = async (made: FoundKey, { exported = true }: Input, qrSize: number) => {
  if (!exported) return undefined;
  const url = otpauthUrl(made);
  return qrSize === 0 ? { url } : { url, barcode: await pictureOf(url, qrSize) };
};

const store = async (name: string, { issuer, account, rules, key }: FoundKey, cx: BackendContext): Promise<void> => {
  const body: z.output<typeof Stored> = { issuer, account, rules };
  const address = keyAddress(cx.storage, name);
  await cx.crash("totp.key", () => cx.storage.write([{ op: "put", address, body, secrets: { key }, when: "any" }]));
};

/** Makes a key, or takes one over; answers what is shown of it. Throws with Vault's texts, in Vault's order. */
export const writeKey = async (name: string, given: Input, cx: BackendContext) => {
  const { generate = false } = given;
  if (generate && given.key) throw invalidRequest("a key should not be passed if generate is true");
  if (generate && given.url) throw invalidRequest("a url should not be passed if generate is true");
  const input = merged(given);
  const rules = rulesOf(input);
  const { qrSize, keySize } = sizesOf(input);
  const { issuer = "", account_name: account = "" } = input;
  if (!generate) {
    await store(name, { issuer, account, rules, key: givenKey(input.key ?? "") }, cx);
    return undefined;
  }
  if (account === "") throw invalidRequest("the account_name value is required for generated keys");
  if (issuer === "") throw invalidRequest("the issuer value is required for generated keys");
  const made = { issuer, account, rules, key: newKey(cx.random, keySize) };
  const data = await shownOnce(made, input, qrSize);
  await store(name, made, cx);
  return data && { data };
};

export const removeKey = async (name: string, cx: BackendContext): Promise<undefined> => {
  await cx.storage.write([{ op: "delete", address: keyAddress(cx.storage, name), when: "any" }]);
};
