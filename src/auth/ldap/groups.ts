import { utf8Text } from "../../std/utf8.ts";
import type { Config } from "./config-fields.ts";
import type { Entry } from "./directory/answers.ts";
import type { Directory, Search } from "./directory/directory.ts";
import { commonNameIn } from "./distinguished-names.ts";
import { SUCCESS, searchFailed, talking } from "./failures.ts";
import { securityIdOf } from "./security-ids.ts";
import { filterFrom, NO_ATTRIBUTES, type Reading, valuesOf } from "./users.ts";

/** The groups that the directory says a user is in, by the names they have there. */

const FAILED = "LDAP search failed";

const search = async (directory: Directory, wanted: Search): Promise<readonly Entry[]> => {
  const { code, entries } = await talking(FAILED, () => directory.search(wanted));
  if (code !== SUCCESS) throw searchFailed(FAILED, code);
  return entries;
};

const byFilter = (
  directory: Directory,
  reading: Reading,
  config: Config,
  user: { readonly dn: string; readonly name: string },
): Promise<readonly Entry[]> => {
  const { groupdn, groupfilter, groupattr, max_page_size: page } = config;
  const values = { UserDN: user.dn, Username: user.name };
  const filter = filterFrom(reading, "groupfilter", groupfilter, values);
  return search(directory, { base: groupdn, scope: "sub", filter, attributes: [groupattr], most: 0, page });
};

const one = (base: string, attribute: string, filter: Search["filter"]): Search => ({
  base,
  scope: "base",
  filter,
  attributes: [attribute],
  most: 1,
  page: 0,
});

/** Groups of Active Directory that are looked up by their identifiers. */
const MOST_IDS = 1000;

/** Active Directory's own list: all security groups, nested ones among them. */
const byTokenGroups = async (directory: Directory, reading: Reading, dn: string): Promise<readonly Entry[]> => {
  const anything = reading.parse("(objectClass=*)");
  const [user] = await search(directory, one(dn, "tokenGroups", anything));
  const groups: Entry[] = [];
  for (const bytes of (user?.attributes.get("tokengroups") ?? []).slice(0, MOST_IDS)) {
    const id = securityIdOf(bytes);
    if (id === undefined) continue;
    const found = await talking(FAILED, () => directory.search(one(`<SID=${id}>`, NO_ATTRIBUTES, anything)));
    // One that may not be read or was removed meanwhile counts for nothing.
    if (found.code === SUCCESS) groups.push(...found.entries);
  }
  return groups;
};

const LONGEST = 512;

const namesIn = (entry: Entry, config: Config): readonly string[] => {
  const values = valuesOf(entry, config.groupattr) ?? [];
  const texts = values.length > 0 ? values.map(utf8Text) : [entry.dn];
  return texts.flatMap((text) => {
    const name = text === undefined ? "" : commonNameIn(text, config.use_pre111_group_cn_behavior);
    return name === "" || name.length > LONGEST ? [] : [name];
  });
};

/** Each once, sorted. Throws where the directory cannot say. */
export const groupsOf = async (
  directory: Directory,
  reading: Reading,
  config: Config,
  user: { readonly dn: string; readonly name: string },
): Promise<readonly string[]> => {
  const nowhere = config.groupfilter === "" || config.groupdn === "";
  if (nowhere && !config.use_token_groups) return [];
  const entries = config.use_token_groups
    ? await byTokenGroups(directory, reading, user.dn)
    : await byFilter(directory, reading, config, user);
  return [...new Set(entries.flatMap((entry) => namesIn(entry, config)))].sort();
};
