import { base32, type TotpKey, type TotpRules } from "./totp.ts";

/** How a key gets into an authenticator app: an address, or a picture of it. Both are as secret as the key. */

/** Percent-encodes all bytes of UTF-8 but letters, digits, `-_.~` and those in `plain`. */
const escaped = (text: string, plain: string): string =>
  Array.from(Buffer.from(text, "utf8"), (byte) => {
    const character = String.fromCharCode(byte);
    const stays = /[A-Za-z0-9\-_.~]/.test(character) || plain.includes(character);
    return stays ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");

/** What Go leaves as it is in a path. */
const IN_PATH = "$&+,/:;=@";
/** What Vault leaves as it is in a value, without `&` and `+`: readers would take them for an end and a space. */
const IN_VALUE = "$:=@";

/**
 * `otpauth://totp/<issuer>:<account>?algorithm=…&digits=…&issuer=…&period=…&secret=…`, in that order, spaces as `%20`.
 * Source: "Key Uri Format" of Google Authenticator, as Vault writes it.
 */
export const otpauthUrl = (of: {
  readonly issuer: string;
  readonly account: string;
  readonly rules: TotpRules;
  readonly key: TotpKey;
}): string => {
  const { issuer, account, rules, key } = of;
  const query = [
    ["algorithm", rules.algorithm],
    ["digits", String(rules.digits)],
    ["issuer", issuer],
    ["period", String(rules.period)],
    ["secret", base32(key)],
  ] as const;
  const label = escaped(`${issuer}:${account}`, IN_PATH);
  return `otpauth://totp/${label}?${query.map(([name, value]) => `${name}=${escaped(value, IN_VALUE)}`).join("&")}`;
};

/** Bytes in the largest code of level M. Source: ISO/IEC 18004, table 7. */
const MOST_BYTES = 2331;
/** Modules of white that the standard wants around a code. */
const QUIET_ZONE = 4;

/** A text as a QR code that was not drawn yet. */
export interface QrCode {
  /** Pixels of a side of the smallest picture: one for each module, with nothing around it. */
  readonly least: number;
  /**
   * A PNG in base64, exactly `pixels` wide and high, at least `least`. Every module is a square of the same size, in the
   * middle of the picture; the white around is as wide as the standard wants where there is room.
   */
  draw(pixels: number): Promise<string>;
}

/** `undefined` for a text too long for a code. The package is loaded by the first call. */
export const qrCode = async (text: string): Promise<QrCode | undefined> => {
  if (Buffer.byteLength(text) > MOST_BYTES) return undefined;
  const { default: qrcode } = await import("qrcode");
  const options = { errorCorrectionLevel: "M" } as const;
  const least = qrcode.create(text, options).modules.size;
  return {
    least,
    draw: async (pixels) => {
      const scale = Math.max(1, Math.floor(pixels / (least + 2 * QUIET_ZONE)));
      // The package cuts off the fraction of a pixel; a little more keeps rounding from cutting off a whole one.
      const margin = (pixels - least * scale) / (2 * scale) + 1e-9;
      const image = await qrcode.toBuffer(text, { ...options, type: "png", scale, margin });
      return image.toString("base64");
    },
  };
};

/** The picture of an address, `pixels` wide and high; larger where so few pixels could not show it. */
export const barcode = async (text: string, pixels: number): Promise<string> => {
  const code = await qrCode(text);
  return code ? code.draw(Math.max(pixels, code.least + 2 * QUIET_ZONE)) : "";
};
