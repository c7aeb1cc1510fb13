import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { signingIssuer } from "../../../../../src/engines/pki/authorities/authority.ts";
import { certificatePem } from "../../../../../src/engines/pki/authorities/key-formats.ts";
import { certificateAddress } from "../../../../../src/engines/pki/model.ts";
import { revokeCertificate, revokeLeased } from "../../../../../src/engines/pki/revoking/revoke.ts";
import { as, type LeaseId } from "../../../../../src/std/brand.ts";
import { signCertificate } from "../../../../../src/x509/issuing/index.ts";
import type { ExtensionPlan } from "../../../../../src/x509/issuing/plans.ts";
import { HOUR, listOf, type Mount, makeAuthority, readList } from "./fixture.ts";

/** What may be revoked, and by whom. */

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");
const pemOf = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

/** A certificate that the mount signed and did not store. */
const unstored = async (
  mount: Mount,
  publicKey: KeyObject,
  extensions: readonly ExtensionPlan[] = [],
): Promise<Buffer> => {
  const { certificate, signer } = await signingIssuer("one", "issuing-certificates", mount.cx);
  const { commonName } = certificate.subject;
  const now = mount.clock.now();
  return signCertificate(
    {
      serial: Buffer.from("7b01020304050607", "hex"),
      subject: [[{ type: "2.5.4.3", value: "leaf" }]],
      issuer: [[{ type: "2.5.4.3", value: commonName }]],
      notBefore: now - HOUR,
      notAfter: now + HOUR,
      publicKey,
      extensions,
    },
    signer,
  );
};
const SERIAL = "7b:01:02:03:04:05:06:07";

const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (cause: unknown) => (cause instanceof Error ? cause.message : "unknown"),
  );

describe("a certificate that is brought along", () => {
  it("is revoked and stored if an issuer of the mount signed it, whatever its extensions say", async () => {
    const mount = await makeAuthority();
    const der = await unstored(mount, ec.publicKey, [{ type: "1.2.3.4.5", critical: true, value: Buffer.of(5, 0) }]);
    const { data } = await mount.ask("update", "revoke", { certificate: certificatePem(der) });
    expect(data.state).toBe("revoked");
    expect((await listOf(mount)).serials).toEqual([SERIAL]);
    expect((await mount.ask("read", `cert/${SERIAL}`)).data.revocation_time).toBe(data.revocation_time);
    expect((await mount.ask("update", "revoke", { certificate: certificatePem(der) })).data).toEqual(data);
  });

  it("of another authority is refused, and so is one whose number another has", async () => {
    const [mount, other] = [await makeAuthority(), await makeAuthority()];
    const foreign = certificatePem(await unstored(other, ec.publicKey));
    expect(await refusal(mount.ask("update", "revoke", { certificate: foreign }))).toContain(
      "unable to verify signature on presented cert from any present issuer in this mount",
    );
    await mount.ask("update", "revoke", { certificate: certificatePem(await unstored(mount, ec.publicKey)) });
    expect(await refusal(mount.ask("update", "revoke", { certificate: foreign }))).toContain(
      "certificate with same serial but unequal value already present",
    );
    expect((await listOf(mount)).serials).toEqual([SERIAL]);
  });

  it("is not answered as revoked because another of its number is, whose row was tidied", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "revoke", { certificate: certificatePem(await unstored(mount, ec.publicKey)) });
    await mount.view.write([{ op: "delete", address: certificateAddress(mount.view, SERIAL), when: "any" }]);
    const certificate = certificatePem(await unstored(mount, rsa.publicKey));
    expect(await refusal(mount.ask("update", "revoke", { certificate }))).toContain("same serial but unequal value");
  });

  it.each([
    ["banana", "provided certificate data was too short"],
    ["x".repeat(100), "certificate contains no PEM data"],
    [certificatePem(Buffer.alloc(80, 0x30)), "certificate could not be parsed"],
  ])("%j is none", async (certificate, text) =>
    expect(await refusal((await makeAuthority()).ask("update", "revoke", { certificate }))).toContain(text),
  );

  it("is an issuer's own, which is not revoked this way", async () => {
    const mount = await makeAuthority();
    const certificate = (await mount.ask("read", "issuer/one")).data.certificate;
    expect(await refusal(mount.ask("update", "revoke", { certificate }))).toMatch(/^adding issuer \(id: [0-9a-f-]+\)/);
  });
});

describe("whoever holds the key", () => {
  const withKey = (mount: Mount, certificate: string, private_key: string) =>
    mount.ask("update", "revoke-with-key", { certificate, private_key });

  it.each([
    ["rsa", rsa],
    ["ec", ec],
    ["ed25519", ed],
  ] as const)("of type %s may revoke; who holds another may not", async (_, pair) => {
    const mount = await makeAuthority();
    const certificate = certificatePem(await unstored(mount, pair.publicKey));
    for (const other of [rsa, ec, ed].filter((one) => one !== pair)) {
      expect(await refusal(withKey(mount, certificate, pemOf(other.privateKey)))).toBe(
        "provided private key type does not match certificate's public key type",
      );
    }
    const { type } = { type: pair.privateKey.asymmetricKeyType };
    const twin = type === "ec" ? generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey : undefined;
    if (twin) {
      expect(await refusal(withKey(mount, certificate, pemOf(twin)))).toBe(
        "provided private key does not match certificate's public key",
      );
    }
    expect((await listOf(mount)).serials).toEqual([]);
    expect((await withKey(mount, certificate, pemOf(pair.privateKey))).data.state).toBe("revoked");
  });

  it.each([
    ["x".repeat(80), "provided key PEM block contained no data or failed to parse"],
    [
      `-----BEGIN PRIVATE KEY-----\n${"A".repeat(64)}\n-----END PRIVATE KEY-----`,
      "failed to parse provided private key",
    ],
  ])("has more than %j", async (key, text) => {
    const mount = await makeAuthority();
    const certificate = certificatePem(await unstored(mount, ec.publicKey));
    const said = await refusal(withKey(mount, certificate, key));
    expect(said).toContain(text);
    expect(said).not.toContain("AAAA");
  });
});

