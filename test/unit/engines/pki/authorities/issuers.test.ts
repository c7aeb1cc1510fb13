import { describe, expect, it } from "@jest/globals";
import { pemBlocks, readRevocationList } from "../../../../../src/x509/index.ts";
import { createPkiMount, type PkiMount, ROOT } from "./support/mount.ts";

/** Issuers and keys over their life: named, rotated, followed, changed in part, revoked, deleted. */

const read = async (mount: PkiMount, path: string) => (await mount.request("read", path)).data;

describe("roots that take over", () => {
  it("are named next by a rotation unless that name is taken, and become the default by a replacement", async () => {
    const mount = createPkiMount();
    const first = await mount.data("root/generate/internal", ROOT);
    const second = await mount.data("root/rotate/internal", ROOT);
    const third = await mount.data("root/rotate/internal", ROOT);

    expect([first, second, third].map((root) => root["issuer_name"])).toEqual(["", "next", ""]);
    expect((await read(mount, "config/issuers")).default).toBe(first["issuer_id"]);
    await mount.data("root/replace");
    expect((await read(mount, "config/issuers")).default).toBe(second["issuer_id"]);
  });

  it("become the default by themselves where the default follows the latest", async () => {
    const mount = createPkiMount();
    const { issuer_id: first } = await mount.data("root/generate/internal", ROOT);
    await mount.data("config/issuers", { default: String(first), default_follows_latest_issuer: true });

    const { issuer_id: second } = await mount.data("root/generate/internal", ROOT);

    expect((await read(mount, "config/issuers")).default).toBe(second);
  });
});

describe("an issuer", () => {
  it("keeps what a patch does not name, and goes back to what it was at first with an update", async () => {
    const mount = createPkiMount();
    await mount.data("root/generate/internal", { ...ROOT, issuer_name: "one" });
    await mount.request("patch", "issuer/one", {
      leaf_not_after_behavior: "truncate",
      crl_distribution_points: "http://example.com/crl",
      usage: "issuing-certificates",
    });

    const { data: patched } = await mount.request("patch", "issuer/one", { issuer_name: "two" });
    expect(patched).toMatchObject({
      issuer_name: "two",
      leaf_not_after_behavior: "truncate",
      crl_distribution_points: ["http://example.com/crl"],
      usage: "issuing-certificates,read-only",
    });
    expect(await mount.data("issuer/two", { issuer_name: "two" })).toMatchObject({
      leaf_not_after_behavior: "err",
      crl_distribution_points: [],
      usage: "crl-signing,issuing-certificates,ocsp-signing,read-only",
    });
  });

  it("that allows nobody to outlive it lets no authority do so either", async () => {
    const mount = createPkiMount();
    await mount.data("root/generate/internal", { ...ROOT, ttl: "10h" });
    const { csr } = await mount.data("intermediate/generate/internal", { common_name: "Below", key_type: "ec" });
    const asked = { csr: String(csr), ttl: "20h" };
    await mount.data("root/sign-intermediate", asked);
    await mount.request("patch", "issuer/default", { leaf_not_after_behavior: "always_enforce_err" });

    expect(await mount.refusal("root/sign-intermediate", asked)).toContain("that is beyond the expiration of the CA");
  });

  it("puts its own id into addresses, and refuses to sign while the mount's address is not said", async () => {
    const mount = createPkiMount();
    const { issuer_id: id } = await mount.data("root/generate/internal", ROOT);
    const { csr } = await mount.data("intermediate/generate/internal", { common_name: "Below", key_type: "ec" });
    const url = "{{cluster_path}}/issuer/{{issuer_id}}/der";
    await mount.data("config/urls", { enable_templating: true, issuing_certificates: url });
    const sign = { csr: String(csr) };

    expect(await mount.refusal("root/sign-intermediate", sign)).toContain("unable to template AIA URLs");
    await mount.data("config/cluster", { path: "https://vault.example.com/v1/pki" });
    const { certificate } = await mount.data("root/sign-intermediate", sign);
    const der = Buffer.concat([...pemBlocks(String(certificate), ["CERTIFICATE"])]).toString("latin1");
    expect(der).toContain(`https://vault.example.com/v1/pki/issuer/${String(id)}/der`);
  });

  it("once revoked issues nothing, is on its issuer's list once, and cannot be given back its usage", async () => {
    const mount = createPkiMount();
    await mount.data("root/generate/internal", { ...ROOT, issuer_name: "root" });
    const { csr } = await mount.data("intermediate/generate/internal", { common_name: "Below", key_type: "ec" });
    const signed = await mount.data("root/sign-intermediate", { csr: String(csr), ttl: "100h" });
    await mount.data("intermediate/set-signed", { certificate: String(signed["certificate"]) });
    const id = await idOf(mount, String(signed["serial_number"]));

    const { data, warnings } = await mount.request("update", `issuer/${id}/revoke`);

    expect(data).toMatchObject({ revoked: true, usage: "crl-signing,ocsp-signing,read-only" });
    expect(warnings).toEqual([]);
    const { crl } = await read(mount, "issuer/root/crl");
    const [der = Buffer.alloc(0)] = pemBlocks(String(crl), ["X509 CRL"]);
    expect([...readRevocationList(der).serials]).toEqual([
      BigInt(`0x${String(signed["serial_number"]).replaceAll(":", "")}`),
    ]);
    expect(await mount.refusal(`issuer/${id}/sign-intermediate`, { csr: String(csr) })).toContain("requested usage");
    expect(await mount.refusal(`issuer/${id}`, { usage: "issuing-certificates" })).toContain("This issuer was revoked");
  });
});

