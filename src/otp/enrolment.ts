import { base32, type TotpKey, type TotpRules } from "./totp.ts";

/** How a key gets into an authenticator app: an address, or a picture of it. Both are as secret as the key. */

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
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?${query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
};

/**
 * A QR code as a PNG in base64, `pixels` wide and high; larger where so few pixels could not show it.
 * The package is loaded by the first call.
 */
export const barcode = async (text: string, pixels: number): Promise<string> => {
  const { default: qrcode } = await import("qrcode");
  const image = await qrcode.toBuffer(text, { errorCorrectionLevel: "M", type: "png", width: pixels });
  return image.toString("base64");
};
