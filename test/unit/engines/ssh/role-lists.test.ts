import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { mountSsh, PUBLIC_KEY, type Ssh } from "./support/hosts.ts";

/** V59: an empty list, however it is written, allows nobody. */

let server: TestServer;
let ssh: Ssh;
beforeAll(async () => {
  server = await makeServer();
  ssh = await mountSsh(server);
  await ssh.post("ssh/config/ca", { key_type: "ed25519" });
});
afterAll(() => server.dynamo.close());

const EMPTY = [
  ["absent", undefined],
  ["empty", ""],
  ["null", null],
  ["blanks", "   "],
  ["commas", " , ,"],
  ["an empty list", []],
  ["a list of nothing", [""]],
] as const;

/** The role is not written, or what it is asked for is refused: never an answer with what was asked for. */
const refused = async (written: { status: number }, ask: () => Promise<{ status: number }>) => {
  if (written.status === 400) return;
  expect(written.status).toBe(204);
  expect((await ask()).status).toBe(400);
};

const HOST = {
  allow_user_certificates: false,
  allow_host_certificates: true,
  allow_bare_domains: true,
  allow_subdomains: true,
};

describe.each(EMPTY)("V59: a list that is %s", (_, value) => {
  it("of allowed_users lets nobody ask for a certificate, but for whom the role names", async () => {
    for (const principal of ["root", "*", "", " ", ","]) {
      const written = await ssh.caRole("v59", { allowed_users: value, default_user: "" });
      await refused(written, () => ssh.post("ssh/sign/v59", { public_key: PUBLIC_KEY, valid_principals: principal }));
    }
    const written = await ssh.caRole("v59", { allowed_users: value });
    await refused(written, () => ssh.post("ssh/sign/v59", { public_key: PUBLIC_KEY }));
  });

  it("of allowed_users lets nobody but the default user have a password", async () => {
    const written = await ssh.otpRole("v59", { allowed_users: value });
    await refused(written, () => ssh.post("ssh/creds/v59", { ip: "10.1.2.3", username: "root" }));
  });

  it("of cidr_list lets no host have a password", async () => {
    const written = await ssh.otpRole("v59", { cidr_list: value });
    await refused(written, () => ssh.post("ssh/creds/v59", { ip: "10.1.2.3" }));
  });

  it("of allowed_domains lets no host have a certificate", async () => {
    for (const valid_principals of ["a.example.com", "example.com", ".", "*", "a."]) {
      const written = await ssh.caRole("v59", { ...HOST, allowed_domains: value });
      const body = { public_key: PUBLIC_KEY, cert_type: "host", valid_principals };
      await refused(written, () => ssh.post("ssh/sign/v59", body));
    }
  });

  it("of allowed_extensions lets nobody ask for one", async () => {
    for (const extensions of [{ "permit-pty": "" }, { " ": "" }, { "": "" }]) {
      const written = await ssh.caRole("v59", { allowed_extensions: value });
      await refused(written, () => ssh.post("ssh/sign/v59", { public_key: PUBLIC_KEY, extensions }));
    }
  });

  it("of valid_principals gives no certificate for everybody (CVE-2024-7594)", async () => {
    await ssh.caRole("v59", { default_user: "" });
    const answer = await ssh.post("ssh/sign/v59", { public_key: PUBLIC_KEY, valid_principals: value });
    expect(answer.status).toBe(400);
  });
});

describe("lists that are not empty", () => {
  it("of critical options allow only what they name, even where they name blanks", async () => {
    for (const allowed_critical_options of [" ", ",", "source-address"]) {
      await ssh.caRole("critical", { allowed_critical_options });
      const answer = await ssh.post("ssh/sign/critical", {
        public_key: PUBLIC_KEY,
        critical_options: { "force-command": "/bin/sh" },
      });
      expect(answer.body).toEqual({ errors: ["critical options not on allowed list: [force-command]"] });
    }
  });

  it("of key lengths sign no kind that they do not name, and no length of a kind without any", async () => {
    const asked = async (allowed_user_key_lengths: unknown) => {
      expect((await ssh.caRole("lengths", { allowed_user_key_lengths })).status).toBe(204);
      return (await ssh.post("ssh/sign/lengths", { public_key: PUBLIC_KEY })).status;
    };

    expect(await asked({ rsa: [] })).toBe(400);
    expect(await asked({ ed25519: [] })).toBe(400);
    expect(await asked({ ed25519: 0 })).toBe(200);
    expect(await asked({ "ssh-ed25519": ["256"] })).toBe(200);
    expect(await asked({})).toBe(200);
  });

  it("have blanks around their items that do not count", async () => {
    await ssh.caRole("blanks", { allowed_extensions: "permit-pty, permit-port-forwarding", allowed_users: " a , b" });
    const { extensions, principals } = await ssh.sign("blanks", {
      extensions: { "permit-port-forwarding": "" },
      valid_principals: "b, a",
    });

    expect([extensions, principals]).toEqual([{ "permit-port-forwarding": "" }, ["b", "a"]]);
  });
});