describe("revoking for other rooms", () => {
  it("answers nothing for a number that the mount does not have", async () => {
    const mount = await makeAuthority();
    expect(await revokeCertificate(mount.cx, { serial: "aa:bb" })).toBeUndefined();
    expect(
      await revokeCertificate(mount.cx, { certificate: await unstored(mount, ec.publicKey), reason: 4 }),
    ).toMatchObject({
      state: "revoked",
      revoked: mount.clock.ms,
    });
  });

  it("by a lease is done once, and minds neither a certificate that is gone nor an authority", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    const lease = (serial_number: string) => ({
      id: as<LeaseId>("pki/issue/r/x"),
      type: "pki",
      internal: { serial_number },
      issued: 0,
      expires: 0,
    });
    await revokeLeased(lease(serial), mount.cx);
    await revokeLeased(lease(serial), mount.cx);
    await revokeLeased(lease("aa:bb"), mount.cx);
    const root = (await mount.ask("list", "certs")).data.keys.find((one: string) => one !== serial);
    await revokeLeased(lease(root), mount.cx);
    expect((await listOf(mount)).serials).toEqual([serial]);
  });
});

describe("settings", () => {
  it.each([
    [{ expiry: "0" }, "expiry must be greater than 0"],
    [{ expiry: "-1h" }, "expiry must be greater than 0"],
    [{ ocsp_expiry: "-1h" }, "ocsp_expiry must be greater than or equal to 0"],
    [
      { auto_rebuild_grace_period: "soon" },
      'given auto_rebuild_grace_period could not be decoded: time: invalid duration "soon"',
    ],
    [
      { auto_rebuild: true, auto_rebuild_grace_period: "72h" },
      "CRL auto-rebuilding grace period (72h) must be strictly shorter",
    ],
    [{ enable_delta: true }, "Delta CRLs cannot be enabled when auto rebuilding is disabled"],
  ])("refuse %j as a whole", async (input, text) => {
    const mount = await makeAuthority();
    const before = (await mount.ask("read", "config/crl")).data;
    expect(await refusal(mount.ask("update", "config/crl", input))).toContain(text);
    expect((await mount.ask("read", "config/crl")).data).toEqual(before);
  });

  it("empty the lists and fill them again; revocations in between are not lost", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "config/crl", { disable: true });
    const serial = await mount.issue();
    await mount.ask("update", "revoke", { serial_number: serial });
    expect((await listOf(mount)).serials).toEqual([]);
    await mount.ask("update", "config/crl", { disable: false });
    expect((await listOf(mount)).serials).toEqual([serial]);
  });
});

describe("a list that is given", () => {
  const sign = (mount: Mount, body: object) =>
    mount.ask("update", "issuer/one/sign-revocation-list", { ...body } as Parameters<Mount["ask"]>[2]);
  const entry = { serial_number: "AA:BB", revocation_time: "2024-01-01T00:00:00Z" };

  it("is signed as it is, and combined with others: each number once, with its earliest time", async () => {
    const mount = await makeAuthority();
    const first = (await sign(mount, { crl_number: 7, revoked_certs: [entry] })).data.crl;
    const second = (await sign(mount, { revoked_certs: [{ ...entry, revocation_time: 1600000000 }] })).data.crl;
    const both = await mount.ask("update", "issuer/one/resign-crls", {
      crl_number: 9,
      delta_crl_base_number: 7,
      crls: [first, second],
      format: "der",
    });
    expect(both.warnings).toEqual([
      "Duplicate serial aa:bb with different revocation times detected, using oldest revocation time",
    ]);
    expect(readList(Buffer.from(both.data.crl, "base64"))).toEqual({ serials: ["aa:bb"], number: 9, base: 7 });
    expect((await listOf(mount)).serials).toEqual([]);
    const other = await makeAuthority();
    expect(await refusal(other.ask("update", "issuer/one/resign-crls", { crls: [first] }))).toBe(
      "CRL index: 0 was not signed by requested issuer",
    );
  });

  it.each([
    [
      { revoked_certs: [entry, { ...entry, serial_number: "00aabb" }] },
      "duplicate serial number: original entry 0 and 1",
    ],
    [{ revoked_certs: [{ ...entry, revocation_time: "soon" }] }, "failed parsing revocation_time from entry 0"],
    [{ revoked_certs: [{ serial_number: "zz", revocation_time: 1 }] }, "failed parsing serial_number from entry 0"],
    [{ revoked_certs: [{ ...entry, extensions: [{ id: "x", value: "" }] }] }, "failed parsing extensions from entry 0"],
    [{ revoked_certs: "x" }, "did not contain a slice"],
    [{ extensions: [{ id: "2.5.29.20", value: "" }] }, "crl number object identifier (2.5.29.20) is reserved"],
    [
      {
        extensions: [
          { id: "1.2.3", value: "" },
          { id: "1.2.3", value: "" },
        ],
      },
      "duplicate extension id: 1.2.3",
    ],
    [{ next_update: "0s" }, "next_update parameter must be greater than 0"],
    [{ crl_number: -1 }, "crl_number parameter must be 0 or greater"],
    [{ format: "pkcs7" }, "unknown format value of pkcs7"],
  ])("of %j is refused", async (body, text) =>
    expect(await refusal(sign(await makeAuthority(), body))).toContain(text),
  );
});
