import type { Template } from "aws-cdk-lib/assertions";

/** Reads IAM statements out of a template, and decides with them as IAM would, for the few operators they use. */

export interface Statement {
  readonly sid: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Intrinsic functions as short readable text: `${AWS::Region}`, `${Table.Arn}`. */
export const readable = (value: Json | undefined): string => {
  if (typeof value === "string") return value;
  if (!isObject(value)) return JSON.stringify(value);
  const [[name, argument] = ["", null]] = Object.entries(value);
  if (name === "Ref") return `<${short(readable(argument))}>`;
  if (name === "Fn::GetAtt" && Array.isArray(argument)) return `<${short(argument.map(readable).join("."))}>`;
  if (name === "Fn::ImportValue") return `<${short(readable(argument))}>`;
  if (name === "Fn::Join" && Array.isArray(argument) && Array.isArray(argument[1]))
    return argument[1].map(readable).join(readable(argument[0]));
  throw new Error(`no readable form for ${name}`);
};

/** Logical ids without their hashes, exports by what they export. */
const short = (text: string): string =>
  text
    .replace(/^.*:ExportsOutput(?:FnGetAtt|Ref)/, "")
    .replace(/[0-9A-F]{8}/, "")
    .replace(/[0-9A-F]{8}$/, "")
    .replace(/^([A-Z][a-z]+)(Arn|StreamArn)$/, "$1.$2");

const listOf = (value: Json | undefined): readonly string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(readable);

const conditionsOf = (value: Json | undefined): Statement["conditions"] =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([operator, keys]) => [
          operator,
          isObject(keys) ? Object.fromEntries(Object.entries(keys).map(([key, given]) => [key, listOf(given)])) : {},
        ]),
      )
    : {};

export const statementsOf = (document: Json | undefined): readonly Statement[] => {
  const statements = isObject(document) ? document["Statement"] : undefined;
  if (!Array.isArray(statements)) throw new Error("a policy document without statements");
  return statements.map((statement) => {
    if (!isObject(statement)) throw new Error("a statement that is not an object");
    return {
      sid: readable(statement["Sid"] ?? ""),
      effect: statement["Effect"] === "Deny" ? "Deny" : "Allow",
      actions: listOf(statement["Action"]),
      resources: listOf(statement["Resource"]),
      conditions: conditionsOf(statement["Condition"]),
    };
  });
};

/** Every statement of every function's role, by function. Throws when rights come from anywhere but inline policies. */
export const statementsByFunction = (template: Template): Readonly<Record<string, readonly Statement[]>> => {
  const roles = Object.entries<Json>(template.findResources("AWS::IAM::Role"));
  if (Object.keys(template.findResources("AWS::IAM::Policy")).length > 0) throw new Error("a policy outside a role");
  return Object.fromEntries(
    roles.map(([id, role]) => {
      const properties = isObject(role) && isObject(role["Properties"]) ? role["Properties"] : {};
      if (properties["ManagedPolicyArns"] !== undefined) throw new Error(`${id} has managed policies`);
      const policies = properties["Policies"];
      if (!Array.isArray(policies)) throw new Error(`${id} has no rights`);
      const statements = policies.flatMap((it) => (isObject(it) ? statementsOf(it["PolicyDocument"]) : []));
      return [id.replace(/Role[0-9A-F]{8}$/, ""), statements];
    }),
  );
};

/** What somebody tries: context keys as IAM sees them, a list where a request has several values. */
export interface Attempt {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  ).test(text);

const holds = (operator: string, wanted: readonly string[], given: readonly string[] | undefined): boolean => {
  const [, forAll, bare = operator] = /^(ForAllValues:)?(.*)$/.exec(operator) ?? [];
  const matches = (value: string) =>
    wanted.some((one) => (bare === "StringEquals" ? one === value : bare === "StringLike" && like(one, value)));
  if (forAll !== undefined) return (given ?? []).every(matches);
  return given?.length === 1 && given.every(matches);
};

const applies = (statement: Statement, { action, resource, context = {} }: Attempt): boolean =>
  statement.actions.some((pattern) => like(pattern, action)) &&
  statement.resources.some((pattern) => like(pattern, resource)) &&
  Object.entries(statement.conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const value = context[key];
      return holds(operator, wanted, typeof value === "string" ? [value] : value);
    }),
  );

/** IAM's decision: any deny refuses, else any allow allows, else refused. Unknown operators never hold. */
export const isAllowed = (statements: readonly Statement[], attempt: Attempt): boolean => {
  const matching = statements.filter((statement) => applies(statement, attempt));
  return matching.length > 0 && matching.every(({ effect }) => effect === "Allow");
};
