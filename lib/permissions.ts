import { SPACES } from "../src/contract/table.ts";
import type { FunctionName } from "./functions.ts";

/**
 * Who may do what, as data: partition keys of the table, domains of data keys, and the few rights outside.
 * `statements.ts` turns a row into IAM statements; `ZEROTH_DOMAINS` tells the function its own domains.
 *
 * Security: these rows are the walls between the functions. A fault in one (a confused path, a poisoned dependency)
 * reaches what its row names and nothing else: kv cannot read a database's root password, dynamic cannot read a KV
 * secret, and revoke can do neither to what it does not have to revoke. Two locks have to open for every item: the
 * partition key (`dynamodb:LeadingKeys`) and the domain of its data key (`kms:EncryptionContext:domain`).
 */
export interface Rights {
  /** Partition keys it may read; `*` is any text. What it may write, it may read. */
  readonly reads: readonly string[];
  /** Partition keys it may put, change and delete. */
  readonly writes: readonly string[];
  /** Partition keys it may list and delete without ever opening a body. */
  readonly removes?: readonly string[];
  /** Domains whose data keys it may unwrap and make. `key#<domain>` follows from it. */
  readonly domains: readonly string[];
  /** Domains for which it may make new data keys without seeing them (rotation, new mounts). */
  readonly rotates?: readonly string[];
  readonly forwardsTo?: readonly FunctionName[];
  /** The rights outside table and key; `statements.ts` spells them out. */
  readonly outside?: readonly ("identity-reads" | "engines" | "expiry")[];
}

const inSpace = (space: keyof typeof SPACES, rest = "*"): string => `${SPACES[space]}#${rest}`;

/** Mount ids are `<type>:<random>`; those of auth methods begin with `auth-`, so that `aws` is never both. */
const KV = ["kv:*"];
const ENGINES = ["database", "aws", "ssh", "transit", "totp", "pki"].map((type) => `${type}:*`);
const AUTH = ["auth-*"];

/** What a mount stores: configuration and roles, and listing entries. */
const ofMounts = (ids: readonly string[]): readonly string[] =>
  ids.flatMap((id) => [inSpace("data", id), inSpace("listing", id)]);

/** What every request needs: what is mounted, who is it, what may it do. */
const REQUEST_READS = [inSpace("epoch"), SPACES.config, SPACES.policy, inSpace("entity")];

/**
 * Tokens are written wherever requests are answered: a use is spent, an answer is wrapped into a new token, and the
 * last use ends the token on the spot, with its leases. That a token made there carries only what the caller had is
 * the program's duty; IAM cannot tell tokens apart.
 */
const REQUEST_WRITES = [inSpace("token"), inSpace("accessor"), inSpace("lease"), inSpace("leases")];
const REQUEST_REMOVES = [inSpace("cubbyhole")];
/** `audit` is the key of the log's checkpoints: whoever answers a request records it, and signs what it recorded. */
const REQUEST_DOMAINS = ["token", "lease", "config", "policy", "identity", "audit"];

/**
 * The mount `sys/` itself, which several functions answer for. Its keys name its entries; to read one takes the
 * partition too, and that is for system alone.
 */
const SYS = "system:*";

export const PERMISSIONS: Readonly<Record<FunctionName, Rights>> = {
  login: {
    reads: REQUEST_READS,
    writes: [...REQUEST_WRITES, inSpace("entity"), inSpace("spent"), ...ofMounts(AUTH)],
    removes: REQUEST_REMOVES,
    domains: [...REQUEST_DOMAINS, ...AUTH],
    outside: ["identity-reads"],
  },
  kv: {
    reads: REQUEST_READS,
    writes: [...REQUEST_WRITES, ...KV.map((id) => inSpace("kv", id)), ...ofMounts(KV)],
    removes: REQUEST_REMOVES,
    domains: [...REQUEST_DOMAINS, ...KV],
    forwardsTo: ["login", "dynamic", "policy", "wrapping", "system"],
  },
  dynamic: {
    reads: REQUEST_READS,
    writes: [...REQUEST_WRITES, ...ofMounts(ENGINES)],
    removes: REQUEST_REMOVES,
    domains: [...REQUEST_DOMAINS, ...ENGINES, SYS],
    outside: ["engines"],
  },
  policy: {
    reads: REQUEST_READS,
    writes: [...REQUEST_WRITES, SPACES.policy, inSpace("epoch")],
    removes: REQUEST_REMOVES,
    domains: [...REQUEST_DOMAINS, SYS],
  },
  wrapping: {
    reads: REQUEST_READS,
    writes: [...REQUEST_WRITES, inSpace("cubbyhole"), ...ofMounts(["cubbyhole:*"])],
    domains: [...REQUEST_DOMAINS, "cubbyhole:*", SYS],
  },
  system: {
    reads: REQUEST_READS,
    writes: [
      ...REQUEST_WRITES,
      SPACES.config,
      SPACES.policy,
      inSpace("epoch"),
      inSpace("entity"),
      // Rotation adds wrapped keys, unmounting removes them: after that nobody opens what they sealed.
      inSpace("key"),
      ...ofMounts([SYS, "identity:*"]),
    ],
    removes: [...REQUEST_REMOVES, inSpace("data"), inSpace("kv"), inSpace("listing")],
    domains: [...REQUEST_DOMAINS, SYS, "identity:*"],
    rotates: ["*"],
  },
  revoke: {
    reads: [inSpace("epoch"), SPACES.config, ...ofMounts(ENGINES)],
    writes: REQUEST_WRITES,
    removes: REQUEST_REMOVES,
    domains: ["token", "lease", "config", ...ENGINES],
    outside: ["engines", "expiry"],
  },
};

/** The domains a function names to its own keyring: what it may open, and what it may make keys for. */
export const namedDomains = ({ domains, rotates = [] }: Rights): readonly string[] => [...domains, ...rotates];
