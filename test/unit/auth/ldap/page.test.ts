import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../src/std/json.ts";
import { type Slapd, SUFFIX, startSlapd } from "../../../support/slapd.ts";
import { describeSlapd } from "../../../support/slapd-suite.ts";
import { type DirectoryServer, entry, message, result, startDirectory } from "./directory-server.ts";
import { type LdapServer, makeLdapServer } from "./support.ts";

/** `docs/ldap.md`: its configurations, as they are but for where the directory is, log people in. */

const page = readFileSync(new URL("../../../../docs/ldap.md", import.meta.url), "utf8");
const configuration = (name: string): JsonObject => {
  const [, text = ""] = new RegExp(`\`\`\`json ${name}\n([^\`]*)\`\`\``).exec(page) ?? [];
  return JSON.parse(text.replaceAll("dc=example,dc=com", SUFFIX)) as JsonObject;
};

let server: LdapServer;
let slapd: Slapd | undefined;
let windows: DirectoryServer | undefined;
beforeAll(async () => {
  server = await makeLdapServer();
});
afterAll(async () => {
  await server.stop();
  await slapd?.stop();
  windows?.close();
});

const policiesOf = async (name: string, password: string): Promise<unknown> =>
  (await server.login(name, password)).body["auth"];

describeSlapd("the page's configuration of OpenLDAP", () => {
  it("lets a user in, with the policies of the user's group", async () => {
    slapd = await startSlapd();
    await server.configure({ ...configuration("openldap"), url: slapd.tlsUrl, certificate: slapd.ca });
    await server.call("POST", "auth/ldap/groups/g-dev", { body: { policies: "app" } });

    expect(await policiesOf("g-alice", "alice-pw")).toMatchObject({
      policies: ["app", "default"],
      lease_duration: 3600,
    });
  });
});

it("the page's configuration of Active Directory lets a user in, with the policies of all groups", async () => {
  const ada = "CN=Ada Smith,OU=People,DC=example,DC=com";
  const sid = Buffer.from("01020000000000052000000020020000", "hex");
  const found: Readonly<Record<string, Buffer>> = {
    "OU=People,DC=example,DC=com": entry(ada, { sAMAccountName: ["asmith"] }),
    [ada]: entry(ada, { tokenGroups: [sid] }),
    "<SID=S-1-5-32-544>": entry("CN=Developers,OU=Groups,DC=example,DC=com"),
  };
  windows = await startDirectory((asked, socket) => {
    if (asked.kind === "bind") return void socket.write(message(asked.id, result(0x61, 0)));
    const one = asked.kind === "search" ? found[asked.base] : undefined;
    socket.write(
      Buffer.concat([...(one ? [message(asked.id, one)] : []), message(asked.id, result(0x65, one ? 0 : 32))]),
    );
  });
  await server.configure({ ...configuration("active-directory"), url: windows.url, certificate: "" });
  await server.call("POST", "auth/ldap/groups/developers", { body: { policies: "app" } });

  expect(await policiesOf("ASmith", "ada-pw")).toMatchObject({
    policies: ["app", "default"],
    metadata: { username: "asmith" },
  });
});
