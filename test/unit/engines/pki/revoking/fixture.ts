import { generateKeyPairSync } from "node:crypto";
import { createCaches } from "../../../../../src/core/caches.ts";
import { signingIssuer } from "../../../../../src/engines/pki/authorities/authority.ts";
import { pkiEngine } from "../../../../../src/engines/pki/backend.ts";
import { type Head, Head as HeadSchema, headAddress } from "../../../../../src/engines/pki/revoking/lists/stored.ts";
import { certificateWrite } from "../../../../../src/engines/pki/revoking/rows.ts";
import type { BackendContext, CrashPoint } from "../../../../../src/framework/index.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { signCertificate } from "../../../../../src/x509/issuing/index.ts";
import { type Item, inside, itemAt, serial as serialIn } from "../../../../golden/der.ts";
import { createHarness, type Outcome } from "../../../../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../../../../support/memory-view.ts";

/** A mount of certificate authorities over a table in memory, with a clock that a test moves. */

export const HOUR = 3_600_000;
export const START = Date.UTC(2026, 0, 5, 12);

const leafKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;

export interface Mount {
  readonly view: MemoryView;
  readonly clock: { now: () => number; ms: number };
  readonly cx: BackendContext;
  readonly signals: string[];
  /** What requests are sent with. */
  readonly headers: Record<string, readonly string[]>;
  ask(verb: "read" | "list" | "update", path: string, data?: JsonObject): Promise<Outcome>;
  /** A certificate of an issuer, stored; its number. */
  issue(options?: { readonly issuer?: string; readonly hours?: number; readonly number?: number }): Promise<string>;
  head(): Promise<Head>;
  /** The schedule's turn. */
  tick(): Promise<void>;
}

let count = 0;

export interface MountOptions {
  readonly view?: MemoryView;
  readonly clock?: Mount["clock"];
  readonly crash?: CrashPoint;
}

export const clockAt = (ms: number): Mount["clock"] => {
  const clock = { ms, now: (): number => clock.ms };
  return clock;
};

/** `view` and `clock` of another one: another process of the same mount. */
export const makeMount = ({ view = createMemoryView(), clock = clockAt(START), crash }: MountOptions = {}): Mount => {
  const signals: string[] = [];
  const headers: Mount["headers"] = {};
  // One process: what a request remembers serves the next.
  const cache = createCaches({ clock }).of(view.mount);
  const context = { cache, headers, signal: (name: string) => void signals.push(name) };
  const harness = createHarness(pkiEngine, { view, clock, ...(crash ? { crash } : {}), context });
  const cx = harness.context;
  return {
    view,
    clock,
    cx,
    signals,
    headers,
    ask: (verb, path, data) => harness.request(verb, path, data),
    issue: async ({ issuer = "default", hours = 24, number } = {}) => {
      count += 1;
      const { stored, certificate, signer } = await signingIssuer(issuer, "issuing-certificates", cx);
      const serial = Buffer.alloc(8);
      serial.writeUInt32BE(0x10000000 + (number ?? count), 0);
      const notAfter = clock.ms + hours * HOUR;
      const name = [[{ type: "2.5.4.3", value: `leaf ${count}` }]];
      const der = signCertificate(
        {
          serial,
          subject: name,
          issuer: [[{ type: "2.5.4.3", value: certificate.subject.commonName }]],
          notBefore: clock.ms - HOUR,
          notAfter,
          publicKey: leafKey,
          extensions: [],
        },
        signer,
      );
      const text = (serial.toString("hex").match(/../g) ?? []).join(":");
      const row = {
        serial: text,
        certificate: der.toString("base64"),
        issuerId: stored.id,
        notAfter: Math.floor(notAfter / 1000),
      };
      await view.write([certificateWrite(view, row)]);
      return text;
    },
    head: async () => HeadSchema.parse((await view.get(headAddress(view)))?.body),
    tick: async () => pkiEngine.periodic?.run(cx, clock.ms + 60_000),
  };
};

/** With a root, the default issuer. */
export const makeAuthority = async (options?: MountOptions): Promise<Mount> => {
  const mount = makeMount(options);
  await mount.ask("update", "root/generate/internal", {
    common_name: "Root",
    key_type: "ec",
    ttl: "87600h",
    issuer_name: "one",
  });
  return mount;
};

export interface ReadList {
  readonly serials: readonly string[];
  readonly number: number;
  /** Of a list of changes. */
  readonly base: number | undefined;
}

const numberIn = (extensions: readonly Item[], oid: string): number | undefined => {
  const wanted = Buffer.from(oid, "hex");
  const found = extensions.map(inside).find(([type]) => type?.body.equals(wanted));
  const value = found?.at(-1);
  return value && Number.parseInt(itemAt(value.body).body.toString("hex"), 16);
};

/** A list, read by the tests' own reader of DER. */
export const readList = (der: Uint8Array): ReadList => {
  const [body] = inside(itemAt(Buffer.from(der)));
  const members = inside(body);
  const entries = members[5]?.tag === 0x30 ? inside(members[5]) : [];
  const tagged = members.find(({ tag }) => tag === 0xa0);
  const extensions = tagged ? inside(inside(tagged)[0]) : [];
  return {
    serials: entries.map((entry) => {
      const [number] = inside(entry);
      if (!number) throw new Error("an entry has no number");
      return serialIn(number);
    }),
    number: numberIn(extensions, "551d14") ?? 0,
    base: numberIn(extensions, "551d1b"),
  };
};

/** The bytes of an answer. */
export const bytesOf = ({ reply }: Outcome): Uint8Array => reply?.raw?.body ?? new Uint8Array();

export const listOf = async (mount: Mount, path = "crl"): Promise<ReadList> =>
  readList(bytesOf(await mount.ask("read", path)));

/** Revokes by number. */
export const revoke = (mount: Mount, serial: string): Promise<Outcome> =>
  mount.ask("update", "revoke", { serial_number: serial });
