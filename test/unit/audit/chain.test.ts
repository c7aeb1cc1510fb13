import { describe, expect, it } from "@jest/globals";
import { type ChainOptions, createChain, RUN_LINES, RUN_MS } from "../../../src/audit/chain.ts";
import { publicPem, signingKey } from "../../../src/audit/checkpoint.ts";
import { verifyAudit } from "../../../src/audit/verify.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { createTestClock } from "../../support/storage.ts";

const key = signingKey(systemRandom.bytes(32));
const pem = publicPem(key.privateKey);

const setUp = (options: Partial<ChainOptions> = {}) => {
  const lines: string[] = [];
  const clock = createTestClock(0);
  const failures: unknown[] = [];
  const chain = createChain({
    sink: {
      write: async (line) => {
        lines.push(line);
      },
    },
    clock,
    random: systemRandom,
    key: async () => key,
    failed: (error) => failures.push(error),
    ...options,
  });
  return { chain, lines, clock, failures };
};

const record = '{"time":"t","type":"request"}';
const checkpoints = (lines: readonly string[]): number => lines.filter((line) => line.includes('"checkpoint"')).length;

describe("a chain of audit lines", () => {
  it("is closed by a checkpoint after so many lines", async () => {
    const { chain, lines } = setUp();
    for (let i = 0; i < RUN_LINES; i++) await chain.append(record);

    expect(checkpoints(lines)).toBe(1);
    expect(verifyAudit(lines, [pem])).toMatchObject({ ok: true });
  });

  it("is closed with the first line after so much time", async () => {
    const { chain, lines, clock } = setUp();
    await chain.append(record);
    clock.advance(RUN_MS);
    await chain.append(record);

    expect(lines).toHaveLength(3);
    expect(checkpoints(lines)).toBe(1);
  });

  it("writes no checkpoint when nothing is unsigned", async () => {
    const { chain, lines } = setUp();
    await chain.append(record);
    await chain.close();
    await chain.close();

    expect(checkpoints(lines)).toBe(1);
  });

  it("keeps its order under lines that come at once through a sink that dawdles", async () => {
    const lines: string[] = [];
    let turn = 0;
    const { chain } = setUp({
      sink: {
        write: async (line) => {
          for (let i = 0; i < (turn++ % 3) * 5; i++) await Promise.resolve();
          lines.push(line);
        },
      },
    });
    await Promise.all(Array.from({ length: 40 }, () => chain.append(record)));
    await chain.close();

    expect(verifyAudit(lines, [pem])).toMatchObject({ ok: true, writers: [{ lines: 41, unsigned: 0 }] });
  });

  it("leaves no gap for a line its sink refused", async () => {
    const lines: string[] = [];
    let full = false;
    const { chain } = setUp({
      sink: {
        write: async (line) => {
          if (full) throw new Error("disk full");
          lines.push(line);
        },
      },
    });
    await chain.append(record);
    full = true;
    await expect(chain.append(record)).rejects.toThrow("disk full");
    full = false;
    await chain.append(record);
    await chain.close();

    expect(verifyAudit(lines, [pem])).toMatchObject({ ok: true, writers: [{ lines: 3, unsigned: 0 }] });
  });

  it("takes lines without a key, and signs them all once there is one", async () => {
    let found: typeof key | undefined;
    const { chain, lines } = setUp({ key: async () => found });
    await chain.append(record);
    await chain.close();
    expect(checkpoints(lines)).toBe(0);

    found = key;
    await chain.append(record);
    await chain.close();

    expect(verifyAudit(lines, [pem])).toMatchObject({ ok: true, writers: [{ lines: 3, unsigned: 0 }] });
  });

  it("does not fail a line because its checkpoint fails", async () => {
    const { chain, lines, failures } = setUp({ key: () => Promise.reject(new Error("no key")) });
    for (let i = 0; i < RUN_LINES; i++) await chain.append(record);

    expect(lines).toHaveLength(RUN_LINES);
    expect(failures).toHaveLength(1);
  });
});
