import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, makeKey, programPath, run, startSshd } from "../../test/support/openssh.ts";
import type { Setting } from "./setting.ts";
import { chapter, holds, say } from "./story.ts";
import { must } from "./vault.ts";

/** A way into a host: a certificate that OpenSSH reads, and a host that lets in by it. */

const HOST = "web.example.com";

/** Why a part is left out, or nothing. */
const without = (programs: readonly string[]): string | undefined => {
  const missing = programs.filter((program) => programPath(program) === undefined);
  return missing.length === 0 ? undefined : `skipped: ${missing.join(" and ")} not found on this machine`;
};

export const signForHost = async ({ vault }: Setting): Promise<void> => {
  chapter("An SSH certificate");
  const unable = without(["ssh-keygen"]);
  if (unable !== undefined) return say(unable);
  const folder = await makeFolder();
  try {
    await must(vault("POST", "sys/mounts/ssh", { type: "ssh" }));
    const ca = await must(vault("POST", "ssh/config/ca", { key_type: "ed25519" }));
    const role = { key_type: "ca", allow_user_certificates: true, allow_host_certificates: true, ttl: "5m" };
    const names = { allowed_users: "*", allowed_domains: "example.com", allow_subdomains: true };
    await must(vault("POST", "ssh/roles/people", { ...role, ...names }));
    const sign = async (file: string, body: object): Promise<string> => {
      const public_key = await readFile(`${file}.pub`, "utf8");
      const { data } = await must(vault("POST", "ssh/sign/people", { public_key, ...body }));
      return folder.write(`${file.slice(folder.path.length + 1)}-cert.pub`, String(data["signed_key"]));
    };
    const key = await makeKey(folder, "id", ["-t", "ed25519"]);
    const certificate = await sign(key, { valid_principals: "deploy" });
    const read = await run(programPath("ssh-keygen") ?? "", ["-L", "-f", certificate]);
    holds(/user certificate[\s\S]*Principals:\s+deploy\n/.test(read.text), "ssh-keygen reads it: for the user deploy");

    const noHost = without(["sshd", "ssh"]);
    if (noHost !== undefined) return say(noHost);
    const hostKey = await makeKey(folder, "host", ["-t", "ed25519"]);
    const host = await startSshd(folder, [
      `HostKey ${hostKey}`,
      `HostCertificate ${await sign(hostKey, { cert_type: "host", valid_principals: HOST })}`,
      `TrustedUserCAKeys ${await folder.write("trusted", String(ca.data["public_key"]))}`,
    ]);
    try {
      await folder.write("known", `@cert-authority *.example.com ${String(ca.data["public_key"])}`);
      const options = ["StrictHostKeyChecking=yes", "BatchMode=yes", "IdentitiesOnly=yes", `HostKeyAlias=${HOST}`];
      const known = `UserKnownHostsFile=${join(folder.path, "known")}`;
      const visit = () =>
        run(programPath("ssh") ?? "", [
          ...["-F", "/dev/null", "-p", String(host.port), "-i", key],
          ...[known, "GlobalKnownHostsFile=/dev/null", ...options].flatMap((option) => ["-o", option]),
          ...[`${host.user}@127.0.0.1`, "echo welcome"],
        ]);
      holds((await visit()).text.includes("Permission denied"), `sshd refuses ${host.user}, whom it does not name`);
      await sign(key, { valid_principals: host.user });
      const welcome = await visit();
      holds(welcome.text === "welcome\n", `with one for ${host.user} sshd lets in, and shows its own`, welcome);
    } finally {
      await host.stop();
    }
  } finally {
    await folder.close();
  }
};
