import { createPublicKey } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Attribute } from "@peculiar/asn1-x509";
import { contextTag } from "../tags.ts";
import { encodedExtensions, encodedKey, signedFrame } from "./certificate.ts";
import { bufferOf, element, integer, sequence } from "./der.ts";
import { encodedName } from "./names.ts";
import type { ExtensionPlan, RequestPlan, Signer } from "./plans.ts";

/** The attribute that holds the extensions somebody asks for. Source: RFC 2985, section 5.4.2. */
export const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

const VERSION = integer(0);

const asked = (extensions: readonly ExtensionPlan[]): readonly Buffer[] => {
  if (extensions.length === 0) return [];
  const values = [bufferOf(encodedExtensions(extensions))];
  return [Buffer.from(AsnConvert.serialize(new Attribute({ type: EXTENSION_REQUEST, values })))];
};

/** A request for a certificate of the signer's own key, DER. Source: RFC 2986. */
export const makeRequest = ({ subject, extensions }: RequestPlan, signer: Signer): Buffer =>
  signedFrame(
    sequence(
      VERSION,
      encodedName(subject),
      encodedKey(createPublicKey(signer.key)),
      element(contextTag(0), ...asked(extensions)),
    ),
    signer,
  );
