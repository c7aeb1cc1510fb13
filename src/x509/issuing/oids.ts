import { Unwritable } from "./errors.ts";

const OID = /^(?:[01]\.(?:[0-9]|[1-3][0-9])|2\.(?:0|[1-9][0-9]{0,14}))(?:\.(?:0|[1-9][0-9]{0,14}))*$/;

/** Whether a text is an object identifier: numbers with dots, the first two as X.660 allows them. */
export const isOid = (text: string): boolean => text.length <= 200 && OID.test(text);

/** Throws `Unwritable`. */
export const requireOid = (text: string): string => {
  if (!isOid(text)) throw new Unwritable("not an object identifier");
  return text;
};
