import { describe, expect, it } from "@jest/globals";
import { removeIssuer } from "../../../../../src/engines/pki/authorities/issuer-removal.ts";
import { certificateAddress, StoredCertificate } from "../../../../../src/engines/pki/model.ts";
import { revocationWrites } from "../../../../../src/engines/pki/revoking/rows.ts";
import { listOf, type Mount, makeAuthority, revoke } from "./fixture.ts";

/** Whose list a revocation is on: of several issuers, of those that go and come back, and of issuers themselves. */

describe("the issuers of a mount", () => {
  const second = (mount: Mount) =>
    mount.ask("update", "root/generate/internal", { common_name: "Second", key_type: "ec", issuer_name: "two" });

  it("have lists of their own; another's revocation signs none of theirs", async () => {
    const mount = await makeAuthority();
    await second(mount);
    const serial = await mount.issue({ issuer: "two" });
    const before = await listOf(mount);
    await revoke(mount, serial);
    expect(await listOf(mount)).toEqual(before);
    expect((await listOf(mount, "issuer/two/crl/der")).serials).toEqual([serial]);
  });

  it("leave their revocations to the default issuer's list when they go, and get them back", async () => {
    const mount = await makeAuthority();
    const { data } = await mount.ask("update", "root/generate/exported", {
      common_name: "Second",
      key_type: "ec",
      issuer_name: "two",
    });
    const serial = await mount.issue({ issuer: "two" });
    await revoke(mount, serial);
    const { number } = await listOf(mount, "issuer/two/crl/der");
    await mount.ask("update", "config/issuers", { default: "one" });
    await removeIssuer(data.issuer_id, mount.cx);
    expect((await listOf(mount)).serials).toEqual([serial]);
    const bundle = `${data.certificate}\n${data.private_key}`;
    await mount.ask("update", "issuers/import/bundle", { pem_bundle: bundle });
    expect((await listOf(mount)).serials).toEqual([]);
    const back = (await mount.ask("list", "issuers")).data;
    const again = Object.keys(back.key_info).find((one) => back.key_info[one].issuer_name === "") ?? "";
    const list = await listOf(mount, `issuer/${again}/crl/der`);
    expect(list.serials).toEqual([serial]);
    expect(list.number).toBeGreaterThan(number);
  });
});

describe("a revocation of an issuer's certificate, and of an issuer that goes", () => {
  it("goes onto the list of the default issuer, if its own went after it was looked up", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "root/generate/internal", { common_name: "Two", key_type: "ec", issuer_name: "two" });
    const serial = await mount.issue({ issuer: "two" });
    const { issuerId, ...row } = StoredCertificate.parse(
      (await mount.view.get(certificateAddress(mount.view, serial)))?.body,
    );
    await removeIssuer("two", mount.cx);
    expect((await listOf(mount)).serials).toEqual([]);
    await mount.view.write(revocationWrites(mount.view, { ...row, issuerId, revoked: mount.clock.ms, reason: 0 }));
    await mount.tick();
    expect((await listOf(mount)).serials).toEqual([serial]);
  });

  it("stays on its parent's list when the certificate becomes an issuer, and is there once when that is revoked", async () => {
    const mount = await makeAuthority();
    const made = await mount.ask("update", "intermediate/generate/internal", { common_name: "Below", key_type: "ec" });
    const { data } = await mount.ask("update", "root/sign-intermediate", { csr: made.data.csr, common_name: "Below" });
    await revoke(mount, data.serial_number);
    const { data: imported } = await mount.ask("update", "intermediate/set-signed", { certificate: data.certificate });
    expect((await listOf(mount)).serials).toEqual([data.serial_number]);
    await mount.ask("update", `issuer/${imported.imported_issuers[0]}/revoke`);
    expect((await listOf(mount)).serials).toEqual([data.serial_number]);
  });
});
