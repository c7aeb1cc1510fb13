import { invalidRequest } from "../../framework/index.ts";
import { TemplateError } from "../../go-template/index.ts";
import { utf8Text } from "../../std/utf8.ts";
import { type Config, USER_FILTER } from "./config-fields.ts";
import type { Entry } from "./directory/answers.ts";
import type { Directory, Search } from "./directory/directory.ts";
import type { parseFilter } from "./directory/filters.ts";
import { escapeDnValue } from "./distinguished-names.ts";
import {
  codeInWords,
  directoryAway,
  isAway,
  notSearchable,
  SIZE_LIMIT_EXCEEDED,
  SUCCESS,
  searchFailed,
  talking,
  wrongCredentials,
} from "./failures.ts";
import { fillFilter } from "./templates.ts";

/**
 * Who a user is in the directory, and whether the password is theirs.
 *
 * Security: the password is tried on one entry alone. A name that finds none, or more than one, costs a bind that
 * cannot succeed, so that it takes what a wrong password takes.
 */

/** What `ldapts` does for a login; loaded with the first one. */
export interface Reading {
  readonly parse: typeof parseFilter;
}

/** A user whose password was right. */
export interface Proven {
  /** What was bound as: a distinguished name, or a user principal name. */
  readonly boundAs: string;
  /** The entry that was searched for; absent where the name was put together. */
  readonly entry: Entry | undefined;
}

/** Asks for the name of an entry alone. Source: RFC 4511, section 4.5.1.8. */
export const NO_ATTRIBUTES = "1.1";
/** One more than a name may find. */
const ONE_TOO_MANY = 2;

const hasBindAccount = ({ binddn, bindpass }: Config): boolean => binddn !== "" && bindpass !== "";

const searches = (config: Config): boolean => config.discoverdn || hasBindAccount(config);

/** A filter from its template. Throws `invalid_request` where what comes out is not a filter. */
export const filterFrom = (
  { parse }: Reading,
  name: string,
  template: string,
  values: Readonly<Record<string, string>>,
): Search["filter"] => {
  try {
    return parse(fillFilter(template, values));
  } catch (cause) {
    if (cause instanceof TemplateError || (cause instanceof Error && cause.name === "FilterError"))
      throw notSearchable(`the ${name} cannot be used: ${cause.message}`);
    throw cause;
  }
};

const BY_PRINCIPAL = "(userPrincipalName={{.Principal}})";
const BY_PRINCIPAL_OR_ACCOUNT = `(|${BY_PRINCIPAL}(sAMAccountName={{.Username}}))`;

/** Finds a user of Active Directory's by the name that `upndomain` makes. */
const principalFilter = (reading: Reading, config: Config, name: string): Search["filter"] => {
  const template = config.enable_samaccountname_login ? BY_PRINCIPAL_OR_ACCOUNT : BY_PRINCIPAL;
  return filterFrom(reading, "upndomain", template, { Principal: `${name}@${config.upndomain}`, Username: name });
};

const userFilter = (reading: Reading, config: Config, name: string): Search["filter"] => {
  const { userattr, upndomain, userfilter } = config;
  const isUsual = userfilter === "" || userfilter === USER_FILTER;
  if (upndomain === "") {
    const values = { UserAttr: userattr, Username: name };
    return filterFrom(reading, "userfilter", isUsual ? USER_FILTER : userfilter, values);
  }
  if (isUsual) return principalFilter(reading, config, name);
  const values = { UserAttr: "userPrincipalName", Username: `${name}@${upndomain}` };
  return filterFrom(reading, "userfilter", userfilter, values);
};

/** Binds as the account that searches, or as nobody. */
const bindToSearch = async (directory: Directory, { binddn, bindpass }: Config): Promise<void> => {
  const code = await directory.bind(binddn, bindpass);
  if (code === SUCCESS) return;
  if (isAway(code)) throw directoryAway(codeInWords(code));
  throw notSearchable(`the bind account was refused: ${codeInWords(code)}`);
};

/** The entries that a filter finds below `userdn`, two at most; with two the code may be `SIZE_LIMIT_EXCEEDED`. */
const searchUsers = (directory: Directory, config: Config, filter: Search["filter"], attribute: string) =>
  directory.search({
    base: config.userdn,
    scope: "sub",
    filter,
    attributes: [attribute],
    most: ONE_TOO_MANY,
    page: 0,
  });

