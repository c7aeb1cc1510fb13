import { DatabaseFailure } from "../failure.ts";

/**
 * Creation statements: one JSON list of access rules, `["~app:*", "+@read"]`, each sent as an argument of its own.
 * Only rules about keys, channels and commands are let through. Rules about passwords and about whether the user is
 * on would break the promise that one password works and ends with the lease; a refusal names the rule by its place,
 * because its text may be a password. Source: Redis documentation, "ACL rules".
 */

/** What a role gets that names no rules, as in Vault. */
const DEFAULT_RULES = ["~*", "+@read"];
const MOST_RULES = 256;
const LONGEST_RULE = 1024;

const COMMAND = /^[+-]@?[a-z0-9_.-]+(?:\|[a-z0-9_.-]+)?$/i;
const KEYS = /^(?:~|%(?:R|W|RW|WR)~)[^\s\0]+$/i;
const CHANNELS = /^&[^\s\0]+$/;
const WORDS = /^(?:all(?:keys|channels|commands)|reset(?:keys|channels)|nocommands)$/i;
/** Of the user as a whole, so not inside a selector. `on` is what every user is. */
const USER_WORDS = /^(?:on|clearselectors|(?:skip-)?sanitize-payload)$/i;
const SELECTOR = /^\(([^()]*)\)$/;

const isRight = (rule: string): boolean =>
  COMMAND.test(rule) || KEYS.test(rule) || CHANNELS.test(rule) || WORDS.test(rule);

const isAllowed = (rule: string): boolean => {
  if (rule.length > LONGEST_RULE) return false;
  const selector = SELECTOR.exec(rule)?.[1];
  if (selector !== undefined) return selector.split(" ").every((part) => part === "" || isRight(part));
  return isRight(rule) || USER_WORDS.test(rule);
};

const refuse = (why: string): never => {
  throw new DatabaseFailure("statement", why);
};

const listOf = (text: string): readonly unknown[] => {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // Refused below: the parser's text may quote the statement.
  }
  return refuse(
    'error unmarshalling REDIS rules in the creation statement JSON: expected a list like ["~*", "+@read"]',
  );
};

/** The rules of a role. Throws `DatabaseFailure`. */
export const rulesOf = (statements: readonly string[]): readonly string[] => {
  const [text, ...more] = statements.map((statement) => statement.trim()).filter((statement) => statement !== "");
  if (text === undefined) return DEFAULT_RULES;
  if (more.length > 0) return refuse("expected one creation statement: a JSON list of all rules");
  const list = listOf(text);
  if (list.length > MOST_RULES) return refuse(`more than ${MOST_RULES} rules in the creation statement`);
  return list.map((rule, index) => {
    if (typeof rule === "string" && isAllowed(rule)) return rule;
    return refuse(
      `rule ${index + 1} of the creation statement is not allowed: only rules for keys, channels and commands are`,
    );
  });
};
