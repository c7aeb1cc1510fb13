import { createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Slapd, startSlapd } from "../../../support/slapd.ts";
import { describeSlapd } from "../../../support/slapd-suite.ts";
import { makeCertificate } from "../../engines/database/support/certificate.ts";
import { errorsOf, type LdapServer, makeLdapServer, SEARCHED } from "./support.ts";

/** V85 for directories: the server's certificate, ours, and versions of TLS, against a real server. */

const FUTURE = new Date(Date.UTC(2099, 0, 1));
const ours = makeCertificate("127.0.0.1", FUTURE);
const other = makeCertificate("127.0.0.1", FUTURE);
const named = makeCertificate("dir.example.com", FUTURE);
const old = makeCertificate("127.0.0.1", new Date(Date.UTC(2020, 0, 1)));

let server: LdapServer;
const servers: Slapd[] = [];
const serve = async (options: Parameters<typeof startSlapd>[0] = {}): Promise<Slapd> => {
  const slapd = await startSlapd(options);
  servers.push(slapd);
  return slapd;
};

const QUIET = { starttls: false, insecure_tls: false, certificate: "", client_tls_cert: "", client_tls_key: "" };
const attempt = async (config: Readonly<Record<string, string | boolean>>) => {
  const written = await server.configure({
    ...SEARCHED,
    ...QUIET,
    tls_min_version: "tls12",
    tls_max_version: "tls12",
    ...config,
  });
  expect(written.status).toBe(204);
  server.auditLines.length = 0;
  const answer = await server.login("g-alice");
  const reason =
    /"reason":"the directory cannot be reached: ([^"\\]|\\.)*"/.exec(server.auditLines.join("\n"))?.[0] ?? "";
  return { answer, status: answer.status, reason };
};

describeSlapd("V85: a directory over TLS", () => {
  let slapd: Slapd;
  beforeAll(async () => {
    // Every name is this machine, so that a host elsewhere can be played.
    server = await makeLdapServer({ resolve: async () => ["127.0.0.1"] });
    slapd = await serve({ certificate: ours });
  });
  afterAll(async () => {
    await server.stop();
    for (const one of servers) await one.stop();
  });

  const WAYS = [
    ["ldaps", (one: Slapd) => ({ url: one.tlsUrl })],
    ["StartTLS", (one: Slapd) => ({ url: one.url, starttls: true })],
  ] as const;

  describe.each(WAYS)("by %s", (_, way) => {
    it("is talked to where its certificate descends from the given one", async () => {
      expect((await attempt({ ...way(slapd), certificate: ours.cert })).status).toBe(200);
    });

    it.each([
      ["no authority is named", {}],
      ["another authority is named", { certificate: other.cert }],
    ])("is not where %s", async (_why, config) => {
      const { answer, reason } = await attempt({ ...way(slapd), ...config });

      expect(errorsOf(answer)).toEqual([400, [`error connecting to host "${way(slapd).url}": no connection`]]);
      expect(reason).toContain("certificate is not trusted");
    });

    it("is talked to in spite of that where insecure_tls is set", async () => {
      expect((await attempt({ ...way(slapd), insecure_tls: true })).status).toBe(200);
    });

    it("is held to its name", async () => {
      const away = await serve({ certificate: named });
      const { url, ...rest } = way(away);
      const right = await attempt({
        ...rest,
        url: url.replace("127.0.0.1", "dir.example.com"),
        certificate: named.cert,
      });
      const wrong = await attempt({
        ...rest,
        url: url.replace("127.0.0.1", "dir.example.org"),
        certificate: named.cert,
      });

      expect([right.status, wrong.status]).toEqual([200, 400]);
      expect(wrong.reason).toContain("certificate is for another host");
    });

    it("is refused when its certificate has expired", async () => {
      const expired = await serve({ certificate: old });
      const { status, reason } = await attempt({ ...way(expired), certificate: old.cert });

      expect(status).toBe(400);
      expect(reason).toContain("certificate has expired");
    });

    it.each([
      [["tls12", "tls13"], 200],
      [["tls13", "tls13"], 200],
    ])("speaks the versions that are set: %p", async ([tls_min_version = "", tls_max_version = ""], status) => {
      const config = { ...way(slapd), certificate: ours.cert, tls_min_version, tls_max_version };
      expect((await attempt(config)).status).toBe(status);
    });
  });

  it("is shown a certificate where it asks for one", async () => {
    const asking = await serve({ certificate: ours, settings: "TLSVerifyClient demand" });
    const config = { url: asking.tlsUrl, certificate: ours.cert };
    const without = await attempt(config);
    const shown = await attempt({ ...config, client_tls_cert: ours.cert, client_tls_key: ours.key });
    const wrong = await attempt({ ...config, client_tls_cert: other.cert, client_tls_key: other.key });

    expect([without.status, shown.status, wrong.status].map((status) => status === 200)).toEqual([false, true, false]);
  });

  it("that speaks no version in the range is refused", async () => {
    const modern = createServer({ ...ours, minVersion: "TLSv1.3" }, (socket) => void socket.destroy());
    await new Promise<void>((resolve) => modern.listen(0, "127.0.0.1", resolve));
    const address = modern.address();
    const url = `ldaps://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const twelve = await attempt({ url, certificate: ours.cert });
    const thirteen = await attempt({ url, certificate: ours.cert, tls_max_version: "tls13" });
    modern.close();

    expect([twelve.status, thirteen.status]).toEqual([400, 502]);
    expect(twelve.reason).toContain("TLS could not be agreed on");
  });

  it("is not talked to in plain text where ldaps is asked for", async () => {
    const { status } = await attempt({ url: slapd.url.replace("ldap:", "ldaps:"), certificate: ours.cert });

    expect(status).toBe(400);
  });
});