/** The entry of that name; `undefined` unless there is exactly one. */
const findUser = async (
  directory: Directory,
  reading: Reading,
  config: Config,
  name: string,
): Promise<Entry | undefined> => {
  const filter = userFilter(reading, config, name);
  await bindToSearch(directory, config);
  const { code, entries } = await searchUsers(directory, config, filter, config.userattr);
  if (code !== SUCCESS && code !== SIZE_LIMIT_EXCEEDED) {
    if (isAway(code)) throw directoryAway(codeInWords(code));
    throw notSearchable(`users cannot be searched: ${codeInWords(code)}`);
  }
  const [entry] = entries;
  // A root entry has no name; bound as that, anybody would be nobody, and let in.
  return code === SUCCESS && entries.length === 1 && entry?.dn !== "" ? entry : undefined;
};

/** The name that a user binds as where nothing is searched. The alias has the same name then. */
export const composedName = ({ upndomain, userattr, userdn }: Config, name: string): string =>
  upndomain === "" ? `${userattr}=${escapeDnValue(name)},${userdn}` : `${escapeDnValue(name)}@${upndomain}`;

const bindAs = async (directory: Directory, dn: string, password: string): Promise<boolean> => {
  const code = await directory.bind(dn, password);
  if (code === SUCCESS) return true;
  if (isAway(code)) throw directoryAway(codeInWords(code));
  return false;
};

/** `nobody`: a value that no entry has. Throws `invalid_credentials`, or a failure with the same text. */
export const prove = (
  directory: Directory,
  reading: Reading,
  config: Config,
  user: { readonly name: string; readonly password: string; readonly nobody: string },
): Promise<Proven> =>
  talking(undefined, async () => {
    const { name, password, nobody } = user;
    if (!searches(config)) {
      const boundAs = composedName(config, name);
      if (!(await bindAs(directory, boundAs, password))) throw wrongCredentials("the directory refused the bind");
      return { boundAs, entry: undefined };
    }
    const entry = await findUser(directory, reading, config, name);
    const boundAs = entry?.dn ?? `cn=${nobody},${config.userdn}`;
    const isBound = await bindAs(directory, boundAs, password);
    if (!entry) throw wrongCredentials("the name finds no entry, or more than one");
    if (!isBound) throw wrongCredentials("the directory refused the bind");
    return { boundAs, entry };
  });

/** Back to the account that searches, where there is one; without, the user searches for what is theirs. */
export const bindAgain = async (directory: Directory, config: Config): Promise<void> => {
  if (!hasBindAccount(config)) return;
  const wire = "ldap operation failed: failed to re-bind with the BindDN user";
  const code = await talking(wire, () => directory.bind(config.binddn, config.bindpass));
  if (code !== SUCCESS) throw searchFailed(wire, code);
};

/** The distinguished name of who logged in. */
export const userDnOf = async (
  directory: Directory,
  reading: Reading,
  config: Config,
  name: string,
  { boundAs, entry }: Proven,
): Promise<string> => {
  if (entry || config.upndomain === "") return boundAs;
  const wire = "LDAP search failed for detecting user";
  const filter = principalFilter(reading, config, name);
  const { code, entries } = await talking(wire, () => searchUsers(directory, config, filter, NO_ATTRIBUTES));
  if (code !== SUCCESS && code !== SIZE_LIMIT_EXCEEDED) throw searchFailed(wire, code);
  const [found] = entries;
  if (entries.length !== 1 || !found) throw invalidRequest(`${wire}: 0 or not unique`);
  return found.dn;
};

/** Of the attribute that was asked for, under whatever name the directory has for it. */
export const valuesOf = ({ attributes }: Entry, asked: string): readonly Buffer[] | undefined => {
  const named = attributes.get(asked.toLowerCase());
  return named ?? (attributes.size === 1 ? [...attributes.values()][0] : undefined);
};

const PRINTABLE = /^\P{Cc}{1,512}$/u;

/** What the entity's alias is called. */
export const aliasOf = (config: Config, name: string, { entry }: Proven): string => {
  if (config.username_as_alias) return name;
  if (!entry) return composedName(config, name);
  const values = valuesOf(entry, config.userattr);
  if (!values) throw invalidRequest("LDAP attribute missing for entity alias mapping");
  const [value] = values;
  const alias = value && values.length === 1 ? utf8Text(value)?.trim() : undefined;
  if (alias === undefined || !PRINTABLE.test(alias))
    throw invalidRequest(`LDAP entity alias attribute ${config.userattr} empty or not unique for entity alias mapping`);
  return alias;
};
