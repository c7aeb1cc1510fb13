import { DisabledException } from "@aws-sdk/client-kms";
import { beforeEach, describe, expect, it } from "@jest/globals";
import {
  createKeyring,
  createKeyWrap,
  KeysUnavailable,
  OpenRefused,
  type WrappedKey,
} from "../../../src/crypto/index.ts";
import { createFakeKms, type FakeKms } from "../../support/kms.ts";
import { createTestClock, type TestClock } from "../../support/storage.ts";
import { createMemoryShelf, type MemoryShelf } from "./support.ts";

const MINUTE = 60_000;
const throttled = (): Error => Object.assign(new Error("slow down"), { name: "ThrottlingException" });

let kms: FakeKms;
let shelf: MemoryShelf;
let clock: TestClock;

const environment = (maxDomains?: number, keyId = kms.keyId) =>
  createKeyring({
    wrap: createKeyWrap({ kms: kms.client, keyId, table: "zeroth" }),
    shelf,
    clock,
    ...(maxDomains === undefined ? {} : { maxDomains }),
  });

beforeEach(async () => {
  kms = createFakeKms();
  shelf = createMemoryShelf();
  clock = createTestClock();
  for (const domain of ["token", "kv:1", "a", "b", "c"]) await environment().make(domain);
});

const exported = async (key: Promise<{ readonly secret: { export(): Buffer } }>): Promise<string> =>
  (await key).secret.export().toString("hex");

