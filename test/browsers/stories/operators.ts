import { strict as assert } from "node:assert";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Story } from "../support/suite.ts";

/** What operators do: policies, leases, audit logs, any path. */

const policy: Story = [
  "a draft of a policy shows its faults and decides, before it is saved",
  async ({ world, signedIn }) => {
    await world.policy("dev", 'path "secret/data/team-a/*" {\n  capabilities = ["read"]\n}\n');
    const { tab } = await signedIn({ token: world.root }, "/ui/policies/dev");
    await tab.fill("Policy", 'path "secret/data/*" { capabilities = ["raed"] }');
    await tab.sees('invalid capability "raed"');
    await tab.fill("Policy", 'path "secret/data/team-b/*" { capabilities = ["read"] }');
    await tab.sees("1 rule");
    await tab.fill("Path", "secret/data/team-b/db");
    await tab.sees("allowed");
    await tab.sees("by secret/data/team-b/* (dev, line 1)");
    await tab.click("button", "Save");
    await tab.sees("Saved policy dev");
    const { data } = await world.call("GET", "sys/policies/acl/dev");
    assert.match(String(data["policy"]), /team-b/);
  },
];

const credentials: Story = [
  "takes a one-time password, lists its lease, and revokes it",
  async ({ world, signedIn }) => {
    await world.prepare("POST", "sys/mounts/ssh", { type: "ssh" });
    await world.prepare("POST", "ssh/roles/web", { key_type: "otp", default_user: "ubuntu", cidr_list: "10.0.0.0/8" });
    await world.prepare("POST", "ssh/creds/web", { ip: "10.0.0.1" });
    const { tab } = await signedIn({ token: world.root }, "/ui/leases");
    await tab.click("link", "ssh/…");
    await tab.click("link", "creds/…");
    await tab.click("link", "web/…");
    await tab.isAt("/ui/leases/ssh/creds/web/");
    await tab.sees("next month");
    await tab.click("button", "Revoke all below ssh/creds/web/");
    await tab.fill("Type…", "ssh/creds/web/");
    await tab.click("button", "Revoke all below");
    await tab.sees("Everything below ssh/creds/web/ is revoked.");
    await tab.sees("There are no leases here.");
    await tab.click("link", "Credentials");
    await tab.click("link", "ssh/…");
    await tab.click("link", "web…");
    await tab.fill("Address of the host", "10.0.0.2");
    await tab.click("button", "Get a password");
    await tab.has("button", "Show key");
    await world.prepare("DELETE", "sys/mounts/ssh");
  },
];

const audit: Story = [
  "verifies an audit log, plain and compressed, and names the line that was changed",
  async ({ world, signedIn }) => {
    const folder = await mkdtemp(join(tmpdir(), "zeroth-browsers-"));
    try {
      const path = join(folder, "device.log");
      await world.prepare("PUT", "sys/audit/file", { type: "file", options: { file_path: path } });
      await world.secret("secret/audited/db", { password: world.canary("audited") });
      await world.prepare("GET", "secret/data/audited/db");
      await world.local.server.core.audit.flush();
      const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
      await world.prepare("DELETE", "sys/audit/file");
      const { tab } = await signedIn({ token: world.root }, "/ui/audit");
      await tab.sees("The server's key");
      const file = join(folder, "intact.log");
      await writeFile(file, `${lines.join("\n")}\n`);
      await tab.drop(file);
      await tab.sees(`Nothing was changed, removed, inserted or moved: ${lines.length} lines of 1 writer.`);
      const changed = join(folder, "changed.log.gz");
      await writeFile(
        changed,
        gzipSync(`${lines.with(1, (lines[1] ?? "").replace("audited", "elsewhere")).join("\n")}\n`),
      );
      await tab.drop(changed);
      await tab.sees("Line 2 was changed after it was written");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
];

export const OPERATORS: readonly Story[] = [policy, credentials, audit];
