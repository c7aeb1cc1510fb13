import { Attribute, Change } from "ldapts";
import type { JsonObject } from "../../../../src/std/json.ts";
import type { Answered } from "../../../support/make-server.ts";
import { type Slapd, SUFFIX, startSlapd } from "../../../support/slapd.ts";
import { type LdapServer, makeLdapServer, SEARCHED } from "./support.ts";

/** A server whose `auth/ldap/` asks a real directory; one for each file of tests. */

export interface DirectoryWorld {
  readonly slapd: Slapd;
  readonly server: LdapServer;
  /** Writes below `auth/ldap/`. */
  said(path: string, body: JsonObject): Promise<Answered>;
  renew(token: string): Promise<Answered>;
  /** Adds an account that only one test uses; its password is `<uid>-pw` unless given. */
  person(uid: string, more?: Readonly<Record<string, string>>): Promise<void>;
  /** Replaces the values of one attribute of an entry. */
  replace(dn: string, type: string, ...values: string[]): Promise<void>;
  /** For `beforeEach`: the configuration as every test expects it, and nothing logged. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export const startWorld = async (): Promise<DirectoryWorld> => {
  const slapd = await startSlapd({
    // A limit below the number of groups, which paging gets past.
    limits: `limits dn.exact="cn=binder,${SUFFIX}" size.soft=3 size.hard=3 size.prtotal=unlimited`,
  });
  const server = await makeLdapServer();
  return {
    slapd,
    server,
    said: (path, body) => server.call("POST", `auth/ldap/${path}`, { body }),
    renew: (token) => server.call("POST", "auth/token/renew-self", { token, body: {} }),
    person: (uid, more = {}) =>
      slapd.change((client) =>
        client.add(`cn=${uid},ou=people,${SUFFIX}`, {
          objectClass: "inetOrgPerson",
          cn: uid,
          sn: uid,
          uid,
          userPassword: `${uid}-pw`,
          ...more,
        }),
      ),
    replace: (dn, type, ...values) =>
      slapd.change((client) =>
        client.modify(dn, new Change({ operation: "replace", modification: new Attribute({ type, values }) })),
      ),
    reset: async () => {
      server.logLines.length = 0;
      server.auditLines.length = 0;
      await server.configure({
        url: slapd.url,
        upndomain: "",
        userfilter: "",
        username_as_alias: false,
        case_sensitive_names: false,
        deny_null_bind: true,
        discoverdn: false,
        max_page_size: 0,
        groupfilter: "(member={{.UserDN}})",
        token_policies: "",
        ...SEARCHED,
      });
    },
    stop: async () => {
      await server.stop();
      await slapd.stop();
    },
  };
};

export const authOf = (answer: { readonly body: JsonObject }): JsonObject => answer.body["auth"] as JsonObject;
export const tokenOf = (answer: { readonly body: JsonObject }): string => String(authOf(answer)["client_token"]);
