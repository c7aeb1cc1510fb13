import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { obey } from "../../../src/core/operator.ts";
import { inVaultsFormat } from "../../support/audit-log.ts";
import { makeServer, type TestServer } from "../../support/make-server.ts";

let server: TestServer;
let lines: string[];
let refuse: (line: string) => boolean;
beforeEach(async () => {
  lines = [];
  refuse = () => false;
  const write = async (line: string): Promise<void> => {
    if (refuse(line)) throw new Error("the device is full");
    lines.push(line);
  };
  server = await makeServer({ audit: { auditSink: { write } } });
});
afterEach(() => server.dynamo.close());

const orders = () => inVaultsFormat(lines).filter((line) => line.includes("sys/generate-root"));
const isAlive = async (token: string) => (await server.call("GET", "auth/token/lookup-self", { token })).status === 200;

describe("an operator's order", () => {
  it("makes a root token, recorded before and after, and says so", async () => {
    const token = await obey(server.core, "generate-root");

    expect(await isAlive(token.reveal())).toBe(true);
    expect(orders()).toHaveLength(2);
    expect(orders().join()).not.toContain(token.reveal());
    expect(server.events).toContainEqual({ kind: "root-generated" });
  });

  it("makes the token it is told to make", async () => {
    const token = await obey(server.core, "generate-root", { rootId: "chosen" });

    expect(token.reveal()).toBe("chosen");
    expect(await isAlive("chosen")).toBe(true);
  });

  it("does nothing when it cannot be recorded first", async () => {
    refuse = () => true;
    await expect(obey(server.core, "generate-root", { rootId: "unrecorded" })).rejects.toThrow();
    refuse = () => false;

    expect(await isAlive("unrecorded")).toBe(false);
    expect(server.events.map(({ kind }) => kind)).not.toContain("root-generated");
  });

  it("leaves no root token alive whose making could not be recorded", async () => {
    refuse = (line) => line.includes('"type":"response"');
    await expect(obey(server.core, "generate-root", { rootId: "unrecorded" })).rejects.toThrow();
    refuse = () => false;

    expect(await isAlive("unrecorded")).toBe(false);
    expect(server.events).toContainEqual({ kind: "root-generated" });
  });

  it("is refused and recorded when the server is initialized already", async () => {
    await expect(obey(server.core, "init")).rejects.toThrow("already initialized");

    expect(inVaultsFormat(lines).filter((line) => line.includes("sys/init"))).toHaveLength(2);
    expect(lines.join()).toContain("Vault is already initialized");
  });
});
