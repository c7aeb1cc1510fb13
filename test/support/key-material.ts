import { createPrivateKey } from "node:crypto";
import type { MountId } from "../../src/std/brand.ts";
import type { View } from "../../src/storage/store.ts";
import type { TestServer } from "./make-server.ts";

/**
 * The secrets that mounts keep, and whether a text holds any of them, however it is written: raw, hexadecimal, base64 of
 * any alignment and alphabet (and with it PEM and DER), base32, decimal numbers, lists of bytes.
 */

export interface Material {
  /** The entry, the secret's name in it, and the part of a key. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Characters of a text that are compared. */
const WINDOW = 16;

const keysBelow = async (view: View, prefix: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const name of await view.list(prefix)) {
    if (name.endsWith("/")) found.push(...(await keysBelow(view, prefix + name)));
    else found.push(prefix + name);
  }
  return found;
};

/** The secret numbers of a private key; the bytes themselves where they are none. */
const partsOf = (name: string, bytes: Uint8Array): readonly Material[] => {
  const der = Buffer.from(bytes);
  try {
    const jwk = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "jwk" });
    return (["d", "p", "q", "dp", "dq", "qi"] as const).flatMap((part) => {
      const value = jwk[part];
      return typeof value === "string" ? [{ name: `${name} ${part}`, bytes: Buffer.from(value, "base64url") }] : [];
    });
  } catch {
    return [{ name, bytes }];
  }
};

/** Every secret that is sealed in entries of a mount. */
export const materialOf = async (server: TestServer, mount: string): Promise<readonly Material[]> => {
  const { mounts } = await server.core.config.snapshot();
  const id: MountId | undefined = [...mounts.values()].find(({ info }) => info.path === mount)?.info.id;
  if (id === undefined) throw new Error(`${mount} is not mounted`);
  const view = await server.core.store.view(id);
  const keys = await keysBelow(view, "");
  const found: Material[] = [];
  for (const key of keys) {
    const entry = await view.get(view.at(key));
    for (const [name, secret] of Object.entries(entry?.secrets ?? {})) {
      found.push(...partsOf(`${mount}${key} ${name}`, secret.reveal()));
    }
  }
  return found;
};

const base32 = (bytes: Uint8Array): string => {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const quintets = bits.match(/.{5}/g) ?? [];
  return quintets.map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five, 2)]).join("");
};

/** Base64 of the bytes behind 0, 1 or 2 others, without the characters that others share. */
const alignments = (bytes: Uint8Array): readonly string[] =>
  [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .slice([0, 2, 3][before], -4),
  );

/** A secret as texts may hold it. */
export const formsOf = (bytes: Uint8Array): readonly string[] => {
  const hex = Buffer.from(bytes).toString("hex");
  const pairs = hex.replace(/..(?=.)/g, "$&:");
  const based = alignments(bytes);
  return [
    Buffer.from(bytes).toString("latin1"),
    hex,
    hex.toUpperCase(),
    pairs,
    pairs.toUpperCase(),
    ...based,
    ...based.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    base32(bytes),
    base32(bytes).toLowerCase(),
    BigInt(`0x${hex}`).toString(),
    Array.from(bytes).join(","),
    Array.from(bytes).join(", "),
    Array.from(bytes).join(""),
  ];
};

/** Without line breaks and spaces, as they are or escaped: a PEM body becomes one text. */
const joined = (text: string): string => text.replace(/\s|\\[nrt]/g, "");

export interface Sieve {
  /** Names of the secrets that a text holds. */
  in(text: string): readonly string[];
}

/** Looks for the beginning and the end of each secret in each form. */
export const sieveOf = (materials: readonly Material[]): Sieve => {
  const windows = new Map<string, string>();
  for (const { name, bytes } of materials) {
    for (const form of formsOf(bytes)) {
      if (form.length < WINDOW) throw new Error(`${name} is too short to be looked for`);
      for (const window of [form.slice(0, WINDOW), form.slice(-WINDOW)]) windows.set(window, name);
    }
  }
  const scan = (text: string, found: Set<string>): void => {
    for (let at = 0; at + WINDOW <= text.length; at++) {
      const name = windows.get(text.slice(at, at + WINDOW));
      if (name !== undefined) found.add(name);
    }
  };
  return {
    in: (text) => {
      const found = new Set<string>();
      scan(text, found);
      const plain = joined(text);
      if (plain !== text) scan(plain, found);
      return [...found];
    },
  };
};