describe("keyring", () => {
  it("makes a domain's keys once", async () => {
    await environment().make("token");

    expect(shelf.of("token").map(({ use }) => use)).toEqual(["index", 1]);
  });

  it("never makes keys because they are missing", async () => {
    shelf.rows.delete("token");

    for (const use of ["current", "names", "rotate"] as const)
      await expect(environment()[use]("token")).rejects.toThrow("has no keys");
    expect(shelf.rows.has("token")).toBe(false);
  });

  it("wraps every key under its table, domain and use (C14)", async () => {
    await environment().current("token");
    await environment().names("token");

    expect(kms.calls.map(({ context }) => context)).toContainEqual({
      app: "zeroth",
      table: "zeroth",
      domain: "token",
      key: "data:1",
    });
    expect(new Set(kms.calls.map(({ context }) => context["key"]))).toEqual(new Set(["index", "data:1"]));
  });

  it("agrees with another environment that makes the keys at the same time", async () => {
    const [one, two] = [environment(), environment()];
    await Promise.all([one.make("kv:9"), two.make("kv:9")]);

    const keys = await Promise.all([exported(one.current("kv:9")), exported(two.current("kv:9"))]);

    expect(keys[0]).toBe(keys[1]);
    expect((await one.names("kv:9")).tag("a")).toBe((await two.names("kv:9")).tag("a"));
  });

  it("loads once for any number of callers", async () => {
    await environment().current("token");
    const before = kms.calls.length;
    const ring = environment();

    await Promise.all(Array.from({ length: 50 }, () => Promise.all([ring.current("token"), ring.names("token")])));

    expect(kms.calls.length - before).toBe(2);
  });

  it("asks KMS nothing while the keys are held", async () => {
    const ring = environment();
    await Promise.all([ring.current("token"), ring.names("token")]);
    const before = kms.calls.length;

    clock.advance(15 * MINUTE - 1);
    await ring.current("token");
    await ring.names("token");

    expect(kms.calls).toHaveLength(before);
  });

  it("holds keys for 15 minutes and no longer (C10)", async () => {
    const ring = environment();
    await ring.current("token");
    const before = kms.calls.length;

    clock.advance(15 * MINUTE);
    await ring.current("token");

    expect(kms.calls).toHaveLength(before + 1);
  });

  it("unwraps no key that nobody asks for", async () => {
    const ring = environment();
    const before = kms.calls.length;

    await ring.current("token");
    await ring.names("kv:1");

    const asked = kms.calls.slice(before).map(({ context }) => `${context["domain"]} ${context["key"]}`);
    expect(asked).toEqual(["token data:1", "kv:1 index"]);
  });

  it("holds the keys of so many domains and no more, dropping the longest unused (C10)", async () => {
    const ring = environment(2);
    for (const domain of ["a", "b", "a", "c"]) await ring.current(domain);
    const before = kms.calls.length;

    await ring.current("a");
    expect(kms.calls).toHaveLength(before);
    await ring.current("b");
    expect(kms.calls.length).toBeGreaterThan(before);
  });

  it("forgets everything when dropped, even what is still loading", async () => {
    await environment().current("token");
    const ring = environment();
    const loading = ring.current("token");
    ring.drop();
    await loading;
    const before = kms.calls.length;

    await ring.current("token");

    expect(kms.calls.length).toBeGreaterThan(before);
  });

  it("keeps opening with old versions after a rotation", async () => {
    const ring = environment();
    const old = await exported(ring.current("token"));

    expect(await ring.rotate("token")).toBe(2);

    expect((await ring.current("token")).version).toBe(2);
    expect(await exported(ring.version("token", 1))).toBe(old);
  });

  it("does not change names when it rotates", async () => {
    const ring = environment();
    const before = (await ring.names("token")).path("a/b");

    await ring.rotate("token");

    expect((await environment().names("token")).path("a/b")).toBe(before);
  });

  it("opens with a version newer than the one it holds, and seals with it from then on", async () => {
    const [one, two] = [environment(), environment()];
    await two.current("token");
    await one.rotate("token");

    expect(await exported(two.version("token", 2))).toBe(await exported(one.current("token")));
    expect((await two.current("token")).version).toBe(2);
  });

  it("rotates without seeing any key of the domain", async () => {
    await environment().current("kv:1");
    const before = kms.calls.length;

    await environment().rotate("kv:1");

    expect(kms.calls.slice(before).map(({ operation }) => operation)).toEqual(["GenerateDataKeyWithoutPlaintext"]);
  });

  it("rotates once when two environments rotate together", async () => {
    const [one, two] = [environment(), environment()];
    await Promise.all([one.current("token"), two.current("token")]);

    const versions = await Promise.all([one.rotate("token"), two.rotate("token")]);

    expect(versions).toEqual([2, 2]);
    expect(await exported(one.current("token"))).toBe(await exported(two.current("token")));
  });

  it("holds the keys of sixteen old versions, and asks again for one used longest ago", async () => {
    const ring = environment();
    for (let made = 2; made <= 18; made += 1) await ring.rotate("token");
    for (let old = 1; old <= 17; old += 1) await ring.version("token", old);
    const before = kms.calls.length;

    await ring.version("token", 2);
    expect(kms.calls).toHaveLength(before);
    await ring.version("token", 1);
    expect(kms.calls).toHaveLength(before + 1);
  });

  it("asks nothing for the version that seals now", async () => {
    const ring = environment();
    const sealing = await exported(ring.current("token"));
    const before = kms.calls.length;

    expect(await exported(ring.version("token", 1))).toBe(sealing);
    expect(kms.calls).toHaveLength(before);
  });

  it("refuses a version that does not exist", async () => {
    await expect(environment().version("token", 9)).rejects.toThrow(OpenRefused);
  });

  it("refuses to recreate a lost key if its other half exists", async () => {
    await environment().current("token");
    shelf.rows.set("token", shelf.of("token").slice(1));

    await expect(environment().current("token")).rejects.toThrow("lost a wrapped key");
    await expect(environment().make("token")).rejects.toThrow("lost a wrapped key");
  });

  it("cannot be opened again once shredded (C16)", async () => {
    const ring = environment();
    await ring.current("kv:1");

    await ring.shred("kv:1");

    for (const use of ["make", "rotate", "current", "names"] as const)
      await expect(ring[use]("kv:1")).rejects.toThrow(OpenRefused);
  });

  it("gets no version from a rotation that began before it was shredded", async () => {
    const { add } = shelf;
    shelf.add = async (...keys) => {
      await environment().shred("kv:1");
      return add(...keys);
    };

    await expect(environment().rotate("kv:1")).rejects.toThrow(OpenRefused);
    expect(shelf.of("kv:1").filter(({ wrapped }) => wrapped.length > 0)).toEqual([]);
  });
});

/** A promise that somebody else ends. */
const latch = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

describe("a load that ends after another began", () => {
  /** The next reading of the newest keys ends only when it is let go; `begun`: it has read. */
  const holdNext = (): { readonly begun: Promise<void>; readonly release: () => void } => {
    const { newest } = shelf;
    const gate = latch();
    const reading = latch();
    shelf.newest = async (domain) => {
      shelf.newest = newest;
      const found = await newest(domain);
      reading.open();
      await gate.opened;
      return found;
    };
    return { begun: reading.opened, release: gate.open };
  };

  it("does not put the old key in front of the one a rotation made meanwhile", async () => {
    const ring = environment();
    const { begun, release } = holdNext();
    const slow = ring.current("token");
    await begun;
    await environment().rotate("token");
    await ring.rotate("token");
    expect((await ring.current("token")).version).toBe(3);

    release();

    expect((await slow).version).toBe(3);
    expect((await ring.current("token")).version).toBe(3);
  });

  it("counts where it began later, even with an older version: the table was restored", async () => {
    const ring = environment();
    await environment().rotate("token");
    const firstHeld = holdNext();
    const first = ring.current("token");
    await firstHeld.begun;
    // Its load is forgotten, so that a second one runs next to it.
    await ring.rotate("token");
    clock.advance(1);
    shelf.rows.set(
      "token",
      shelf.of("token").filter(({ use }) => use === "index" || use === 1),
    );
    const secondHeld = holdNext();
    const second = ring.current("token");
    await secondHeld.begun;
    firstHeld.release();
    expect((await first).version).toBe(2);

    secondHeld.release();

    expect((await second).version).toBe(1);
    expect((await ring.current("token")).version).toBe(1);
  });
});

