import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { ListenerConfig } from "../../../../src/agent/config/model.ts";
import { AgentError } from "../../../../src/agent/contract.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { envelope } from "../support/envelope.ts";
import { ask, listenerConfig, opensWorlds, type Script } from "./world.ts";

const data: Script = () => ({ body: envelope({ data: { a: 1 } }) });
const openWorld = opensWorlds();
const open = (...listeners: readonly Partial<ListenerConfig>[]) =>
  openWorld(data, { listeners: listeners.map(listenerConfig) });
const refusal = (...listeners: readonly Partial<ListenerConfig>[]): Promise<string> =>
  open(...listeners).then(
    () => "it started",
    (cause: unknown) => (cause instanceof AgentError ? cause.message : `not an AgentError: ${cause}`),
  );

let folder = "";
const inFolder = (name: string): string => join(folder, name);
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o7777;
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zeroth-listener-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a TCP listener", () => {
  it("listens at an address and at a name", async () => {
    const one = await open({ address: "127.0.0.1:0" }, { address: "localhost:0" });
    const [four = "", named = ""] = one.listeners.addresses;
    expect(four).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const address of [four, named]) expect((await ask(address, "/v1/a")).status).toBe(200);
  });

  const hasSix = Object.values(networkInterfaces()).some((at) => at?.some(({ address }) => address === "::1"));
  (hasSix ? it : it.skip)("listens at an IPv6 address, where this machine has one", async () => {
    const one = await open({ address: "[::1]:0" });
    const [six = ""] = one.listeners.addresses;
    expect(six).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await ask(six, "/v1/a")).status).toBe(200);
  });

  it("says why it cannot listen, and then no other listens either", async () => {
    const one = await open({});
    const taken = new URL(one.address).host;
    expect(await refusal({ type: "unix", address: inFolder("other.sock") }, { address: taken })).toBe(
      `Error starting listener: listen tcp ${taken}: bind: address already in use`,
    );
    expect(await exists(inFolder("other.sock"))).toBe(false);
    for (const address of ["127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "::1:80", "a:b"]) {
      expect(await refusal({ address })).toBe(
        `Error starting listener: listen tcp ${address}: the address must be HOST:PORT`,
      );
    }
  });
});

describe("a unix socket", () => {
  const unix = (name: string, socket: ListenerConfig["socket"] = {}) =>
    ({ type: "unix", address: inFolder(name), socket }) as const;
  const asked = (path: string) => ask("http://localhost", "/v1/a", { socketPath: path });

  it("answers, is its owner's alone whatever the umask, and is gone at the end", async () => {
    const before = process.umask(0);
    try {
      const one = await open(unix("a.sock"));
      expect(process.umask()).toBe(0);
      expect((await asked(inFolder("a.sock"))).json.data).toEqual({ a: 1 });
      expect(one.listeners.addresses).toEqual([`unix://${inFolder("a.sock")}`]);
      expect(await modeOf(inFolder("a.sock"))).toBe(0o700);
      await one.listeners.stop();
      expect(await exists(inFolder("a.sock"))).toBe(false);
    } finally {
      process.umask(before);
    }
  });

  it("gets the mode it is given, also without a user and a group", async () => {
    await open(unix("b.sock", { mode: 0o660 }));
    expect(await modeOf(inFolder("b.sock"))).toBe(0o660);
  });

  it("belongs to whom it is given, by number or by name", async () => {
    const { uid, gid } = await stat(folder);
    await open(unix("c.sock", { user: String(uid), group: String(gid), mode: 0o600 }));
    expect(await stat(inFolder("c.sock"))).toMatchObject({ uid, gid });
    if (process.getuid?.() === 0) {
      await open(unix("d.sock", { user: "nobody" }));
      expect((await stat(inFolder("d.sock"))).uid).toBeGreaterThan(0);
    }
    expect(await refusal(unix("e.sock", { user: "no-such-user" }))).toBe(
      `Error starting listener: listen unix ${inFolder("e.sock")}: failed to look up user "no-such-user"`,
    );
    expect(await refusal(unix("e.sock", { group: "--help" }))).toContain("failed to look up group");
    expect(await exists(inFolder("e.sock"))).toBe(false);
  });

  it("takes the place of a socket that nobody listens at", async () => {
    const path = inFolder("stale.sock");
    const left = spawn(process.execPath, [
      "-e",
      `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`,
    ]);
    // A process that dies leaves its socket behind.
    await once(left, "exit");
    expect(await exists(path)).toBe(true);
    await open(unix("stale.sock"));
    expect((await asked(path)).status).toBe(200);
  });

  it("leaves a socket that another process listens at", async () => {
    const path = inFolder("live.sock");
    const other = createServer((socket) => socket.on("error", () => undefined).end("other"));
    await new Promise<void>((done) => other.listen(path, done));
    expect(await refusal(unix("live.sock"))).toBe(
      `Error starting listener: listen unix ${path}: bind: address already in use`,
    );
    expect(await exists(path)).toBe(true);
    await new Promise((done) => other.close(done));
  });

  it("leaves what is not a socket, and what a link leads to", async () => {
    await writeFile(inFolder("file"), "precious");
    await symlink(inFolder("file"), inFolder("link"));
    for (const name of ["file", "link", "."]) {
      expect(await refusal(unix(name))).toContain("what is there is not a socket; it is left as it is");
    }
    expect(await stat(inFolder("file"))).toMatchObject({ size: 8 });
  });

  it("says that its folder is missing", async () => {
    expect(await refusal(unix("none/a.sock"))).toMatch(/^Error starting listener: listen unix .+: bind: /);
  });
});

