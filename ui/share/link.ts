import { bytesOf } from "./bytes.ts";
import type { Code, Fill } from "./code.ts";
import { opened, sealed } from "./seal.ts";

/**
 * Links that open once. What matters is behind `#`, so that no server sees it:
 *
 * `v1.open.END.TOKEN.CHECK`, or with a code `v1.code.END.SEALED.CHECK`
 *
 * END is in seconds since 1970: it tells "ended" from "opened", which a server answers alike. CHECK is the beginning of a
 * SHA-256, against links that were cut or mistyped on the way; it protects nothing.
 */

export interface Link {
  readonly kind: "open" | "code";
  /** Seconds since 1970. */
  readonly end: number;
  /** The wrapping token, or what `code` opens to it. */
  readonly body: string;
}

const SHAPE =
  /^(?<told>v1\.(?<kind>open|code)\.(?<end>[1-9]\d{9})\.(?<body>[A-Za-z0-9._-]{20,900}))\.(?<check>[0-9a-f]{8})$/;
const TOKEN = /^hv[bs]\.[A-Za-z0-9._-]{16,500}$/;
const SEALED = /^[A-Za-z0-9_-]+$/;
const CHECK = 4;

/** Hexadecimal: programs that find links in text drop a dash or an underscore at their end. */
const checkOf = async (told: string): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(told)));
  return Array.from(digest.subarray(0, CHECK), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const boundOf = (end: number): string => `v1.code.${end}`;

/** The fragment, without `#`. `code`: what the opener will be asked for. */
export const linkOf = async (token: string, end: number, code: Code | undefined, fill: Fill): Promise<string> => {
  if (!TOKEN.test(token)) throw new TypeError("not a wrapping token");
  const told = code ? `${boundOf(end)}.${await sealed(token, code, boundOf(end), fill)}` : `v1.open.${end}.${token}`;
  return `${told}.${await checkOf(told)}`;
};

/** Strict: `undefined` for anything that is not a whole link. */
export const readLink = async (fragment: string): Promise<Link | undefined> => {
  const found = SHAPE.exec(fragment)?.groups;
  const { told, kind, end, body, check } = found ?? {};
  if (told === undefined || body === undefined || (kind !== "open" && kind !== "code")) return undefined;
  if (!(kind === "open" ? TOKEN : SEALED).test(body) || (await checkOf(told)) !== check) return undefined;
  return { kind, end: Number(end), body };
};

/** The wrapping token of a link; `undefined`: a wrong code, or none where one is needed. */
export const tokenOf = async (link: Link, code: Code | undefined): Promise<string | undefined> => {
  if (link.kind === "open") return link.body;
  const token = code && (await opened(link.body, code, boundOf(link.end)));
  return token !== undefined && TOKEN.test(token) ? token : undefined;
};

/** What stands behind `#` in a pasted address, or the text itself. */
export const fragmentOf = (pasted: string): string => {
  const text = pasted.trim();
  return text.slice(text.indexOf("#") + 1);
};
