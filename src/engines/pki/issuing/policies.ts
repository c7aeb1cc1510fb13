import { z } from "zod";
import { invalidRequest } from "../../../framework/index.ts";
import type { JsonValue } from "../../../std/json.ts";
import { shown } from "../../../std/shown.ts";
import { isOid } from "../../../x509/issuing/index.ts";

/** Policies that certificates name: an object identifier each, perhaps with where its text is, and a notice. */

const QualifiedPolicy = z.object({
  oid: z.string(),
  cps: z.string().optional(),
  notice: z.string().optional(),
});
export type Policy = z.output<typeof QualifiedPolicy>;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** How an entry is kept and shown: members in a fixed order, without empty ones. */
const textOf = ({ oid, cps, notice }: Policy): string =>
  JSON.stringify({ oid, ...(cps ? { cps } : {}), ...(notice ? { notice } : {}) });

const refuse = (item: string): never => {
  throw invalidRequest(
    `policy identifier ${shown(item)} is neither a valid OID nor a JSON policy identifier with one`,
    { multi: true },
  );
};

/** IA5String, as a CPS pointer is written. */
const isIa5 = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** RFC 5280, section 4.2.1.4: a notice has at most 200 characters. */
const MOST_NOTICE = 200;

const read = (item: string): Policy => {
  if (isOid(item)) return { oid: item };
  const { success, data } = QualifiedPolicy.safeParse(parseJson(item));
  if (!success || !isOid(data.oid.trim())) return refuse(item);
  const policy = { ...data, oid: data.oid.trim() };
  if (!isIa5(policy.cps ?? "")) throw invalidRequest(`the cps of policy ${policy.oid} is not an ASCII text`);
  if ([...(policy.notice ?? "")].length > MOST_NOTICE || /\p{Cc}/u.test(policy.notice ?? "")) {
    throw invalidRequest(`the notice of policy ${policy.oid} has control characters, or more than ${MOST_NOTICE}`);
  }
  return policy;
};

/** The policies of a role. Empty items are left out. */
export const policiesOf = (items: readonly string[]): readonly Policy[] =>
  items.filter((item) => item !== "").map(read);

const itemText = (item: unknown): string => {
  if (typeof item === "string") return item.trim();
  const { success, data } = QualifiedPolicy.safeParse(item);
  return success ? textOf(data) : refuse(JSON.stringify(item) ?? "");
};

/**
 * What a request says of `policy_identifiers`, as it is kept: a JSON list of policies as text, a comma list of object
 * identifiers, or a list of either.
 */
export const policyItems = (value: JsonValue): readonly string[] => {
  if (value === null || value === "") return [];
  if (Array.isArray(value)) return value.map(itemText);
  if (typeof value !== "string") return [itemText(value)];
  const { success, data } = z.array(QualifiedPolicy).safeParse(parseJson(value));
  return success ? data.map(textOf) : value.split(",").map((item) => item.trim());
};
