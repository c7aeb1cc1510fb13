/**
 * Dollars a month, by secrets and reads. The numbers are those of `docs/cost.md`, which shows how they come about; a test
 * holds the two together.
 */

/** Idle, and a million reads. */
const ZEROTH = { idle: 3.12, million: 2.519 };
/** A secret, and a million calls. */
const MANAGER = { secret: 0.4, million: 5 };
/** Standard parameters at higher throughput, a million calls. */
const PARAMETERS = { million: 5 };

export interface Use {
  readonly secrets: number;
  /** A month. */
  readonly reads: number;
}

const MILLION = 1_000_000;

export const WAYS = ["zeroth", "manager", "parameters"] as const;
export type WayToKeep = (typeof WAYS)[number];

export const dollarsFor = (way: WayToKeep, { secrets, reads }: Use): number => {
  switch (way) {
    case "zeroth":
      return ZEROTH.idle + (ZEROTH.million * reads) / MILLION;
    case "manager":
      return MANAGER.secret * secrets + (MANAGER.million * reads) / MILLION;
    case "parameters":
      return (PARAMETERS.million * reads) / MILLION;
  }
};

/** Positions of the sliders. */
export const SECRETS = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000] as const;
export const READS = [
  100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000, 300_000_000, 1_000_000_000,
] as const;
