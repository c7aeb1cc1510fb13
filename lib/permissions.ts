import { FUNCTION_TABLE, type FunctionName, type FunctionRow, type OutsideRights } from "../src/contract/functions.ts";
import { type Home, handsLeasesTo, handsOnTo } from "../src/contract/homes.ts";
import { SPACES } from "../src/contract/table.ts";

/**
 * Who may do what, derived from the table of functions and the homes of the backends: partition keys of the table,
 * domains of data keys, and the few rights outside. `statements.ts` turns a row into IAM statements; `ZEROTH_DOMAINS`
 * tells the function its own domains.
 *
 * Security: these rows are the walls between the functions: kv cannot read a database's root password, dynamic cannot
 * read a KV secret, and revoke can do neither to what it does not have to revoke. Two locks have to open for every
 * item: the partition key (`dynamodb:LeadingKeys`) and the domain of its data key (`kms:EncryptionContext:domain`).
 */
export interface Rights {
  /** Partition keys it may read; `*` is any text. What it may write, it may read. */
  readonly reads: readonly string[];
  /** Partition keys it may put, change and delete. */
  readonly writes: readonly string[];
  /** Partition keys it may list and delete without ever opening a body. */
  readonly removes: readonly string[];
  /** Domains whose data keys it may unwrap, and whose wrapped keys it may read. */
  readonly domains: readonly string[];
  /** Domains for which it may make new data keys without seeing them (rotation, new mounts). */
  readonly makesKeys: readonly string[];
  readonly forwardsTo: readonly FunctionName[];
  /** Functions it invokes to have leases ended. */
  readonly handsLeasesTo: readonly FunctionName[];
  readonly outside: readonly OutsideRights[];
}

const inSpace = (space: keyof typeof SPACES, rest = "*"): string => `${SPACES[space]}#${rest}`;

/** What every request needs: what is mounted, who is it, what may it do. */
const REQUEST_READS = [inSpace("epoch"), SPACES.config, SPACES.policy, inSpace("entity")];

/**
 * Tokens are written wherever requests are answered: a use is spent, an answer is wrapped into a new token, and the
 * last use ends the token on the spot, with its leases. That a token made there carries only what the caller had is
 * the program's duty; IAM cannot tell tokens apart.
 */
const REQUEST_WRITES = [inSpace("token"), inSpace("accessor"), inSpace("lease"), inSpace("leases")];
const REQUEST_REMOVES = [inSpace("cubbyhole")];
/**
 * `audit` is the key of the log's checkpoints: a function that answers a request records it, and signs what it
 * recorded.
 */
const REQUEST_DOMAINS = ["token", "lease", "config", "policy", "identity", "audit"];

const EVENT_READS = [inSpace("epoch"), SPACES.config];
const EVENT_DOMAINS = ["token", "lease", "config"];

/** What a function has by what it answers. */
const COMMON: Readonly<
  Record<FunctionRow["answers"], Readonly<Record<"reads" | "writes" | "removes" | "domains", readonly string[]>>>
> = {
  requests: { reads: REQUEST_READS, writes: REQUEST_WRITES, removes: REQUEST_REMOVES, domains: REQUEST_DOMAINS },
  events: { reads: EVENT_READS, writes: REQUEST_WRITES, removes: REQUEST_REMOVES, domains: EVENT_DOMAINS },
  challenges: { reads: [], writes: [], removes: [], domains: [] },
  files: { reads: [], writes: [], removes: [], domains: [] },
};

/** Mount ids are `<type>:<random>`; those of auth methods begin with `auth-`, so that `aws` is never both. */
const mountIds = (homes: readonly Home[]): readonly string[] =>
  homes.map(({ kind, type }) => `${kind === "auth" ? "auth-" : ""}${type}:*`);

/** What a mount stores: configuration and roles, listing entries, and the records of its own. */
const ofMounts = (ids: readonly string[]): readonly string[] =>
  ids.flatMap((id) => [inSpace("data", id), inSpace("listing", id), inSpace("record", id)]);

const rightsOf = (name: FunctionName, homes: readonly Home[]): Rights => {
  const { answers, also, endsFor, scheduled } = FUNCTION_TABLE[name];
  const common = COMMON[answers];
  const run = homes.filter(({ home }) => home === name || endsFor.includes(home));
  const hosted = mountIds(run.filter(({ home }) => home === name));
  const ended = mountIds(run.filter(({ home }) => home !== name));
  const { reads = [], writes = [], removes = [], domains = [], makesKeys = [], outside = [] } = also;
  return {
    reads: [...common.reads, ...ofMounts(ended), ...reads],
    writes: [...common.writes, ...ofMounts(hosted), ...writes],
    removes: [...common.removes, ...removes],
    domains: [...common.domains, ...hosted, ...ended, ...domains],
    makesKeys,
    forwardsTo: handsOnTo(name, homes),
    handsLeasesTo: handsLeasesTo(name, homes),
    // What Lambda gives up of the schedule's orders it keeps in the name of the function.
    outside: [
      ...run.flatMap((row) => (row.home === name ? row.outside : row.outsideToEnd) ?? []),
      ...outside,
      ...(scheduled ? (["failures"] as const) : []),
    ],
  };
};

/** The rights of every function, for the backends of `homes`. */
export const permissionsFor = (homes: readonly Home[]): Readonly<Record<FunctionName, Rights>> => ({
  login: rightsOf("login", homes),
  kv: rightsOf("kv", homes),
  dynamic: rightsOf("dynamic", homes),
  keys: rightsOf("keys", homes),
  policy: rightsOf("policy", homes),
  wrapping: rightsOf("wrapping", homes),
  system: rightsOf("system", homes),
  revoke: rightsOf("revoke", homes),
  challenges: rightsOf("challenges", homes),
  ui: rightsOf("ui", homes),
});

/** The domains a function names to its own keyring: what it may open, and what it may make keys for. */
export const namedDomains = ({ domains, makesKeys }: Rights): readonly string[] => [...domains, ...makesKeys];

/** Whom a function may invoke, for whatever reason. */
export const peersOf = ({ forwardsTo, handsLeasesTo }: Rights): readonly FunctionName[] => [
  ...forwardsTo,
  ...handsLeasesTo,
];