const replace = (domain: string, use: WrappedKey["use"], wrapped: Uint8Array | undefined): void => {
  const rows = shelf.of(domain).filter((row) => row.use !== use);
  shelf.rows.set(domain, [...rows, { use, wrapped: wrapped ?? new Uint8Array() }]);
};
const wrappedOf = (domain: string, use: WrappedKey["use"]): Uint8Array | undefined =>
  shelf.of(domain).find((row) => row.use === use)?.wrapped;

describe("keyring against an attacker with write access to the table (C12)", () => {
  beforeEach(async () => {
    const ring = environment();
    await Promise.all([ring.current("token"), ring.current("kv:1")]);
    await ring.rotate("token");
  });

  it("refuses the wrapped key of another domain", async () => {
    replace("token", 2, wrappedOf("kv:1", 1));
    await expect(environment().current("token")).rejects.toThrow(OpenRefused);
  });

  it("refuses another version of the same domain", async () => {
    replace("token", 2, wrappedOf("token", 1));
    await expect(environment().current("token")).rejects.toThrow(OpenRefused);
  });

  it("refuses an index key in place of a data key", async () => {
    replace("token", 2, wrappedOf("token", "index"));
    await expect(environment().current("token")).rejects.toThrow(OpenRefused);
  });

  it("refuses a data key in place of the index key", async () => {
    replace("token", "index", wrappedOf("token", 2));
    await expect(environment().names("token")).rejects.toThrow(OpenRefused);
  });

  it("refuses a key wrapped under the attacker's own KMS key", async () => {
    const attacker = createFakeKms("arn:aws:kms:us-east-1:666666666666:key/evil");
    const wrap = createKeyWrap({ kms: attacker.client, keyId: attacker.keyId, table: "zeroth" });
    replace("token", 2, await wrap.make({ domain: "token", use: "data:2" }));

    await expect(environment().current("token")).rejects.toThrow(OpenRefused);
  });

  it("names its own KMS key in every call, whatever the table holds", async () => {
    await expect(
      environment(undefined, "arn:aws:kms:us-east-1:000000000000:key/other").current("token"),
    ).rejects.toThrow("IncorrectKeyException");
  });
});

describe("keyring when KMS misbehaves", () => {
  it.each<[string, (answer: object) => object]>([
    ["a shorter key", (answer) => ({ ...answer, Plaintext: new Uint8Array(16) })],
    ["no key", (answer) => ({ ...answer, Plaintext: undefined })],
    ["another key's name", (answer) => ({ ...answer, KeyId: "arn:aws:kms:us-east-1:000000000000:key/other" })],
    ["no key's name", (answer) => ({ ...answer, KeyId: undefined })],
  ])("refuses %s (F20)", async (_, change) => {
    kms.answer = <T extends object>(answer: T): T => Object.assign(answer, change(answer));

    await expect(environment().current("token")).rejects.toThrow(OpenRefused);
  });

  it.each([
    throttled(),
    new DisabledException({ message: "", $metadata: {} }),
    Object.assign(new Error("socket hang up"), { name: "TimeoutError" }),
  ])("is unavailable on $name and recovers without a restart (F17, F19)", async (failure) => {
    const ring = environment();
    kms.fail = failure;
    await expect(ring.current("token")).rejects.toThrow(KeysUnavailable);

    kms.fail = undefined;

    expect((await ring.current("token")).version).toBe(1);
  });

  it("keeps working with held keys while KMS is down, within their age (F17)", async () => {
    const ring = environment();
    await ring.current("token");
    kms.fail = throttled();

    expect((await ring.current("token")).version).toBe(1);
    clock.advance(15 * MINUTE);
    await expect(ring.current("token")).rejects.toThrow(KeysUnavailable);
  });

  it("erases every plain key KMS handed out (C17)", async () => {
    const seen: Uint8Array[] = [];
    kms.answer = (answer) => {
      if ("Plaintext" in answer && answer.Plaintext instanceof Uint8Array) seen.push(answer.Plaintext);
      return answer;
    };

    await environment().current("token");
    await environment().names("token");

    expect(seen).toHaveLength(2);
    for (const plain of seen) expect(plain.every((byte) => byte === 0)).toBe(true);
  });
});
