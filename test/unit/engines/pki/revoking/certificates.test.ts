import { describe, expect, it } from "@jest/globals";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Name } from "@peculiar/asn1-x509";
import { CERTIFICATES, type StoredCertificate } from "../../../../../src/engines/pki/model.ts";
import { nameText } from "../../../../../src/engines/pki/revoking/details.ts";
import { certificateWrite } from "../../../../../src/engines/pki/revoking/rows.ts";
import { encodedName } from "../../../../../src/x509/issuing/index.ts";
import { bytesOf, type Mount, makeAuthority, makeMount } from "./fixture.ts";

/** Certificates as they are read and listed. */

const keysOf = async (mount: Mount, data = {}, path = "certs"): Promise<readonly string[]> => {
  const { data: found, status } = await mount.ask("list", path, data);
  return status === 404 ? [] : found.keys;
};

describe("a listing", () => {
  const SERIALS = ["0a:01", "0a:02", "0b:03", "0c:04", "0d:05"];
  const filled = async (): Promise<Mount> => {
    const mount = makeMount();
    const row = (serial: string): StoredCertificate => ({ serial, certificate: "", issuerId: "", notAfter: 1 });
    for (const serial of [...SERIALS].reverse()) await mount.view.write([certificateWrite(mount.view, row(serial))]);
    return mount;
  };

  it("is whole and sorted, unless a page is asked for", async () =>
    expect(await keysOf(await filled())).toEqual(SERIALS));

  it.each([1, 2, 3, 5, 6])("comes in pages of %i, each number once", async (limit) => {
    const mount = await filled();
    const found: string[] = [];
    for (;;) {
      const page = await keysOf(mount, { limit, after: found.at(-1) ?? "" });
      if (page.length === 0) break;
      expect(page.length).toBeLessThanOrEqual(limit);
      found.push(...page);
    }
    expect([...found].sort()).toEqual(SERIALS);
  });

  it("takes a number in any spelling to start after, and one that is not there", async () => {
    const mount = await filled();
    const [first = "", ...rest] = await keysOf(mount, { limit: 10 });
    expect(await keysOf(mount, { after: first.toUpperCase().replaceAll(":", "-"), limit: 10 })).toEqual(rest);
    expect(await keysOf(mount, { after: first })).toEqual(rest);
    await expect(keysOf(mount, { after: "00", limit: 1 })).resolves.toHaveLength(1);
  });

  it("costs one query of its own length, wherever in 100,000 certificates the page is", async () => {
    const mount = await filled();
    const asked: unknown[] = [];
    const { items } = mount.view;
    mount.view.items = async (path, options) => {
      asked.push([path, options?.limit]);
      return items(path, options);
    };
    mount.view.calls.length = 0;
    for (const after of ["", "0a:02", "0d:05"]) await mount.ask("list", "certs", { limit: 2, after });
    expect(asked).toEqual(Array(3).fill([CERTIFICATES, 2]));
    expect(mount.view.calls.map(({ kind }) => kind)).toEqual(["query", "query", "query"]);
  });

  it("of the revoked has those alone", async () => {
    const mount = await makeAuthority();
    const [one] = [await mount.issue(), await mount.issue()];
    await mount.ask("update", "revoke", { serial_number: one });
    expect(await keysOf(mount, {}, "certs/revoked")).toEqual([one]);
  });

  it("in detail says what each certificate says", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    const { data } = await mount.ask("list", "certs/detailed");
    expect(data.keys).toContain(serial);
    expect(data.key_info[serial]).toEqual({
      common_name: expect.stringMatching(/^leaf \d+$/),
      issuer: "CN=Root",
      key_type: "ec",
      key_bits: 256,
      not_before: "2026-01-05T11:00:00Z",
      not_after: "2026-01-06T12:00:00Z",
      dns_names: null,
    });
  });
});

describe("a name", () => {
  const shown = (...parts: readonly (readonly [string, string])[]): string => {
    const name = encodedName(parts.map(([type, value]) => [{ type, value }]));
    return nameText(AsnConvert.parse(name, Name));
  };
  it("is printed as Go prints it: sorted by kind, escaped, with unknown kinds last", () => {
    expect(
      shown(["2.5.4.6", "DE"], ["2.5.4.10", "A, B"], ["2.5.4.11", "x"], ["2.5.4.11", "y"], ["2.5.4.3", "#1 "]),
    ).toBe("CN=\\#1\\ ,OU=x+OU=y,O=A\\, B,C=DE");
    expect(shown(["0.9.2342.19200300.100.1.1", "u"], ["2.5.4.3", "a"])).toBe("CN=a,0.9.2342.19200300.100.1.1=#130175");
  });
});

describe("a certificate", () => {
  it("is read with its revocation, in any spelling of its number", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    const given = `cert/${serial.toUpperCase().replaceAll(":", "-")}`;
    expect((await mount.ask("read", given)).data).toEqual({
      certificate: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----$/),
      revocation_time: 0,
      revocation_time_rfc3339: "",
    });
    await mount.ask("update", "revoke", { serial_number: serial });
    expect((await mount.ask("read", given)).data).toMatchObject({
      revocation_time: 1767614400,
      revocation_time_rfc3339: "2026-01-05T12:00:00Z",
      issuer_id: expect.any(String),
    });
    const raw = bytesOf(await mount.ask("read", `cert/${serial}/raw`));
    expect(raw[0]).toBe(0x30);
    expect(Buffer.from(bytesOf(await mount.ask("read", `cert/${serial}/raw/pem`))).toString()).toMatch(/^-----BEGIN/);
  });

  it("that is not there is 404, and 204 as bytes; another word is an unknown path", async () => {
    const mount = makeMount();
    expect((await mount.ask("read", "cert/aa:bb")).status).toBe(404);
    expect((await mount.ask("read", "cert/aa:bb/raw")).status).toBe(204);
    expect((await mount.ask("read", "cert-metadata/aa:bb")).status).toBe(404);
    await expect(mount.ask("read", "cert/zz")).rejects.toThrow("unsupported path");
  });

  it("shows what was noted about it", async () => {
    const { view, ask } = makeMount();
    const row = { serial: "0a", certificate: "", issuerId: "i", notAfter: 1767614400, role: "web", metadata: "YQ==" };
    await view.write([certificateWrite(view, row)]);
    expect((await ask("read", "cert-metadata/0A")).data).toEqual({
      serial_number: "0a",
      issuer_id: "i",
      role: "web",
      expiration: "2026-01-05T12:00:00Z",
      cert_metadata: "YQ==",
    });
  });
});
