import { ldapAuth } from "../../../../src/auth/ldap/backend.ts";
import { builtInRows } from "../../../../src/catalog.ts";
import { createGuard, NEARBY, type Reach, type Resolve } from "../../../../src/outgoing/index.ts";
import type { JsonObject } from "../../../../src/std/json.ts";
import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";
import { BINDER, SUFFIX } from "../../../support/slapd.ts";

export interface LdapServer extends TestServer {
  /** Writes the configuration of `auth/ldap/`; what is not named stays. */
  configure(body: JsonObject): Promise<Answered>;
  /** `name` as it is, not as it is written in a URL. */
  login(name: string, password?: string | null): Promise<Answered>;
  stop(): Promise<void>;
}

export interface LdapOptions {
  readonly reach?: Reach;
  readonly resolve?: Resolve;
  /** Milliseconds a login has for the directory, asked for at each. */
  readonly limitMs?: () => number;
}

/** A server with the method at `auth/ldap/`. */
export const makeLdapServer = async (options: LdapOptions = {}): Promise<LdapServer> => {
  const guard = createGuard(options.reach ?? NEARBY, options.resolve);
  const outside = {
    guard,
    get limitMs() {
      return options.limitMs?.() ?? 20_000;
    },
  };
  const rows = builtInRows({ aws: () => Promise.reject(new Error("unused")) }).filter(
    ({ type }) => type === "ldap" || type === "kv",
  );
  const server = await makeServer({
    rows: rows.map((row) => (row.type === "ldap" ? { ...row, load: async () => ldapAuth(outside) } : row)),
  });
  await server.call("POST", "sys/auth/ldap", { body: { type: "ldap" } });
  return {
    ...server,
    configure: (body) => server.call("POST", "auth/ldap/config", { body }),
    login: (name, password = "alice-pw") =>
      server.call("POST", `auth/ldap/login/${name}`, { token: null, body: password === null ? {} : { password } }),
    stop: async () => {
      await server.dynamo.close();
    },
  };
};

/** Searched by `uid` below `ou=people`, by the account that may search. */
export const SEARCHED: JsonObject = {
  userdn: `ou=people,${SUFFIX}`,
  userattr: "uid",
  groupdn: `ou=groups,${SUFFIX}`,
  ...BINDER,
};

export const NOT_BOUND = "ldap operation failed: failed to bind as user";

export const errorsOf = (answer: Answered): readonly unknown[] => [answer.status, answer.body["errors"]];
export const REFUSED = [400, [NOT_BOUND]] as const;
