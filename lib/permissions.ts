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

/** Mount ids are `<type>:<random>`; those of auth methods begin with `auth_`, so that `aws` is never both. */
const ENGINES = ["database", "aws", "ssh", "transit", "totp", "pki"].map((type) => `${type}:*`);
const KV = ["kv:*"];
const AUTH = ["auth_*"];

/** What every request needs: who is it, what is mounted, what may it do. */
const REQUEST_READS = [inSpace("epoch"), SPACES.config, SPACES.policy, inSpace("entity")];
const REQUEST_DOMAINS = ["token", "config", "policy", "identity"];

/**
 * Tokens are written wherever requests are answered: a use is spent, an answer is wrapped into a new token. That a
 * token made there carries only what the caller had is the program's duty; IAM cannot tell tokens apart.
 */
const REQUEST_WRITES = [inSpace("token"), inSpace("accessor")];

export const PERMISSIONS: Readonly<Record<FunctionName, Rights>> = {
  login: {
    reads: REQUEST_READS,
    writes: [
      ...REQUEST_WRITES,
      inSpace("entity"),
      inSpace("spent"),
      inSpace("cubbyhole"),
      inSpace("lease"),
      inSpace("leases"),
      ...AUTH.map((id) => inSpace("data", id)),
    ],
    domains: [...REQUEST_DOMAINS, "lease", ...AUTH],
    outside: ["identity-reads"],
  },
  kv: {
    reads: REQUEST_READS,
    writes: [
      ...REQUEST_WRITES,
      ...KV.flatMap((id) => [inSpace("kv", id), inSpace("listing", id), inSpace("data", id)]),
    ],
    domains: [...REQUEST_DOMAINS, ...KV],
    forwardsTo: ["login", "dynamic", "policy", "wrapping", "system"],
  },
  dynamic: {
    reads: REQUEST_READS,
    writes: [
      ...REQUEST_WRITES,
      inSpace("lease"),
      inSpace("leases"),
      ...ENGINES.flatMap((id) => [inSpace("data", id), inSpace("listing", id)]),
    ],
    domains: [...REQUEST_DOMAINS, "lease", ...ENGINES],
    outside: ["engines"],
  },
  policy: {
    reads: REQUEST_READS,
    writes: [...REQUEST_WRITES, SPACES.policy, inSpace("epoch")],
    domains: REQUEST_DOMAINS,
  },
  wrapping: {
    reads: REQUEST_READS,
    writes: [...REQUEST_WRITES, inSpace("cubbyhole")],
    domains: REQUEST_DOMAINS,
  },
  system: {
    reads: REQUEST_READS,
    writes: [
      ...REQUEST_WRITES,
      SPACES.config,
      SPACES.policy,
      inSpace("epoch"),
      inSpace("entity"),
      inSpace("lease"),
      inSpace("leases"),
    ],
    // Removing a mount: its data keys first, then what nobody can open any more.
    removes: [inSpace("key"), inSpace("data"), inSpace("kv"), inSpace("listing")],
    domains: [...REQUEST_DOMAINS, "lease"],
    rotates: ["*"],
  },
  revoke: {
    reads: [inSpace("epoch"), SPACES.config, ...ENGINES.map((id) => inSpace("data", id))],
    writes: [inSpace("token"), inSpace("accessor"), inSpace("lease"), inSpace("leases")],
    removes: [inSpace("cubbyhole"), inSpace("spent")],
    domains: ["token", "config", "lease", ...ENGINES],
    outside: ["engines", "expiry"],
  },
};