describe("TLS", () => {
  const files = { certFile: "", keyFile: "" };
  const write = async (name: string): Promise<typeof files> => {
    const made = await makeCertificate({ name: `CN=${name}` });
    const paths = { certFile: inFolder(`${name}.pem`), keyFile: inFolder(`${name}.key`) };
    await writeFile(paths.certFile, made.cert);
    await writeFile(paths.keyFile, made.key);
    return paths;
  };
  const shownName = (address: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(address);
      const socket = connect({ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false }, () => {
        const subject = socket.getPeerCertificate().subject.CN;
        socket.destroy();
        resolve(String(subject));
      });
      socket.on("error", reject);
    });

  it("answers with the certificate, and with another one after a reload", async () => {
    const tls = await write("first");
    const one = await open({ tls });
    expect(one.address).toMatch(/^https:/);
    expect(await shownName(one.address)).toBe("first");
    const second = await write("second");
    await copyFile(second.certFile, tls.certFile);
    await copyFile(second.keyFile, tls.keyFile);
    expect(await shownName(one.address)).toBe("first");
    await one.listeners.reload();
    expect(await shownName(one.address)).toBe("second");
  });

  it("keeps the old certificate when the new one cannot be used, and says so without showing the key", async () => {
    const tls = await write("kept");
    const one = await open({ tls });
    await writeFile(tls.keyFile, "canary-key");
    await one.listeners.reload();
    expect(await shownName(one.address)).toBe("kept");
    expect(one.around.log()).toContain("the certificate stays as it was");
    expect(one.around.log()).not.toContain("canary");
  });

  it("lets in only clients with a certificate of the authorities, where it asks for one", async () => {
    const tls = await write("asking");
    const authority = await makeCertificate({ name: "CN=authority", ca: true });
    const [known, stranger] = [await makeCertificate({ by: authority }), await makeCertificate()];
    await writeFile(inFolder("clients.pem"), authority.cert);
    const one = await open({ tls: { ...tls, clients: { caFile: inFolder("clients.pem") } } });
    const asks = (made?: { readonly cert: string; readonly key: string }): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({
          port: Number(new URL(one.address).port),
          host: "127.0.0.1",
          rejectUnauthorized: false,
          ...(made && { cert: made.cert, key: made.key }),
        });
        socket.on("data", (bytes) => {
          socket.destroy();
          resolve(bytes.toString().startsWith("HTTP/1.1 200"));
        });
        for (const end of ["error", "close"]) socket.on(end, () => resolve(false));
        socket.write("GET /v1/a HTTP/1.1\r\nHost: a\r\n\r\n");
      });

    expect([await asks(known), await asks(stranger), await asks()]).toEqual([true, false, false]);
    await one.listeners.reload();
    expect([await asks(known), await asks(stranger), await asks()]).toEqual([true, false, false]);
    expect(await refusal({ tls: { ...tls, clients: { caFile: tls.keyFile } } })).toContain(
      "holds no certificate in PEM",
    );
  });

  it("speaks the versions it is held to", async () => {
    const one = await open({ tls: { ...(await write("old")), maxVersion: "TLSv1.2" } });
    const spoken = (): Promise<string | null> =>
      new Promise((resolve, reject) => {
        const socket = connect({ port: Number(new URL(one.address).port), rejectUnauthorized: false }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on("error", reject);
      });

    expect(await spoken()).toBe("TLSv1.2");
    await one.listeners.reload();
    expect(await spoken()).toBe("TLSv1.2");
  });

  it("does not start without a certificate and a key", async () => {
    expect(await refusal({ tls: { certFile: "", keyFile: "" } })).toBe(
      "Error starting listener: 'tls_cert_file' is not specified; set tls_disable = true for a listener without TLS",
    );
    const tls = await write("alone");
    expect(await refusal({ tls: { ...tls, keyFile: inFolder("none.key") } })).toBe(
      `Error starting listener: tls_key_file ${inFolder("none.key")} cannot be read: ENOENT`,
    );
    expect(await refusal({ tls: { ...tls, keyFile: tls.certFile } })).toContain(
      "are not a certificate and its key in PEM",
    );
  });
});

describe("what is not supported", () => {
  it("a cache that is kept on a disk is refused", async () => {
    const persist = {
      type: "kubernetes",
      path: folder,
      keepAfterImport: false,
      exitOnError: true,
      serviceAccountTokenFile: "/x",
    };
    await expect(
      openWorld(data, { cache: { useAutoAuthToken: false, staticSecrets: false, persist } }),
    ).rejects.toThrow("Error creating persistent cache: 'persist' is not supported; the cache is kept in memory alone");
  });
});
