/** Loaded on first use; named imports, so that a bundle holds these alone. */
export { SignatureV4 } from "@smithy/signature-v4";
