import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { allIssuers } from "../../../../../src/engines/pki/authorities/authority.ts";
import { removeIssuer } from "../../../../../src/engines/pki/authorities/issuer-removal.ts";
import { certificateAddress } from "../../../../../src/engines/pki/model.ts";
import { subjectDer } from "../../../../../src/engines/pki/revoking/lists/entries.ts";
import { questionIn, questionsIn } from "../../../../../src/engines/pki/revoking/ocsp-question.ts";
import { VaultError } from "../../../../../src/framework/index.ts";
import { keyBits } from "../../../../../src/x509/issuing/index.ts";
import { inside, itemAt } from "../../../../golden/der.ts";
import { tlv } from "../../../../support/der.ts";
import { bytesOf, type Mount, makeAuthority, makeMount } from "./fixture.ts";

/** Answers by OCSP. What they say in full is in the recorded stories and in `test/x509-readers`. */

const SHA1 = Buffer.from("300906052b0e03021a0500", "hex");

const question = (name: Uint8Array, key: Uint8Array, serial: Uint8Array): Buffer =>
  tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x30, SHA1, tlv(4, name), tlv(4, key), tlv(2, serial))))));

const sha1 = (bytes: Uint8Array): Buffer => createHash("sha1").update(bytes).digest();

const ask = async (mount: Mount, serial: string): Promise<Buffer> => {
  const [issuer] = await allIssuers(mount.cx);
  if (!issuer) throw new Error("there is no issuer");
  const { certificate } = issuer;
  const digits = Buffer.from(serial.replaceAll(":", ""), "hex");
  return question(sha1(subjectDer(certificate)), sha1(keyBits(certificate.x509.publicKey)), digits);
};

/** The status of the first certificate: 0 good, 1 revoked, 2 unknown; or the failure, negative. */
const statusIn = (der: Uint8Array): number => {
  const [failure, rest] = inside(itemAt(Buffer.from(der)));
  if (!rest) return -(failure?.body[0] ?? 0);
  const [, wrapped] = inside(inside(rest)[0]);
  const [body] = inside(itemAt(wrapped?.body ?? Buffer.alloc(0)));
  const answers = inside(body)[2];
  const [, status] = inside(inside(answers)[0]);
  return (status?.tag ?? 0) & 0x1f;
};

const post = async (mount: Mount, der: Uint8Array) => {
  const answer = await mount.ask("update", "ocsp", { request: Buffer.from(der).toString("base64") });
  return [answer.status, statusIn(bytesOf(answer))];
};

