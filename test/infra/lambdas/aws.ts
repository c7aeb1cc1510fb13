import { IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { ADMIN_1, inProcess } from "../../unit/local/aws/support.ts";
import type { Built } from "./built.ts";

/** Credentials of AWS, made by `dynamic` and ended by `revoke`. */

export const awsStories = (built: Built): void => {
  const { ask, removals } = built;

  describe("credentials of AWS", () => {
    const post = (path: string, body: unknown) => ask("kv", { event: "post-json", path, body });
    const users = async (): Promise<readonly string[]> => {
      const { Users = [] } = await new IAMClient(inProcess(built.deployment.aws)).send(
        new ListUsersCommand({ PathPrefix: "/z/" }),
      );
      return Users.map(({ UserName = "" }) => UserName);
    };
    beforeAll(async () => {
      await ask("system", { event: "post-json", path: "sys/mounts/aws", body: { type: "aws" } });
      const { accessKeyId, secretAccessKey } = ADMIN_1;
      const config = { access_key: accessKeyId, secret_key: secretAccessKey };
      expect((await post("aws/config/root", config)).status).toBe(204);
      expect((await post("aws/config/lease", { lease: "1h", lease_max: "1h" })).status).toBe(204);
      expect((await post("aws/roles/app", { credential_type: "iam_user", user_path: "/z/" })).status).toBe(204);
    });

    it("are made by dynamic, and their user is gone when the lease is revoked", async () => {
      const { status, body } = await ask("kv", { path: "aws/creds/app" });
      const made = await users();
      const revoked = await ask("dynamic", {
        event: "post-json",
        path: "sys/leases/revoke",
        body: { lease_id: body["lease_id"] },
      });

      expect([status, made.length, revoked.status, await users()]).toEqual([200, 1, 204, []]);
    });

    it("are ended by revoke, which may not write what the mount keeps", async () => {
      const before = built.deployment.denied.length;
      const { status } = await ask("kv", { path: "aws/creds/app" });
      const { result } = await built.deployment.functions.revoke.invoke({ Records: await removals() }, 60_000);

      expect([status, result, await users()]).toEqual([200, { batchItemFailures: [] }, []]);
      expect(built.deployment.denied.slice(before)).toEqual([]);
    });
  });
};
