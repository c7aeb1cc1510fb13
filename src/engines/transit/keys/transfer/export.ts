import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { type BackendContext, invalidRequest } from "../../../../framework/index.ts";
import { cut } from "../../../../std/shown.ts";
import type { KeyVersion, StoredKey } from "../../model.ts";
import { goEd25519, rawEd25519Public } from "../ed25519.ts";
import { findKey } from "../find.ts";
import { kindOf } from "../kinds.ts";
import { refused } from "../refused.ts";
import { exportedVersions } from "./which-versions.ts";

/**
 * Keys as texts, for whoever may have them.
 *
 * Security: secrets of a key leave only if it is exportable; public keys and certificates of any key that has them. The
 * public half of a derived key is part of what contexts are derived from, so it counts as a secret.
 */

export const Exported = z.object({
  name: z.string(),
  type: z.string(),
  keys: z.record(z.string(), z.string()).describe("by version"),
});

const TYPES = ["encryption-key", "signing-key", "hmac-key", "public-key", "certificate-chain"] as const;
type ExportType = (typeof TYPES)[number];
const FORMATS = ["", "raw", "der", "pem"] as const;
type Format = (typeof FORMATS)[number];

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const bytesText = (bytes: Uint8Array, format: Format): string => {
  if (format === "der" || format === "pem") {
    throw refused("unknown format for HMAC key; supported values are `` or `raw`");
  }
  return base64(bytes);
};

/** Vault ends the PEM of RSA keys with a line break, and that of others without one. */
const pem = (text: string | Buffer, isRsa: boolean): string => (isRsa ? text.toString() : text.toString().trim());

const refuseRaw = (kind: string | undefined): never => {
  throw refused(`unknown key format for ${kind} key; supported values are \`\`, \`der\`, or \`pem\``);
};

const privateText = (key: KeyObject | undefined, format: Format): string => {
  // A version of which only the public key was imported.
  if (!key) return "";
  const kind = key.asymmetricKeyType;
  if (kind === "ed25519" && (format === "" || format === "raw")) return base64(goEd25519(key));
  if (format === "raw") return refuseRaw(kind);
  if (format === "der") return base64(key.export({ type: "pkcs8", format: "der" }));
  if (format === "pem") return pem(key.export({ type: "pkcs8", format: "pem" }), kind === "rsa");
  return pem(key.export({ type: kind === "rsa" ? "pkcs1" : "sec1", format: "pem" }), kind === "rsa");
};

const publicText = (key: KeyObject, format: Format): string => {
  const kind = key.asymmetricKeyType;
  if (kind === "ed25519" && (format === "" || format === "raw")) return base64(rawEd25519Public(key));
  if (format === "raw") return refuseRaw(kind);
  if (format === "der") return base64(key.export({ type: "spki", format: "der" }));
  return pem(key.export({ type: "spki", format: "pem" }), kind === "rsa");
};

const secretText = ({ secret, privateKey }: KeyVersion, format: Format): string =>
  secret ? bytesText(secret.reveal(), format) : privateText(privateKey, format);

const chainText = ({ certificates }: KeyVersion): string => {
  if (certificates.length === 0) throw refused("selected key version does not have a certificate chain imported");
  return certificates.join("\n");
};

const textOf = ({ type }: StoredKey, version: KeyVersion, what: ExportType, format: Format): string => {
  switch (what) {
    case "hmac-key":
      return bytesText(version.hmac.reveal(), format);
    case "certificate-chain":
      return chainText(version);
    case "public-key":
      if (!version.publicKey) throw refused(`unknown key type ${type} for export type public-key`);
      return publicText(version.publicKey, format);
    default:
      return secretText(version, format);
  }
};

const checkAllowed = ({ type, exportable, derived }: StoredKey, what: ExportType): void => {
  const isPublic = what === "certificate-chain" || (what === "public-key" && !derived);
  if (!exportable && !isPublic) throw invalidRequest("private key material is not exportable");
  const { encrypts, signs } = kindOf(type);
  if (what === "encryption-key" && !encrypts) throw invalidRequest("encryption not supported for the key");
  if (what === "signing-key" && !signs) throw invalidRequest("signing not supported for the key");
  if (what === "certificate-chain" && !signs) {
    throw invalidRequest("certificate chain not supported for keys that do not support signing");
  }
};

export interface ExportWish {
  readonly type: string;
  readonly name: string;
  readonly version?: string | undefined;
  readonly format?: string | undefined;
}

/** What was asked for, of each version; `undefined` where the key does not exist. Throws with Vault's texts. */
export const exportKey = async (
  wish: ExportWish,
  cx: BackendContext,
): Promise<z.output<typeof Exported> | undefined> => {
  const what = TYPES.find((type) => type === wish.type);
  if (!what) throw invalidRequest(`invalid export type: ${cut(wish.type)}`);
  const format = FORMATS.find((known) => known === (wish.format ?? ""));
  if (format === undefined) throw invalidRequest(`invalid format: ${cut(wish.format ?? "")}`);
  const key = await findKey(wish.name, cx);
  if (!key) return undefined;
  checkAllowed(key.stored, what);
  const versions = await exportedVersions(key, wish.version);
  const keys = [...versions].map(([number, version]) => [String(number), textOf(key.stored, version, what, format)]);
  return { name: key.stored.name, type: key.stored.type, keys: Object.fromEntries(keys) };
};
