import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { createDataKey } from "../../../src/crypto/envelope.ts";
import { OpenRefused, open } from "../../../src/crypto/index.ts";
import { createNames } from "../../../src/crypto/names.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import { referenceSeal } from "../../support/envelope.ts";

/** A failure here means that tables in the field no longer open. Add formats; never change a sample. */

interface Sample {
  readonly name: string;
  readonly keyVersion: number;
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
  readonly clear: readonly (string | number | null)[];
  readonly holder?: string;
  readonly plaintext: string;
  readonly sealed: string;
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), "utf8"));

// The files are our own; a wrong shape fails the tests below.
const envelopes = read("envelope-1.json") as { dataKey: string; samples: readonly Sample[] };
const names = read("names-1.json") as {
  indexKey: string;
  tags: readonly { name: string; opaque: string }[];
  paths: readonly { path: string; opaque: string }[];
};

const dataKey = Buffer.from(envelopes.dataKey, "hex");
const keyOf = (sample: Sample) => createDataKey(sample.keyVersion, dataKey);
const placeOf = ({ table, pk, sk, clear, holder }: Sample) => ({
  table,
  pk,
  sk,
  clear: clear.map((field) => field ?? undefined),
  ...(holder === undefined ? {} : { holder: new Sensitive(holder) }),
});

describe("format 1, as released", () => {
  it.each(envelopes.samples)("opens $name", (sample) => {
    const plain = open(keyOf(sample), placeOf(sample), Buffer.from(sample.sealed, "hex"));
    expect(plain.toString("hex")).toBe(sample.plaintext);
  });

  it.each(envelopes.samples)("refuses every damaged twin of $name", (sample) => {
    const sealed = Buffer.from(sample.sealed, "hex");
    const opens = (at: number): boolean => {
      const twin = Buffer.from(sealed);
      twin.writeUInt8(twin.readUInt8(at) ^ 0x80, at);
      try {
        open(keyOf(sample), placeOf(sample), twin);
        return true;
      } catch (error) {
        return !(error instanceof OpenRefused);
      }
    };
    expect([...sealed.keys()].filter(opens)).toEqual([]);
  });

  it.each(envelopes.samples)("is what the description of the format gives for $name", (sample) => {
    const sealed = Buffer.from(sample.sealed, "hex");
    const plain = Buffer.from(sample.plaintext, "hex");
    expect(referenceSeal(dataKey, sample.keyVersion, sample, sealed.subarray(5, 17), plain)).toEqual(sealed);
  });
});

describe("opaque names, as released", () => {
  const frozen = createNames(createSecretKey(Buffer.from(names.indexKey, "hex")));

  it.each(names.tags)("gives the same tag for $name", ({ name, opaque }) => {
    expect(frozen.tag(name)).toBe(opaque);
  });

  it.each(names.paths)("gives the same opaque path for $path", ({ path, opaque }) => {
    expect(frozen.path(path)).toBe(opaque);
  });
});
