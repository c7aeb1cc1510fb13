import { createSecretKey } from "node:crypto";
import { type DataKey, open, type Place, seal } from "../../src/crypto/envelope.ts";
import { systemRandom } from "../../src/std/random.ts";
import { type Figure, figure } from "./figures.ts";
import { microsecondsOf } from "./samples.ts";

/** Sealing and opening one kilobyte at a place shaped like a KV secret's. */
export const measureSealing = (samples: number): readonly Figure[] => {
  const key: DataKey = { version: 1, secret: createSecretKey(Buffer.from(systemRandom.bytes(32))) };
  const place: Place = {
    table: "zeroth",
    pk: "rec#kv:0123456789abcdef#lU9JIOhZyNfM0ASElK7E1g",
    sk: "m",
    clear: [1234567890123456, undefined, undefined, undefined, undefined, 1],
  };
  const plaintext = systemRandom.bytes(1024);
  const sealed = seal(key, place, plaintext, systemRandom);
  return [
    figure(
      "seal 1 KB",
      microsecondsOf(() => void seal(key, place, plaintext, systemRandom), samples, 200),
      "us",
    ),
    figure(
      "open 1 KB",
      microsecondsOf(() => void open(key, place, sealed), samples, 200),
      "us",
    ),
    figure("sealed 1 KB is longer by", sealed.length - plaintext.length, "bytes", 65),
  ];
};
