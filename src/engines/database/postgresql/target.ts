import { type Host, refuse } from "../sql/target.ts";

/** Where a connection goes, whichever way it was written. Source: PostgreSQL documentation, "Connection Strings". */

export interface Target {
  readonly hosts: readonly Host[];
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const DEFAULT_PORT = 5432;
/** Each is dialled in turn. */
const MOST_HOSTS = 8;
const portOf = (text: string | undefined): number => {
  if (text === undefined || text === "") return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : refuse("invalid port");
};

/** `name` as a host: empty is this machine. */
export const hostOf = (name: string, port: string | undefined): Host => {
  if (/^[/@]/.test(name)) return refuse("Unix sockets are not supported");
  return { name: name === "" ? "localhost" : name, port: portOf(port) };
};

/** Several hosts with one port for all, or one for each. */
export const hostList = (names: string, ports: string): readonly Host[] => {
  const hosts = names.split(",");
  const given = ports === "" ? [] : ports.split(",");
  if (given.length > 1 && given.length !== hosts.length)
    return refuse(`${given.length} ports do not match ${hosts.length} hosts`);
  return hosts.map((name, index) => hostOf(name.trim(), given.length === 1 ? given[0] : given[index]));
};

/** Keywords that say where to go and as whom; `hosts` are those of a URL's own, if it names any. */
export const targetOf = (given: ReadonlyMap<string, string>, hosts: readonly Host[] = []): Target => {
  const parameters = new Map(given);
  const take = (key: string): string => {
    const value = parameters.get(key) ?? "";
    parameters.delete(key);
    return value;
  };
  if (parameters.has("hostaddr")) return refuse("hostaddr is not supported; name the server by host");
  const named = { host: take("host"), port: take("port") };
  const all = hosts.length > 0 && named.host === "" ? hosts : hostList(named.host, named.port);
  if (all.length > MOST_HOSTS) return refuse(`more than ${MOST_HOSTS} hosts`);
  const [database, username, password] = [take("dbname"), take("user"), take("password")];
  return { hosts: all, database, username, password, parameters };
};
