import { beforeAll, describe, expect, it } from "@jest/globals";
import { publicLine } from "../../../src/engines/ssh/openssh/public-key.ts";
import { readCertificate } from "../../support/ssh-certificate.ts";
import { recorded } from "../support/events.ts";
import type { Built } from "./built.ts";

/** The engine `ssh` in `keys`: one-time passwords and certificates. */

export const hostStories = (built: Built): void => {
  const { ask } = built;

  describe("ways into hosts", () => {
    const post = (path: string, body: unknown, token?: string) =>
      ask("kv", { event: "post-json", path, body, ...(token === undefined ? {} : { token }) });
    const verify = (otp: string) => post("ssh/verify", { otp }, "");
    const issue = async () => {
      const { body, data } = await post("ssh/creds/web", { ip: "10.1.2.3" });
      return { key: String(data["key"]), lease: String(body["lease_id"]) };
    };
    const last = () => built.deployment.lambda.invoked.at(-1)?.name;

    beforeAll(async () => {
      await ask("system", { event: "post-json", path: "sys/mounts/ssh", body: { type: "ssh" } });
      const otp = { key_type: "otp", default_user: "ubuntu", cidr_list: "10.0.0.0/8" };
      expect((await post("ssh/roles/web", otp)).status).toBe(204);
    });

    it("are one-time passwords that keys makes and verifies once", async () => {
      const { key } = await issue();
      const first = await verify(key);
      const second = await verify(key);

      expect(last()).toMatch(/:keys$/);
      expect(first.data).toEqual({ ip: "10.1.2.3", username: "ubuntu", role_name: "web" });
      expect([second.status, second.body]).toEqual([400, { errors: ["OTP not found"] }]);
    });

    it("are closed when their lease is revoked in dynamic, which does not run the engine", async () => {
      const { key, lease } = await issue();
      const body = { lease_id: lease };

      expect((await ask("dynamic", { event: "post-json", path: "sys/leases/revoke", body })).status).toBe(204);
      expect((await verify(key)).status).toBe(400);
      expect((await ask("dynamic", { event: "post-json", path: "sys/leases/lookup", body })).status).toBe(400);
    });

    it("are closed from the moment that a lease is to end, before the sweeper had keys do it", async () => {
      const { key, lease } = await issue();
      const body = { lease_id: lease, sync: false };

      expect((await ask("dynamic", { event: "post-json", path: "sys/leases/revoke", body })).status).toBe(202);
      expect((await verify(key)).body).toEqual({ errors: ["OTP not found"] });
      await built.deployment.functions.revoke.invoke(recorded("sweep"), 18_000);
      const shown = await ask("dynamic", { event: "post-json", path: "sys/leases/lookup", body: { lease_id: lease } });
      expect(shown.body).toEqual({ errors: ["invalid lease"] });
    });

    it("are certificates that keys signs, whose CA anybody may read", async () => {
      expect((await post("ssh/config/ca", { key_type: "rsa", key_bits: 2048 })).status).toBe(200);
      const role = { key_type: "ca", allow_user_certificates: true, allowed_users: "bob" };
      expect((await post("ssh/roles/ca", role)).status).toBe(204);
      const public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbTEJZyveejmOqlPh64bObMhJcmfUcByk18hF7D6X78";
      const { data } = await post("ssh/sign/ca", { public_key, valid_principals: "bob" });
      const issued = await post("ssh/issue/ca", { key_type: "ec", valid_principals: "bob" });
      const shown = await ask("kv", { path: "ssh/public_key", token: "" });
      const certificate = readCertificate(String(data["signed_key"]));

      expect(certificate).toMatchObject({ principals: ["bob"], algorithm: "rsa-sha2-256", verified: true });
      expect(issued.data["private_key"]).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
      expect(shown.text).toBe(publicLine(certificate.ca));
    });

    it("go with their mount, whose removal waits until keys has ended its leases", async () => {
      const { key, lease } = await issue();
      const { status } = await ask("system", { method: "DELETE", path: "sys/mounts/ssh" });
      const verified = await verify(key);
      await built.deployment.functions.revoke.invoke(recorded("sweep"), 18_000);
      await built.deployment.functions.system.invoke(recorded("schedule"), 60_000);
      const shown = await ask("dynamic", { event: "post-json", path: "sys/leases/lookup", body: { lease_id: lease } });

      expect(status).toBe(202);
      expect(verified.status).toBeGreaterThanOrEqual(400);
      expect(shown.body).toEqual({ errors: ["invalid lease"] });
      expect((await ask("system", { path: "sys/mounts/ssh" })).status).toBe(400);
    });
  });
};
