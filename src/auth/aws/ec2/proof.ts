import { invalidRequest } from "../../../framework/index.ts";
import { isBase64 } from "../../../std/base64.ts";
import type { LoginInput } from "../login-request.ts";
import type { Proof } from "./signature.ts";

/** What a login by document sends, decoded: base64 as the metadata service gives it, with or without line breaks. */

const MOST_CHARACTERS = 16 * 1024;

/** `undefined`: empty, too long, or not base64. */
const decode = (text: string): Buffer | undefined => {
  if (text.length > MOST_CHARACTERS) return undefined;
  const joined = text.replace(/[\r\n]/g, "");
  return joined !== "" && isBase64(joined) ? Buffer.from(joined, "base64") : undefined;
};

/** Throws `invalid_request` with Vault's texts. */
export const readProof = ({ pkcs7 = "", identity = "", signature = "" }: LoginInput): Proof => {
  const document = decode(identity);
  if (identity !== "" && !document) throw invalidRequest("failed to base64 decode the instance identity document");
  const signed = decode(signature);
  if (signature !== "" && !signed)
    throw invalidRequest("failed to base64 decode the SHA256 RSA signature of the instance identity document");
  if (pkcs7 !== "" && document && signed)
    throw invalidRequest(
      "both pkcs7 and a tuple containing the instance identity document and its SHA256 RSA signature is supplied; provide only one",
    );
  if (pkcs7 !== "") {
    const message = decode(pkcs7);
    if (!message) throw invalidRequest("failed to decode the PEM encoded PKCS#7 signature");
    return { use: "pkcs7", message };
  }
  if (document && signed) return { use: "identity", document, signature: signed };
  throw invalidRequest(
    "either pkcs7 or a tuple containing the instance identity document and its SHA256 RSA signature needs to be provided",
  );
};
