import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { removeIssuer } from "../../../../../src/engines/pki/authorities/issuer-removal.ts";
import { UNLISTED } from "../../../../../src/engines/pki/revoking/rows.ts";
import { patience, runs } from "../../../../support/runs.ts";
import { listOf, type Mount, makeMount, revoke } from "./fixture.ts";

/** Everything that makes, changes or empties lists, at once and in several processes. */

const ACTS = [
  "revoke",
  "revoke",
  "revoke",
  "read",
  "tick",
  "rotate",
  "delta",
  "auto",
  "switch",
  "issuer",
  "tidy",
] as const;

const AUTO = { auto_rebuild: true, enable_delta: true };
const AT_ONCE = { auto_rebuild: false, enable_delta: false, disable: false };

it(
  "no revocation that was answered is missing in the end, and numbers only grow, whatever happens at once",
  async () => {
    const act = fc.record({ what: fc.constantFrom(...ACTS), at: fc.nat(2), waits: fc.nat(30) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 4, maxLength: 16 }),
        fc.infiniteStream(fc.nat(3)),
        async (acts, yields) => {
          const first = makeMount();
          const processes = [first, ...[1, 2].map(() => makeMount({ view: first.view, clock: first.clock }))];
          const options = { common_name: "Root", key_type: "ec", issuer_name: "one" };
          await first.ask("update", "root/generate/internal", options);
          const { data: two } = await first.ask("update", "root/generate/exported", { ...options, issuer_name: "two" });
          const serials: string[] = [];
          for (let at = 0; at < acts.length; at += 1) {
            serials.push(await first.issue({ issuer: at % 2 === 0 ? "one" : "two" }));
          }
          const seen = new Map<string, number>();
          const look = async (mount: Mount, path: string): Promise<void> => {
            const before = seen.get(path) ?? 0;
            const { number } = await listOf(mount, path);
            expect(number).toBeGreaterThanOrEqual(before);
            seen.set(path, Math.max(seen.get(path) ?? 0, number));
          };
          const revoked: string[] = [];
          const steps: Readonly<Record<(typeof ACTS)[number], (mount: Mount, at: number) => Promise<unknown>>> = {
            revoke: async (mount, at) => {
              const serial = serials[at] ?? "";
              await revoke(mount, serial);
              revoked.push(serial);
            },
            read: (mount) => look(mount, "crl"),
            tick: (mount) => mount.tick(),
            rotate: (mount) => mount.ask("read", "crl/rotate"),
            delta: (mount) => mount.ask("read", "crl/rotate-delta"),
            auto: (mount) => mount.ask("update", "config/crl", AUTO),
            switch: async (mount) => {
              await mount.ask("update", "config/crl", { disable: true });
              await mount.ask("update", "config/crl", AT_ONCE);
            },
            issuer: async (mount) => {
              await removeIssuer("two", mount.cx);
              await mount.ask("update", "issuers/import/bundle", { pem_bundle: two.certificate });
            },
            tidy: (mount) => mount.ask("update", "tidy", { tidy_cert_store: true, tidy_revoked_certs: true }),
          };
          first.view.pause = async () => {
            for (let left = yields.next().value; left > 0; left -= 1) await Promise.resolve();
          };
          await Promise.all(
            acts.map(async ({ what, at, waits }, index) => {
              for (let left = waits * 10; left > 0; left -= 1) await Promise.resolve();
              await steps[what](processes[at] ?? first, index);
            }),
          );
          const { auto_rebuild } = (await first.ask("read", "config/crl")).data;
          await first.tick();
          if (auto_rebuild) await first.ask("read", "crl/rotate-delta");
          const { key_info } = (await first.ask("list", "issuers")).data;
          const on: string[] = [];
          for (const id of Object.keys(key_info)) {
            on.push(...(await listOf(first, `issuer/${id}/crl/der`)).serials);
            on.push(...(await listOf(first, `issuer/${id}/crl/delta/der`)).serials);
          }
          expect([...new Set(on)].sort()).toEqual([...revoked].sort());
          if (!auto_rebuild) expect((await first.view.items(UNLISTED)).items).toEqual([]);
        },
      ),
      { numRuns: runs(40, 1000) },
    );
  },
  patience,
);
