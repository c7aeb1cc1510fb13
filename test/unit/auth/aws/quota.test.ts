import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { builtInRows } from "../../../../src/catalog.ts";
import { NEARBY } from "../../../../src/outgoing/index.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import {
  addRole,
  createWorld,
  EC2_TRUST,
  goodHeaders,
  loginBody,
  OWN,
  portsOf,
  session,
  stsSays,
  type World,
} from "./support.ts";

/** A rate limit of one role counts the role that a login uses, whether the login names it or AWS does. */

let world: World;
let server: TestServer;
beforeEach(async () => {
  world = createWorld();
  server = await makeServer({ rows: builtInRows({ aws: () => portsOf(world), reach: NEARBY }) });
  await server.call("POST", "sys/auth/aws", { body: { type: "aws" } });
  for (const name of ["tight", "lax"]) {
    addRole(world, name, EC2_TRUST);
    const body = { bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/${name}`, token_ttl: "1h" };
    expect((await server.call("POST", `auth/aws/role/${name}`, { body })).status).toBe(204);
  }
  const limit = { path: "auth/aws/", role: "tight", rate: 2, interval: "1h" };
  expect((await server.call("POST", "sys/quotas/rate-limit/q", { body: limit })).status).toBe(204);
});
afterEach(() => server.dynamo.close());

/** A login of the IAM role `caller`; `role` is what its body says, if it says anything. */
const login = async (caller: string, role?: string): Promise<number> => {
  world.sts = async () => stsSays(session(caller, "box"));
  const headers = goodHeaders("us-east-1", server.clock.now());
  const body = loginBody({ headers, ...(role === undefined ? {} : { role }) });
  return (await server.call("POST", "auth/aws/login", { token: null, body })).status;
};

describe("a rate limit of one role of the AWS login", () => {
  it("counts logins that name the role, and no other", async () => {
    expect([await login("tight", "tight"), await login("tight", "TIGHT"), await login("tight", "tight")]).toEqual([
      200, 200, 429,
    ]);
    expect([await login("lax", "lax"), await login("lax")]).toEqual([200, 200]);
  });

  it("counts logins that name none, by the caller's friendly name", async () => {
    expect([await login("tight"), await login("tight"), await login("tight")]).toEqual([200, 200, 429]);
    expect([await login("lax"), await login("lax")]).toEqual([200, 200]);
  });

  it("counts both ways together", async () => {
    expect([
      await login("tight"),
      await login("tight", "tight"),
      await login("tight"),
      await login("tight", "tight"),
    ]).toEqual([200, 200, 429, 429]);
  });

  it("is not escaped by an empty role, nor spent for a role that a body merely names", async () => {
    expect([await login("tight", ""), await login("tight", ""), await login("tight", "")]).toEqual([200, 200, 429]);
    expect([await login("lax", "")]).toEqual([200]);
  });
});
