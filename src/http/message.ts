import type { PeerCertificates } from "../std/brand.ts";
import { utf8Text } from "../std/utf8.ts";

/**
 * A request and an answer as every front door has them. Adapters (`gateway.ts`, `alb.ts`, `listener.ts`) make the one
 * and print the other; nothing behind them knows which door it was.
 */

export interface HttpRequest {
  /** As sent: `GET`, `LIST` … */
  readonly method: string;
  /** Percent-decoded exactly once, starting with `/`. Never decode it again. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  /** By lower-case name; one entry per header line where the front door keeps them apart. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
  /** The peer as the front door itself saw it; never taken from a header. `""` when unknown. */
  readonly sourceAddress: string;
  /** What the client showed in TLS to the front door itself; never taken from a header. Absent: nothing. */
  readonly peerCertificates?: PeerCertificates | undefined;
  /** What the front door calls this request in its own log; absent: it has no name for it. */
  readonly id?: string | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** HTTP's own white space alone: a no-break space belongs to the value. */
const trimmed = (text: string): string => text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");

/** All lines of a header as one value, as gateways join them; `undefined` when absent or empty. */
export const headerValue = (request: Pick<HttpRequest, "headers">, name: string): string | undefined => {
  if (!Object.hasOwn(request.headers, name)) return undefined;
  const value = trimmed((request.headers[name] ?? []).join(","));
  return value === "" ? undefined : value;
};

const PERCENT = 0x25;

const hexDigit = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
};

/**
 * Undoes percent-encoding once. `undefined` for a bad escape, or if the bytes are not UTF-8: nothing is replaced,
 * so no two spellings of a broken name meet. `+` stays `+`.
 */
export const percentDecode = (text: string): string | undefined => {
  const bytes = Buffer.from(text, /[^\0-\xff]/.test(text) ? "utf8" : "latin1");
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== PERCENT) {
      out[length++] = byte;
      continue;
    }
    const high = hexDigit(bytes[i + 1] ?? 0);
    const low = hexDigit(bytes[i + 2] ?? 0);
    if (high < 0 || low < 0) return undefined;
    out[length++] = high * 16 + low;
    i += 2;
  }
  return utf8Text(out.subarray(0, length));
};
