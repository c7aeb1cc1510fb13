/**
 * Whether only the given AWS services may assume a role. A session's name is chosen by whoever assumes the role,
 * so it is evidence only if that can only be the service. Anything not understood counts as somebody else.
 */

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const hasOnly = (object: Json, names: readonly string[]): boolean =>
  Object.keys(object).every((name) => names.includes(name));

const admitsOnly = (statement: Json, services: ReadonlySet<string>): boolean => {
  const { Principal: principal } = statement;
  if (!hasOnly(statement, ["Sid", "Effect", "Principal", "Action", "Condition"])) return false;
  if (statement["Action"] === undefined || !isObject(principal) || !hasOnly(principal, ["Service"])) return false;
  const named = list(principal["Service"]);
  return named.length > 0 && named.every((name) => typeof name === "string" && services.has(name));
};

/**
 * `document` is the JSON of an assume-role policy. Denials and conditions only narrow and are not looked at; at least
 * one statement must allow. Source: IAM User Guide, "IAM JSON policy elements".
 */
export const trustsOnly = (document: string, services: ReadonlySet<string>): boolean => {
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch {
    return false;
  }
  if (!isObject(policy) || !hasOnly(policy, ["Version", "Id", "Statement"])) return false;
  let allows = 0;
  for (const statement of list(policy["Statement"])) {
    if (!isObject(statement)) return false;
    if (statement["Effect"] === "Deny") continue;
    if (statement["Effect"] !== "Allow" || !admitsOnly(statement, services)) return false;
    allows += 1;
  }
  return allows > 0;
};
