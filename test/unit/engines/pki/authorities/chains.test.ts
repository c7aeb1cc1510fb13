import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { chainsOf } from "../../../../../src/engines/pki/authorities/chains.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { type Certificate, readCertificate } from "../../../../../src/x509/index.ts";
import {
  authorityKeyId,
  basicConstraints,
  keyIdOf,
  keyUsage,
  present,
  randomSerial,
  signCertificate,
  signerFor,
  subjectKeyId,
  subjectName,
} from "../../../../../src/x509/issuing/index.ts";
import { runs } from "../../../../support/runs.ts";

/** Chains over several issuers: who signed whom, in which order, with every shape that operators make. */

interface Holder {
  readonly name: string;
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
}

const holder = (name: string): Holder => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { name, key: privateKey, publicKey };
};

const certify = (subject: Holder, issuer: Holder): Certificate =>
  readCertificate(
    signCertificate(
      {
        serial: randomSerial(systemRandom),
        subject: subjectName({ commonName: subject.name }),
        issuer: subjectName({ commonName: issuer.name }),
        notBefore: 0,
        notAfter: Date.UTC(2040, 0),
        publicKey: subject.publicKey,
        extensions: present(
          keyUsage(["CertSign", "CRLSign"]),
          basicConstraints({}),
          subjectKeyId(subject.publicKey),
          authorityKeyId(keyIdOf(issuer.publicKey)),
        ),
      },
      signerFor(issuer.key),
    ),
  );

const [a, b, c, d] = ["A", "B", "C", "D"].map(holder) as [Holder, Holder, Holder, Holder];
const member = (id: string, certificate: Certificate, manualChain: readonly string[] = []) => ({
  id,
  certificate,
  manualChain,
});

const ROOT_A = member("root-a", certify(a, a));
const ROOT_B = member("root-b", certify(b, b));
const MIDDLE = member("middle", certify(c, a));
const LOW = member("low", certify(d, c));
/** B's key, certified by A: trust in A reaches what B signed. */
const CROSS = member("cross", certify(b, a));
const UNDER_B = member("under-b", certify(c, b));

const chain = (members: Parameters<typeof chainsOf>[0], id: string) => chainsOf(members).get(id);

describe("the chain of an issuer", () => {
  it("leads from itself over those who signed to the root", () => {
    expect(chain([LOW, ROOT_A, MIDDLE], "low")).toEqual(["low", "middle", "root-a"]);
    expect(chain([LOW, ROOT_A, MIDDLE], "root-a")).toEqual(["root-a"]);
  });

  it("ends where the mount knows nobody who signed", () => {
    expect(chain([LOW, ROOT_A], "low")).toEqual(["low"]);
  });

  it("goes by the root first and over the cross-signed certificate then", () => {
    expect(chain([UNDER_B, ROOT_A, ROOT_B, CROSS], "under-b")).toEqual(["under-b", "root-b", "cross", "root-a"]);
  });

  it("holds an issuer certified again under the same name and key as well", () => {
    const again = member("again", certify(a, a));
    expect(chain([MIDDLE, ROOT_A, again], "middle")).toEqual(["middle", "root-a", "again"]);
    expect(chain([MIDDLE, ROOT_A, again], "again")).toEqual(["again", "root-a"]);
  });

  it("ends although two signed each other", () => {
    const one = member("one", certify(a, b));
    const two = member("two", certify(b, a));
    expect(chain([one, two], "one")).toEqual(["one", "two"]);
    expect(chain([one, two], "two")).toEqual(["two", "one"]);
  });

  it("is what an operator set, without those that are gone, and counts so for whatever is below", () => {
    const manual = member("middle", MIDDLE.certificate, ["middle", "gone", "root-b"]);
    expect(chain([LOW, ROOT_A, ROOT_B, manual], "middle")).toEqual(["middle", "root-b"]);
    expect(chain([LOW, ROOT_A, ROOT_B, manual], "low")).toEqual(["low", "middle", "root-b"]);
  });

  it("knows a signature by the key, not by the name alone", () => {
    const impostor = member("impostor", certify(holder("A"), holder("A")));
    expect(chain([MIDDLE, impostor], "middle")).toEqual(["middle"]);
  });

  it("does not depend on the order in which issuers came", () => {
    const all = [ROOT_A, ROOT_B, MIDDLE, LOW, CROSS, UNDER_B];
    const wanted = [...chainsOf(all)].sort();
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect([...chainsOf(shuffled)].sort()).toEqual(wanted);
      }),
      { numRuns: runs(20, 500) },
    );
  });
});
