import { createHmac } from "node:crypto";
import {
  bytesOfText,
  func1,
  func2,
  STRING,
  type TemplateFunction,
  textOfBytes,
  unrunnable,
} from "../../../go-template/index.ts";
import { decodeBase64, encodeBase64, hashOf } from "../go/encodings.ts";

/** consul-template's functions of base64 and hashes. */

const decoding = (name: string, url: boolean): TemplateFunction =>
  func1(STRING, (text) => {
    const found = decodeBase64(text, url);
    if (typeof found === "number") return unrunnable(`${name}: illegal base64 data at input byte ${found}`);
    return textOfBytes(found);
  });

export const ENCODINGS: Readonly<Record<string, TemplateFunction>> = {
  base64Decode: decoding("base64Decode", false),
  base64Encode: func1(STRING, (text, room) => encodeBase64(bytesOfText(text), room)),
  base64URLDecode: decoding("base64URLDecode", true),
  base64URLEncode: func1(STRING, (text, room) =>
    encodeBase64(bytesOfText(text), room).replaceAll("+", "-").replaceAll("/", "_"),
  ),
  hmacSHA256Hex: func2(STRING, STRING, (message, key) =>
    createHmac("sha256", bytesOfText(key)).update(bytesOfText(message)).digest("hex"),
  ),
  md5sum: func1(STRING, (text) => hashOf("md5", text)),
  sha256Hex: func1(STRING, (text) => hashOf("sha256", text)),
};