const idOf = async (mount: PkiMount, serial: string): Promise<string> =>
  (await mount.index()).issuers.find((issuer) => issuer.serial === serial)?.id ?? "";

describe("the list of issuers", () => {
  it("is in the order of ids, a page at a time", async () => {
    const mount = createPkiMount();
    for (let left = 3; left > 0; left -= 1) await mount.data("root/generate/internal", ROOT);
    const all: string[] = (await mount.request("list", "issuers")).data.keys;

    expect(all).toEqual([...all].sort());
    const page = await mount.request("list", "issuers", { after: all[0] ?? "", limit: 1 });
    expect(page.data.keys).toEqual([all[1]]);
    expect(await mount.request("list", "keys", { after: "~" })).toMatchObject({ status: 404 });
  });
});

describe("names", () => {
  it("are never an id that the mount has, not even one's own", async () => {
    const mount = createPkiMount();
    const { issuer_id, key_id } = await mount.data("root/generate/internal", ROOT);

    expect(await mount.refusal("issuer/default", { issuer_name: String(issuer_id) })).toContain("already in use");
    expect(await mount.refusal("key/default", { key_name: String(key_id) })).toContain("already in use");
    expect(await mount.refusal("root/generate/internal", { ...ROOT, issuer_name: String(issuer_id) })).toContain(
      "already in use",
    );
  });
});

describe("a key", () => {
  it("is told by its name and its id, stays while an issuer uses it, and is shown at its making alone", async () => {
    const mount = createPkiMount();
    const made = await mount.data("root/generate/exported", { ...ROOT, key_name: "k" });
    const secret = String(made["private_key"]).split("\n")[1] ?? "";

    expect(await mount.data("key/k", { key_name: "other" })).toMatchObject({
      key_id: made["key_id"],
      key_name: "other",
    });
    await expect(mount.request("delete", "key/other")).rejects.toThrow("Key in Use by Issuer");
    await mount.request("delete", "issuer/default");
    const seen = [await read(mount, "key/other"), (await mount.request("list", "keys")).data, await mount.index()];
    expect(secret.length).toBeGreaterThan(40);
    expect(JSON.stringify(seen)).not.toContain(secret);
    const { warnings } = await mount.request("delete", "key/other");
    expect(warnings[0]).toContain("this was configured as the default key");
  });
});
