import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { VaultError } from "../../../../../src/framework/index.ts";
import { patience, runs } from "../../../../support/runs.ts";
import { createPkiMount, type PkiMount, ROOT, stored } from "./support/mount.ts";

/** Changes of issuers and keys at the same time, by several processes: none is lost, and none is made twice. */

const made = createPkiMount();
const rootOf = async (name: string) => {
  const root = await made.data("root/generate/exported", { ...ROOT, common_name: name });
  return { certificate: String(root["certificate"]), key: String(root["private_key"]) };
};
const FOREIGN = await Promise.all(["One", "Two", "Three"].map(rootOf));
const LONE_KEYS = [0, 1].map(() =>
  generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }),
);

type Step = (mount: PkiMount) => Promise<unknown>;

const bundles = FOREIGN.map(
  ({ certificate, key }): Step =>
    (mount) =>
      mount.data("issuers/import/bundle", { pem_bundle: `${key}\n${certificate}` }),
);
const certificates = FOREIGN.map(
  ({ certificate }): Step =>
    (mount) =>
      mount.data("issuers/import/cert", { pem_bundle: certificate }),
);
const keys = LONE_KEYS.map(
  ({ privateKey }): Step =>
    (mount) =>
      mount.data("keys/import", { pem_bundle: privateKey }),
);
const changes: readonly Step[] = [
  (mount) => mount.data("root/generate/internal", ROOT),
  (mount) => mount.data("root/generate/internal", { ...ROOT, issuer_name: "taken" }),
  (mount) => mount.data("config/issuers", { default: "taken", default_follows_latest_issuer: true }),
  (mount) => mount.data("config/urls", { issuing_certificates: "http://example.com/ca" }),
  (mount) => mount.request("delete", "issuer/taken"),
  (mount) => mount.request("delete", "key/default"),
];
const STEPS = [...bundles, ...certificates, ...keys, ...changes];

/** Done at once, whatever becomes of each; a refusal is a 400, and nothing else goes wrong. */
const together = async (mount: PkiMount, steps: readonly Step[]): Promise<readonly unknown[]> => {
  const done = await Promise.allSettled(steps.map((step) => step(mount.another())));
  return done.flatMap((one) => {
    if (one.status === "fulfilled") return [one.value];
    if (one.reason instanceof VaultError && one.reason.code === "invalid_request") return [];
    throw one.reason;
  });
};

const turns = (mount: PkiMount, seed: number) => {
  let state = seed;
  mount.view.pause = async () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    for (let left = state % 7; left > 0; left -= 1) await Promise.resolve();
  };
};

const unique = (all: readonly string[]) => new Set(all).size === all.length;

describe("changes at the same time", () => {
  it(
    "leave an index that names exactly what is stored, each certificate, key and name once",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 0, max: STEPS.length - 1 }), { minLength: 2, maxLength: 8 }),
          fc.integer({ min: 0, max: 1_000_000 }),
          async (which, seed) => {
            const mount = createPkiMount();
            turns(mount, seed);
            await together(
              mount,
              which.flatMap((at) => STEPS[at] ?? []),
            );
            mount.view.pause = async () => undefined;
            if (mount.view.keys().length === 0) return;

            const index = await mount.index();
            expect(index.issuers.map(({ id }) => id).sort()).toEqual(stored(mount.view, "issuer"));
            expect(index.keys.map(({ id }) => id).sort()).toEqual(stored(mount.view, "key"));
            expect(unique(index.issuers.map(({ fingerprint }) => fingerprint))).toBe(true);
            expect(unique(index.keys.map(({ publicKey }) => publicKey))).toBe(true);
            expect(unique(index.issuers.flatMap(({ name }) => (name === "" ? [] : [name])))).toBe(true);
            for (const id of [index.default].filter((one) => one !== "")) {
              expect(index.issuers.map((issuer) => issuer.id)).toContain(id);
            }
          },
        ),
        { numRuns: runs(25, 2000) },
      );
    },
    patience,
  );

  it("lose no root: every one that was answered is there", async () => {
    const mount = createPkiMount();
    turns(mount, 7);
    const roots = await together(
      mount,
      Array.from({ length: 8 }, (): Step => (one) => one.data("root/generate/internal", ROOT)),
    );
    const ids = roots.map((root) => (root as Record<string, string>)["issuer_id"]);

    expect(ids).toHaveLength(8);
    expect((await mount.index()).issuers.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it.each([
    ["root/generate/existing", { common_name: "Root" }],
    ["intermediate/cross-sign", { common_name: "Below" }],
  ])("never bring back a key that was deleted while %s had it in hand", async (path, asked) => {
    const mount = createPkiMount();
    await mount.data("keys/generate/internal", { key_type: "ec", key_name: "gone" });
    const other = mount.another();
    let calls = 0;
    mount.view.pause = async () => {
      calls += 1;
      // The index, the index once more with the key, and then the change.
      if (calls !== 4) return;
      mount.view.pause = async () => undefined;
      await other.request("delete", "key/gone");
    };

    expect(await mount.refusal(path, { ...asked, key_ref: "gone" })).toContain("unable to find PKI key for reference");
    expect(calls).toBe(4);
    expect([stored(mount.view, "key"), stored(mount.view, "issuer")]).toEqual([[], []]);
  });

  it("make one issuer of a certificate that several import", async () => {
    const mount = createPkiMount();
    turns(mount, 3);
    const answers = await together(
      mount,
      Array.from({ length: 6 }, () => bundles[0]).flatMap((step) => step ?? []),
    );
    const imported = answers.flatMap((answer) => (answer as Record<string, string[] | null>)["imported_issuers"] ?? []);
    const existing = answers.flatMap((answer) => (answer as Record<string, string[] | null>)["existing_issuers"] ?? []);

    expect(imported).toHaveLength(1);
    expect(existing).toEqual(Array.from({ length: 5 }, () => imported[0]));
  });
});
