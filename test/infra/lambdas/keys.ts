import { beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject, parseJson } from "../../../src/std/json.ts";
import { recorded } from "../support/events.ts";
import type { Built } from "./built.ts";

/** The engines that hold keys, in `keys`: `transit`, `pki` and `totp`, on request and by the schedule. */

export const keyStories = (built: Built): void => {
  const { ask } = built;

  describe("keys as a service", () => {
    const post = (path: string, body: unknown) => ask("kv", { event: "post-json", path, body });
    const last = () => built.deployment.lambda.invoked.at(-1)?.name;
    const schedule = async () => {
      const { result } = await built.deployment.functions.keys.invoke(recorded("schedule"), 60_000);
      expect(result).toMatchObject({ failed: 0 });
    };
    let denials = 0;

    beforeAll(async () => {
      denials = built.deployment.denied.length;
      for (const [mount, type] of Object.entries({ transit: "transit", ca: "pki", totp: "totp" })) {
        const { status } = await ask("system", { event: "post-json", path: `sys/mounts/${mount}`, body: { type } });
        expect(status).toBeLessThan(300);
      }
    });

    it("encrypts and decrypts in keys, which kv hands the request to", async () => {
      const plaintext = Buffer.from("what is said").toString("base64");
      expect((await post("transit/keys/app", {})).status).toBe(200);
      const { data } = await post("transit/encrypt/app", { plaintext });
      expect(last()).toMatch(/:keys$/);
      expect(data["ciphertext"]).toMatch(/^vault:v1:/);
      expect((await post("transit/decrypt/app", { ciphertext: data["ciphertext"] })).data).toEqual({ plaintext });
    });

    it("rotates a transit key by the schedule, though nobody asks for it", async () => {
      await post("transit/keys/old", { allow_plaintext_backup: true, exportable: true, auto_rotate_period: "1h" });
      const { data } = await ask("kv", { path: "transit/backup/old" });
      const kept = parseJson(Buffer.from(String(data["backup"]), "base64").toString("utf8"));
      if (!isJsonObject(kept) || !isJsonObject(kept["policy"])) throw new Error("a backup is an object");
      // Built functions read the wall clock, so the key is as old as its backup says.
      const aged = JSON.stringify(kept)
        .replace(/"time":"\d{4}-[^"]*"/g, '"time":"2020-01-01T00:00:00Z"')
        .replace(/"creation_time":\d+/g, '"creation_time":1577836800');
      const backup = Buffer.from(aged).toString("base64");
      expect((await post("transit/restore/aged", { backup })).status).toBe(204);
      await schedule();

      expect((await ask("kv", { path: "transit/keys/aged" })).data).toMatchObject({ latest_version: 2 });
      expect((await ask("kv", { path: "transit/keys/old" })).data).toMatchObject({ latest_version: 1 });
    });

    it("issues a certificate, revokes it, and serves a CRL that anybody may read", async () => {
      const made = await post("ca/root/generate/internal", { common_name: "root", key_type: "ec", ttl: "87600h" });
      expect(made.status).toBe(200);
      const role = { allowed_domains: "example.com", allow_subdomains: true, key_type: "ec", ttl: "1h" };
      expect((await post("ca/roles/web", role)).status).toBe(200);
      const { data } = await post("ca/issue/web", { common_name: "a.example.com" });
      expect(last()).toMatch(/:keys$/);
      expect(data["certificate"]).toMatch(/^-----BEGIN CERTIFICATE-----/);
      expect(data["private_key"]).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
      expect((await post("ca/revoke", { serial_number: data["serial_number"] })).status).toBe(200);
      const crl = await ask("kv", { path: "ca/crl/pem", token: "" });
      expect(crl.text).toMatch(/^-----BEGIN X509 CRL-----/);
      const revoked = await ask("kv", { path: "ca/certs/revoked?list=true" });
      expect(revoked.data["keys"]).toEqual([data["serial_number"]]);
      const ocsp = await ask("kv", { path: "ca/ocsp/AAAA", token: "" });
      expect(ocsp.status).toBeLessThan(500);
    });

    it("tidies certificates by the schedule, as a job that is seen", async () => {
      const asked = await post("ca/tidy", { tidy_cert_store: true, tidy_revoked_certs: true, safety_buffer: "1s" });
      expect(asked.status).toBe(202);
      await schedule();
      expect((await ask("kv", { path: "ca/tidy-status" })).data).toMatchObject({ state: "Finished" });
    });

    it("tells a one-time code, and calls it right once", async () => {
      expect((await post("totp/keys/k", { key: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", period: "24h" })).status).toBe(204);
      const { data } = await ask("kv", { path: "totp/code/k" });
      expect(last()).toMatch(/:keys$/);
      const checks = await Promise.all([1, 2, 3].map(() => post("totp/code/k", { code: data["code"] })));
      expect(checks.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
      expect(checks.find(({ status }) => status === 200)?.data).toEqual({ valid: true });
      const made = await post("totp/keys/made", { generate: true, issuer: "i", account_name: "a" });
      expect(Buffer.from(String(made.data["barcode"]), "base64").subarray(1, 4).toString()).toBe("PNG");
    });

    it("needed no right that keys does not have, and none of another function", () => {
      expect(built.deployment.denied.slice(denials)).toEqual([]);
    });
  });
};
