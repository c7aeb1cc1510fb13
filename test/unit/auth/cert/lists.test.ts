import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { certAuth } from "../../../../src/auth/cert/backend.ts";
import { makeContext } from "../../../../src/core/request/context.ts";
import { VaultError } from "../../../../src/framework/index.ts";
import { createHarness } from "../../../support/backend-harness.ts";
import { type Made, makeAuthority, makeCertificate, makeList } from "../../../support/certificates.ts";
import type { Answered, TestServer } from "../../../support/make-server.ts";
import { createMemoryView } from "../../../support/memory-view.ts";
import { createTestClock } from "../../../support/storage.ts";
import { logIn, makeCertServer } from "./support.ts";

/** Lists of revoked certificates: given or fetched, and what logins make of them. */

const HOUR = 3_600_000;

let server: TestServer;
let root: Made;
let middle: Made;
let client: Made;
let published: { status: number; body: Uint8Array };
let asked: number;
let http: Server;
let url: string;
beforeAll(async () => {
  server = await makeCertServer();
  root = await makeAuthority("CN=root");
  middle = await makeAuthority("CN=middle", { by: root, serial: "55" });
  client = await makeCertificate({ name: "CN=web", by: middle, serial: "4002" });
  http = createServer((_, response) => {
    asked += 1;
    response.writeHead(published.status).end(published.body);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/root.crl`;
});
afterAll(async () => {
  http.close();
  http.closeAllConnections();
  await server.dynamo.close();
});

const crls = (name: string, body: object) => server.call("POST", `auth/cert/crls/${name}`, { body });
const listed = async (name: string) =>
  Object.keys((await server.call("GET", `auth/cert/crls/${name}`)).data["serials"] as object);
const errors = (answer: Answered) => [answer.status, answer.body["errors"]];
const presented = () => client.cert + middle.cert;
const enters = async (pem = presented()) => (await logIn(server, pem)).status === 200;

beforeEach(async () => {
  asked = 0;
  const { data } = await server.call("GET", "auth/cert/crls?list=true");
  for (const name of (data["keys"] ?? []) as string[]) await server.call("DELETE", `auth/cert/crls/${name}`);
  await server.call("POST", "auth/cert/certs/web", { body: { certificate: root.cert } });
});

describe("a list that was given", () => {
  it("refuses what it names, the client's own and any above it, until it is gone", async () => {
    for (const [by, serial] of [
      [middle, "4002"],
      [root, "55"],
    ] as const) {
      expect(await enters()).toBe(true);
      expect((await crls("l", { crl: (await makeList(by, { serials: [serial] })).pem })).status).toBe(204);
      expect(await enters()).toBe(false);
      await server.call("DELETE", "auth/cert/crls/L");
    }
    expect(await enters()).toBe(true);
  });

  it("names serial numbers of its issuer alone", async () => {
    await crls("l", { crl: (await makeList(root, { serials: ["4002"] })).pem });
    expect(await enters()).toBe(true);
  });

  it("is replaced by the next of its name", async () => {
    await crls("l", { crl: (await makeList(middle, { serials: ["4002"] })).pem });
    await crls("L", { crl: (await makeList(middle, { serials: ["01", "0102"] })).pem });
    expect([await enters(), await listed("l")]).toEqual([true, ["1", "258"]]);
  });

  it("counts although its time is over, as Vault has it", async () => {
    const { pem } = await makeList(middle, { serials: ["4002"], nextUpdate: "2029-12-31T12:00:00Z" });
    await crls("l", { crl: pem });
    expect(await enters()).toBe(false);
  });

  it("is refused where a known authority has not signed it", async () => {
    const forged = await makeList(root, { signedBy: await makeAuthority("CN=root") });
    const answer = await crls("l", { crl: forged.pem });
    expect(errors(answer)).toEqual([400, ["failed to parse CRL: it is not signed by the authority it names"]]);
  });

  it("of an issuer that is met at logins only is held against it there, and refuses what it does not vouch for", async () => {
    const other = await makeAuthority("CN=middle", { bare: true });
    await crls("l", { crl: (await makeList(middle, { serials: ["01"], signedBy: other })).pem });
    expect(await enters()).toBe(false);
    await crls("l", { crl: (await makeList(middle, { serials: ["01"] })).pem });
    expect(await enters()).toBe(true);
  });

  it("refuses one path of several, not the others", async () => {
    const second = await makeAuthority("CN=second");
    const crossed = await makeAuthority("CN=middle", { by: second, keysOf: middle });
    await server.call("POST", "auth/cert/certs/web", { body: { certificate: root.cert + second.cert } });
    await crls("l", { crl: (await makeList(root, { serials: ["55"] })).pem });
    expect([await enters(), await enters(presented() + crossed.cert)]).toEqual([false, true]);
  });

  it("counts for a role of one client's own certificate too", async () => {
    const own = await makeCertificate({ name: "CN=own", by: root, serial: "99" });
    await server.call("POST", "auth/cert/certs/web", { body: { certificate: own.cert } });
    expect(await enters(own.cert)).toBe(true);
    await crls("l", { crl: (await makeList(root, { serials: ["99"] })).pem });
    expect(await enters(own.cert)).toBe(false);
  });

  it.each([
    [{}, "one of 'crl' or 'url' must be provided"],
    [{ crl: "x", url: "http://x.test/" }, "only one of 'crl' or 'url' may be provided"],
    [{ crl: "nonsense" }, "failed to parse CRL: not a list of revoked certificates, or a broken one"],
    [{ url: "" }, "empty CRL url"],
    [{ url: "ftp://x.test/" }, "invalid CRL url: it must be http or https, without a password"],
    [{ url: "http://a:b@x.test/" }, "invalid CRL url: it must be http or https, without a password"],
    [
      { url: "http://169.254.169.254/" },
      "failed to fetch CRL: the host is not an address that may be dialled from here",
    ],
    [{ url: "http://127.0.0.1:1/" }, "failed to fetch CRL"],
  ])("is refused as %j", async (body, wire) => {
    expect(errors(await crls("l", body))).toEqual([400, [wire]]);
    expect((await server.call("GET", "auth/cert/crls/l")).status).toBe(400);
  });

  it("is refused where it is larger than half a MiB", async () => {
    const answer = await crls("l", { crl: "x".repeat(600_000) });
    expect(errors(answer)).toEqual([400, ["failed to parse CRL: it is larger than 524288 bytes"]]);
  });

  it("that nobody knows is told by name", async () => {
    expect(errors(await server.call("GET", "auth/cert/crls/None"))).toEqual([400, ["no such CRL none"]]);
    expect(errors(await server.call("DELETE", "auth/cert/crls/none"))).toEqual([400, ["no such CRL none"]]);
    const long = await server.call("GET", `auth/cert/crls/${"n".repeat(900)}`);
    expect([long.status, long.text.length < 300]).toEqual([400, true]);
  });

  it("may hold thousands", async () => {
    const serials = Array.from({ length: 2500 }, (_, index) => (index + 65_536).toString(16));
    expect((await crls("l", { crl: (await makeList(middle, { serials: [...serials, "4002"] })).pem })).status).toBe(
      204,
    );
    expect([await enters(), (await listed("l")).length]).toEqual([false, 2501]);
  });
});

describe("a list that is published", () => {
  const publish = async (wanted: Parameters<typeof makeList>[1] = {}, status = 200) => {
    published = { status, body: (await makeList(root, wanted)).der };
  };
  const publishBytes = async (body: Uint8Array) => {
    published = { status: 200, body };
  };
  /** The method's scheduled work, without the rest of the schedule, which takes long over many hours. */
  const refresh = async (): Promise<void> => {
    const { core } = server;
    const { mounts } = await core.config.snapshot();
    const mount = [...mounts.values()].find(({ info }) => info.path === "auth/cert/");
    const backend = mount && (await core.catalog.find("auth", "cert", {}));
    if (!mount || !backend?.periodic) throw new Error("there is no such mount");
    const cx = await makeContext(core, mount, { generatePassword: async () => undefined });
    await backend.periodic.run(cx, server.clock.now() + 60_000);
  };
  const hoursLater = async (hours: number): Promise<string> => {
    server.clock.advance(hours * HOUR);
    return refresh().then(
      () => "",
      (cause: unknown) => (cause instanceof VaultError ? cause.reason : Promise.reject(cause)),
    );
  };

  it("is fetched when it is named, and again when it is an hour old", async () => {
    await publish();
    expect((await crls("l", { url })).status).toBe(204);
    const { data } = await server.call("GET", "auth/cert/crls/l");
    expect([data, await enters()]).toEqual([
      { cdp: { url, valid_until: "2030-02-01T00:00:00.000Z" }, serials: {} },
      true,
    ]);

    await publish({ serials: ["55"] });
    await refresh();
    expect([asked, await enters()]).toEqual([1, true]);
    await hoursLater(1);
    expect([asked, await enters()]).toEqual([2, false]);
  });

  it("stays as it is while it cannot be had, is broken, forged, or older than the one that is there", async () => {
    await publish({ serials: ["55"], thisUpdate: "2029-12-31T06:00:00Z" });
    await crls("l", { url });
    const worse = [
      () => publish({}, 500),
      () => publish({}, 302),
      () => publishBytes(Buffer.from("nonsense")),
      () => publishBytes(Buffer.alloc(600_000)),
      async () => publish({ signedBy: await makeAuthority("CN=root") }),
      () => publish({ thisUpdate: "2029-12-31T05:00:00Z" }),
    ];
    for (const make of worse) {
      await make();
      const before = asked;
      const failed = await hoursLater(2);
      expect([asked > before, await listed("l"), await enters()]).toEqual([true, ["85"], false]);
      expect(failed === "" || failed === "lists of revoked certificates could not be fetched: l").toBe(true);
    }
    await publish({ thisUpdate: "2029-12-31T07:00:00Z" });
    await hoursLater(2);
    expect(await enters()).toBe(true);
  });

  it("that is a day older than its issuer promised refuses what it would have judged", async () => {
    const soon = new Date(server.clock.now() + HOUR).toISOString();
    await publish({ thisUpdate: "2029-12-31T08:00:00Z", nextUpdate: soon });
    await crls("l", { url });
    const other = await makeAuthority("CN=other");
    const stranger = await makeCertificate({ name: "CN=stranger", by: other });
    await server.call("POST", "auth/cert/certs/other", { body: { certificate: other.cert } });
    server.clock.advance(24 * HOUR);
    expect(await enters()).toBe(true);
    server.clock.advance(2 * HOUR);
    expect([await enters(), await enters(stranger.cert)]).toEqual([false, true]);
    await publish({ thisUpdate: "2029-12-31T09:00:00Z", nextUpdate: "2031-01-01T00:00:00Z" });
    await hoursLater(1);
    expect(await enters()).toBe(true);
    await server.call("DELETE", "auth/cert/certs/other");
  });

  it("V09: is not fetched from where a deployment may not dial", async () => {
    const clock = createTestClock(Date.UTC(2030, 0, 1));
    const harness = createHarness(certAuth(), { view: createMemoryView(), clock });
    await publish();
    asked = 0;
    for (const refused of [url, "http://10.0.0.1/", "http://[::1]/", "http://2130706433/", "http://169.254.169.254/"]) {
      await expect(harness.request("update", "crls/l", { url: refused })).rejects.toThrow(
        /may not be dialled|may be dialled|range/,
      );
    }
    expect(asked).toBe(0);
  });
});
