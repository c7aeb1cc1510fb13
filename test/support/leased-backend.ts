import { z } from "zod";
import type { CatalogRow } from "../../src/core/catalog.ts";
import { type Backend, defineBackend, field, op, path, VaultError } from "../../src/framework/index.ts";
import type { JsonValue } from "../../src/std/json.ts";
import { seconds } from "../../src/std/time.ts";

/** A backend that hands out credentials to a world the test can look into. */

export interface OutsideWorld {
  /** Names of the credentials that work now. */
  readonly alive: Set<string>;
  /** How often each name was asked to be revoked. */
  readonly revocations: Map<string, number>;
  /** `later`: revocation fails but may succeed another time. `never`: it is refused for good. */
  refuses: "no" | "later" | "never";
  /** Runs with each name that is asked to be revoked; what it throws is why it is not. */
  revoking: (name: string) => void;
  /** The same for renewal. */
  refusesRenewal: boolean;
  /** Runs while a renewal is being judged. */
  renewing: () => Promise<void>;
  /** Runs while a credential is being made: its lease is pending. */
  meanwhile: () => Promise<void>;
  /** What the next leases ask for. */
  ttl: number;
  maxTtl: number;
}

export const createOutsideWorld = (): OutsideWorld => ({
  alive: new Set(),
  revocations: new Map(),
  refuses: "no",
  revoking: () => undefined,
  refusesRenewal: false,
  renewing: async () => undefined,
  meanwhile: async () => undefined,
  ttl: 3600,
  maxTtl: 0,
});

const nameIn = (internal: { readonly [key: string]: unknown }): string => String(internal["name"]);

export const leasedBackend = (world: OutsideWorld): Backend => {
  let made = 0;
  return defineBackend({
    kind: "secret",
    type: "leased",
    help: "Hands out credentials.",
    paths: [
      path("creds/{role}", {
        summary: "a credential",
        params: { role: "any" },
        ops: {
          read: op({
            summary: "hand out a credential",
            answers: z.object({ name: z.string() }),
            handle: async (_request, cx) => {
              made += 1;
              const name = `user-${made}`;
              const pending = await cx.pend({
                type: "credential",
                ttl: seconds(world.ttl),
                maxTtl: seconds(world.maxTtl),
                renewable: true,
                internal: { name },
              });
              await cx.crash("leased.issue", async () => {
                await world.meanwhile();
                world.alive.add(name);
              });
              return { data: { name }, lease: pending };
            },
          }),
        },
      }),
      path("kept/{key}", {
        summary: "something the mount keeps",
        params: { key: "its name" },
        ops: {
          update: op({
            summary: "keep it",
            answers: "nothing",
            input: z.object({ value: field.text("the data to keep") }),
            handle: async ({ params, input }, cx) => {
              const address = cx.storage.at(`kept/${params.key}`);
              await cx.storage.write([{ op: "put", address, body: { value: input.value ?? "" }, when: "any" }]);
              return undefined;
            },
          }),
          read: op({
            summary: "show it",
            answers: z.custom<JsonValue>(),
            handle: async ({ params }, cx) => {
              const entry = await cx.storage.get(cx.storage.at(`kept/${params.key}`));
              return entry && { data: entry.body };
            },
          }),
        },
      }),
    ],
    leases: {
      credential: {
        renew: async ({ internal }) => {
          await world.renewing();
          if (world.refusesRenewal) throw new VaultError("upstream_failed", { wire: "the outside said no" });
          return {
            type: "credential",
            ttl: seconds(world.ttl),
            maxTtl: seconds(world.maxTtl),
            renewable: true,
            internal,
          };
        },
        revoke: async ({ internal }) => {
          const name = nameIn(internal);
          world.revocations.set(name, (world.revocations.get(name) ?? 0) + 1);
          world.revoking(name);
          if (world.refuses === "later") throw new VaultError("upstream_failed", { wire: "the outside is down" });
          if (world.refuses === "never") throw new VaultError("invalid_request", { wire: "no such account" });
          world.alive.delete(name);
        },
      },
    },
  });
};

export const leasedRow = (world: OutsideWorld): CatalogRow => ({
  kind: "secret",
  type: "leased",
  home: "dynamic",
  leases: true,
  load: async () => leasedBackend(world),
});
