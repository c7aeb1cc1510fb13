import { createHash } from "node:crypto";
import { expect, it } from "@jest/globals";
import { allIssuers } from "../../../../../src/engines/pki/authorities/authority.ts";
import { subjectDer } from "../../../../../src/engines/pki/revoking/lists/entries.ts";
import { keyBits } from "../../../../../src/x509/issuing/index.ts";
import { tlv } from "../../../../support/der.ts";
import { readByOthers, type Signed, withOutsideReaders } from "../../../../support/outside-readers.ts";
import { bytesOf, type Mount, makeMount } from "./fixture.ts";

/** Every list and every answer that a mount gives, read by OpenSSL, Go and zlint. */

const SHA256 = Buffer.from("300d06096086480165030402010500", "hex");

const question = async (mount: Mount, serial: string): Promise<string> => {
  const [issuer] = await allIssuers(mount.cx);
  if (!issuer) throw new Error("there is no issuer");
  const { certificate } = issuer;
  const hash = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
  const id = tlv(
    0x30,
    SHA256,
    tlv(4, hash(subjectDer(certificate))),
    tlv(4, hash(keyBits(certificate.x509.publicKey))),
    tlv(2, Buffer.from(serial.replaceAll(":", ""), "hex")),
  );
  return tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x30, id)))).toString("base64");
};

/** Go's package for OCSP checks no signature of Edwards curves; OpenSSL does. */
const GO_LACKS = "bad OCSP signature: x509: cannot verify signature: algorithm unimplemented";

withOutsideReaders("lists and answers of a mount", () => {
  it.each([
    ["rsa", ""],
    ["rsa", "SHA512WithRSAPSS"],
    ["ec", ""],
    ["ed25519", ""],
  ])("with a key of type %s, signing with %j, are read by all", async (key_type, revocation_signature_algorithm) => {
    const mount = makeMount();
    const options = { common_name: "Root", key_type, ttl: "87600h", issuer_name: "one" };
    const root = await mount.ask("update", "root/generate/internal", options);
    if (revocation_signature_algorithm !== "") {
      await mount.ask("update", "issuer/one", { issuer_name: "one", revocation_signature_algorithm });
    }
    await mount.ask("update", "config/crl", { auto_rebuild: true, enable_delta: true });
    const serials = [await mount.issue(), await mount.issue(), await mount.issue()];
    await mount.ask("update", "revoke", { serial_number: serials[0] ?? "" });
    await mount.ask("read", "crl/rotate");
    await mount.ask("update", "revoke", { serial_number: serials[1] ?? "" });
    await mount.ask("read", "crl/rotate-delta");
    const issuer = Buffer.from(String(root.data.certificate).replace(/-----[^-]+-----|\s/g, ""), "base64");
    const things: Signed[] = [];
    for (const path of ["crl", "crl/delta"]) {
      things.push({ kind: "list", der: bytesOf(await mount.ask("read", path)), issuer });
    }
    for (const serial of serials) {
      const request = await question(mount, serial);
      things.push({ kind: "ocsp", der: bytesOf(await mount.ask("update", "ocsp", { request })), issuer });
    }
    const readings = await readByOthers(things);
    const objections = readings.flatMap(({ problems }) => problems);
    expect(objections.filter((text) => !(key_type === "ed25519" && text.includes(GO_LACKS)))).toEqual([]);
  });
});
