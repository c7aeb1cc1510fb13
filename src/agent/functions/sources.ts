import type { Secret } from "../../client/contract.ts";
import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";

/**
 * Everything outside that a template can reach. A template is run again once what it asked for has arrived, so an
 * answer is either there, or `missing`: noted, and empty to the template until the next run.
 */

export type Fetched<T> =
  | { readonly state: "missing" }
  /** There is nothing at the path: the function fails with `no secret exists at <path>`. */
  | { readonly state: "absent" }
  | { readonly state: "value"; readonly value: T };

export interface Certificate {
  /** PEM; `ca` and `key` may be empty. */
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly caChain: readonly string[];
}

/** `writeToFile`; a user or group is a name or a number, and empty where it stays the agent's own. */
export interface FileToWrite {
  readonly path: string;
  readonly user: string;
  readonly group: string;
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly append: boolean;
  readonly content: Uint8Array;
}

export interface Address {
  readonly address: string;
  /** Bits of the network. */
  readonly prefix: number;
}

/** A network interface, as Go's `net.Interfaces` tells of it. */
export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
  /** `up`, `broadcast`, `loopback`, `pointtopoint`, `multicast`, `running`. */
  readonly flags: readonly string[];
  readonly addresses: readonly Address[];
}

export interface Network {
  readonly interfaces: readonly NetworkInterface[];
  /** The name of the interface of the default route. */
  readonly defaultInterface?: string;
}

export type Pairs = Readonly<Record<string, string>>;

export interface Sources {
  /** `path` is without slashes around it, as the template has it otherwise; `query` is what followed its `?`. */
  read(path: string, query: Pairs): Fetched<Secret>;
  /** `secret "path" "k=v"`: written once, and again when the answer's time is up. */
  write(path: string, data: Pairs): Fetched<Secret>;
  /** Keys, sorted. Nothing there is an empty list. */
  list(path: string): Fetched<readonly string[]>;
  pkiCert(path: string, data: Pairs): Fetched<Certificate>;
  /** Throws what the template must fail with; `assertInSandbox` has the rule of `sandbox_path`. */
  file(path: string): Fetched<Uint8Array>;
  /** Throws what the template must fail with. */
  writeFile(file: FileToWrite): void;
  /** `undefined`: not set. */
  env(name: string): string | undefined;
  /** Asked only by `sockaddr`. `systemNetwork` reads this machine's. */
  network(): Network;
  readonly clock: Clock;
  readonly random: RandomSource;
}
