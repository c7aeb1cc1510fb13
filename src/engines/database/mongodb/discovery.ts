import { Resolver } from "node:dns/promises";
import { NoConnection, networkReason } from "../../../outgoing/index.ts";
import type { Host, Target } from "./url.ts";

/**
 * `mongodb+srv://`: the members' names out of the name service. As in the drivers, a member must be in the domain of
 * the name that was asked, so that an answer cannot send a password elsewhere; and only two options may come along.
 * Source: MongoDB specification, "Initial DNS Seedlist Discovery".
 */

export interface Names {
  srv(name: string): Promise<readonly { readonly name: string; readonly port: number }[]>;
  /** Each record as its pieces. */
  txt(name: string): Promise<readonly (readonly string[])[]>;
}

const TIMEOUT_MS = 2000;
const MOST_MEMBERS = 16;

export const systemNames = (): Names => {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  return {
    srv: (name) => resolver.resolveSrv(name),
    txt: async (name) => {
      try {
        return await resolver.resolveTxt(name);
      } catch (cause) {
        // Most names have none.
        if (cause instanceof Error && "code" in cause && (cause.code === "ENODATA" || cause.code === "ENOTFOUND"))
          return [];
        throw cause;
      }
    },
  };
};

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");

const isInside = (member: string, name: string): boolean => {
  const parent = plain(name).split(".").slice(1).join(".");
  return parent.includes(".") && plain(member).endsWith(`.${parent}`);
};

const refuse = (why: string): never => {
  throw new NoConnection(why);
};

const optionsOf = (records: readonly (readonly string[])[]): ReadonlyMap<string, string> => {
  if (records.length > 1) return refuse("the name has more than one TXT record");
  const given = new URLSearchParams(records[0]?.join("") ?? "");
  const options = new Map<string, string>();
  for (const [name, value] of given) {
    const known = name.toLowerCase();
    if (known !== "authsource" && known !== "replicaset" && known !== "loadbalanced")
      return refuse("the name's TXT record has an option that is not supported");
    if (known !== "loadbalanced") options.set(known, value);
  }
  return options;
};

/** The members to dial and the options that came with them; a URL that names its hosts is answered as it is. */
export const membersOf = async (
  { srv, hosts }: Target,
  names: Names,
): Promise<{ readonly hosts: readonly Host[]; readonly options: ReadonlyMap<string, string> }> => {
  const [asked] = hosts;
  if (!srv || asked === undefined) return { hosts, options: new Map() };
  try {
    const [members, records] = await Promise.all([names.srv(`_mongodb._tcp.${asked.name}`), names.txt(asked.name)]);
    if (members.length === 0) return refuse("no such host");
    if (!members.every(({ name }) => isInside(name, asked.name)))
      return refuse("a member's name is outside the domain of the name that was asked");
    return {
      hosts: members.slice(0, MOST_MEMBERS).map(({ name, port }) => ({ name: plain(name), port })),
      options: optionsOf(records),
    };
  } catch (cause) {
    throw cause instanceof NoConnection ? cause : new NoConnection(networkReason(cause), { cause });
  }
};