describe("an answer", () => {
  it("is good, then revoked, for a certificate of ours; unknown for another's; and costs one read", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    const asked = await ask(mount, serial);
    expect(await post(mount, asked)).toEqual([200, 0]);
    await mount.ask("update", "revoke", { serial_number: serial });
    mount.view.calls.length = 0;
    expect(await post(mount, asked)).toEqual([200, 1]);
    expect(mount.view.calls).toEqual([{ kind: "get", members: 3 }]);
    expect(await post(mount, question(sha1(Buffer.of(1)), sha1(Buffer.of(2)), Buffer.of(5)))).toEqual([200, 2]);
  });

  it("says nothing of another issuer's certificate with a number that is revoked here", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    await mount.ask("update", "revoke", { serial_number: serial });
    const digits = Buffer.from(serial.replaceAll(":", ""), "hex");
    expect(await post(mount, question(sha1(Buffer.of(1)), sha1(Buffer.of(2)), digits))).toEqual([200, 2]);
  });

  it("is revoked at once where the issuer went and is back", async () => {
    const mount = makeMount();
    const options = { common_name: "Root", key_type: "ec", issuer_name: "one" };
    const { data } = await mount.ask("update", "root/generate/exported", options);
    const serial = await mount.issue();
    await mount.ask("update", "revoke", { serial_number: serial });
    await removeIssuer("one", mount.cx);
    await mount.ask("update", "issuers/import/bundle", { pem_bundle: data.certificate });
    expect(await post(mount, await ask(mount, serial))).toEqual([200, 1]);
  });

  it("is revoked for a revoked issuer whose certificate the mount does not have among those it issued", async () => {
    const mount = await makeAuthority();
    const { data: made } = await mount.ask("update", "intermediate/generate/internal", {
      common_name: "I",
      key_type: "ec",
    });
    const { data } = await mount.ask("update", "root/sign-intermediate", { csr: made.csr, common_name: "I" });
    const address = certificateAddress(mount.view, data.serial_number);
    await mount.view.write([{ op: "delete", address, when: "any" }]);
    const { data: imported } = await mount.ask("update", "intermediate/set-signed", { certificate: data.certificate });
    const asked = await ask(mount, data.serial_number);
    expect(await post(mount, asked)).toEqual([200, 0]);
    await mount.ask("update", `issuer/${imported.imported_issuers[0]}/revoke`);
    expect(await post(mount, asked)).toEqual([200, 1]);
  });

  it("is `unauthorized` where it is off, where nobody may sign, and where there is no issuer", async () => {
    const mount = await makeAuthority();
    const asked = await ask(mount, "01");
    await mount.ask("update", "config/crl", { ocsp_disable: true });
    expect(await post(mount, asked)).toEqual([401, -6]);
    await mount.ask("update", "config/crl", { ocsp_disable: false });
    await mount.ask("update", "issuer/one", { usage: "issuing-certificates" });
    expect(await post(mount, asked)).toEqual([401, -6]);
    expect(await post(makeMount(), asked)).toEqual([401, -6]);
  });

  it("to a question in a path is the same, with or without padding, and where slashes in a row became one", async () => {
    const mount = await makeAuthority();
    let slashes = 0;
    for (let number = 1; number < 400 && slashes < 3; number += 1) {
      const asked = await ask(
        mount,
        `0f:ff:${number
          .toString(16)
          .padStart(4, "f")
          .replace(/(..)(?=.)/g, "$1:")}`,
      );
      const path = asked.toString("base64");
      const arrives = path.replace(/\/{2,}/g, "/");
      if (number > 20 && arrives === path) continue;
      slashes += arrives === path ? 0 : 1;
      for (const given of [arrives, arrives.replace(/=+$/, "")]) {
        const answer = await mount.ask("read", `ocsp/${given}`);
        // A number whose own slashes are gone may be one of two; that is refused, and POST is left.
        expect([0, -1]).toContain(statusIn(bytesOf(answer)));
        if (arrives === path) expect(answer.status).toBe(200);
      }
    }
  });
});

describe("a question", () => {
  const twenty = (byte: number) => new Uint8Array(20).fill(byte);
  it("is refused with a hash or a number of another length than there are", () => {
    const read = (...parts: Parameters<typeof question>) => questionIn(question(...parts).toString("base64"));
    expect(read(twenty(1), twenty(2), Buffer.of(1))).toBeDefined();
    expect(read(new Uint8Array(19), twenty(2), Buffer.of(1))).toBeUndefined();
    expect(read(twenty(1), twenty(2), new Uint8Array(41).fill(1))).toBeUndefined();
    expect(read(twenty(1), twenty(2), Buffer.of(0))).toBeUndefined();
    expect(read(twenty(1), twenty(2), Buffer.of(0x80))).toBeUndefined();
  });

  it("finds its slashes again where the issuer's hashes had them", () => {
    // 0xff 0xff 0xff is `////` in base64, where it begins at a multiple of three bytes.
    for (const at of [0, 1, 2, 3, 4, 5]) {
      const name = twenty(1);
      name.set([0xff, 0xf0], at);
      const whole = question(name, twenty(2), Buffer.of(7)).toString("base64");
      const readings = questionsIn(whole.replace(/\/{2,}/g, "/"));
      expect(readings.some(({ nameHash }) => Buffer.from(nameHash).equals(Buffer.from(name)))).toBe(true);
    }
  });

  it("of 2 KiB or more is not looked at", () => {
    const long = Buffer.alloc(2048, 0x30).toString("base64");
    expect(questionIn(long)).toBeUndefined();
    expect(questionsIn("M".repeat(2048))).toEqual([]);
  });

  it("that is anything is answered: never an exception, nor a signature without a question", async () => {
    const mount = await makeAuthority();
    const whole = await ask(mount, "01:02:03");
    const mutated = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(whole);
      copy[at] = byte;
      return copy;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), async (der) => {
        const [status, said] = await post(mount, der);
        expect(said === -1 ? 400 : 200).toBe(status);
      }),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9+/=.]{1,80}$/), async (text) => {
        const answer = await mount.ask("read", `ocsp/${text}`).catch((cause: unknown) => cause);
        expect(answer instanceof VaultError || !(answer instanceof Error)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
