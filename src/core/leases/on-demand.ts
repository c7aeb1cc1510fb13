import { once } from "../../std/once.ts";
import type { createLeases } from "./index.ts";
import type { Leases } from "./types.ts";

/** Leases whose code is loaded by the first use: most functions grant none, and reading a secret looks at none. */

type Made = ReturnType<typeof createLeases>;

export const leasesOnDemand = (...given: Parameters<typeof createLeases>): Made => {
  const made = once(async (): Promise<Made> => (await import("./index.ts")).createLeases(...given));
  const there = async (): Promise<Leases> => (await made()).leases;
  return {
    leases: {
      pend: async (...it) => (await there()).pend(...it),
      confirm: async (...it) => (await there()).confirm(...it),
      abandon: async (...it) => (await there()).abandon(...it),
      lookup: async (...it) => (await there()).lookup(...it),
      stands: async (...it) => (await there()).stands(...it),
      tokenOf: async (...it) => (await there()).tokenOf(...it),
      renew: async (...it) => (await there()).renew(...it),
      revoke: async (...it) => (await there()).revoke(...it),
      expireNow: async (...it) => (await there()).expireNow(...it),
      revokePrefix: async (...it) => (await there()).revokePrefix(...it),
      revokeMount: async (...it) => (await there()).revokeMount(...it),
      list: async (...it) => (await there()).list(...it),
      irrevocable: async (...it) => (await there()).irrevocable(...it),
      retrying: async (...it) => (await there()).retrying(...it),
      stuck: async (...it) => (await there()).stuck(...it),
      ofToken: async (...it) => (await there()).ofToken(...it),
      sweep: async (...it) => (await there()).sweep(...it),
      endDue: async (...it) => (await there()).endDue(...it),
      removed: async (...it) => (await there()).removed(...it),
    },
    prefixJob: async (...turn) => (await made()).prefixJob(...turn),
    tidyJob: async (...turn) => (await made()).tidyJob(...turn),
    countJob: async (...turn) => (await made()).countJob(...turn),
  };
};
