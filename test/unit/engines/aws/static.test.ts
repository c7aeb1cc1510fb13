import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  ListAccessKeysCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type AwsServer, type Meddle, makeAwsServer, refusal } from "./support/aws-server.ts";
import { ELSEWHERE, ENDPOINT } from "./support/target.ts";

let server: AwsServer;
let meddle: Meddle | undefined;
beforeAll(async () => {
  server = await makeAwsServer({ meddle: () => meddle });
  for (const UserName of ["static-a", "static-b"]) await server.iam.send(new CreateUserCommand({ UserName }));
});
afterAll(() => server.close());

const write = (name: string, body: unknown) => server.call("POST", `aws/static-roles/${name}`, { body });
const errorOf = (text: string): string => JSON.parse(text).errors[0];
const credsOf = async (name: string) => {
  const { data } = await server.call("GET", `aws/static-creds/${name}`);
  const keys = { accessKeyId: String(data["access_key"]), secretAccessKey: String(data["secret_key"]) };
  return { data, keys };
};
const keysOf = async (UserName: string): Promise<readonly string[]> => {
  const { AccessKeyMetadata = [] } = await server.iam.send(new ListAccessKeysCommand({ UserName }));
  return AccessKeyMetadata.map(({ AccessKeyId = "" }) => AccessKeyId);
};
const tick = () => server.core.schedule.tick(server.clock.now() + 30_000);

describe("a static role", () => {
  it("gives its user's key, without a lease, from the moment it is written", async () => {
    const written = await write("a", { username: "static-a", rotation_period: "1h" });
    const read = await server.call("GET", "aws/static-roles/a");
    const { data, keys } = await credsOf("a");

    expect(written.status).toBe(200);
    expect(read.data).toEqual(written.data);
    expect(written.data).toMatchObject({ name: "a", username: "static-a", rotation_period: 3600 });
    expect(await server.identity(keys)).toContain(":user/static-a");
    expect(Date.parse(String(data["expiration"])) - server.clock.now()).toBe(3_600_000);
    expect((await server.call("LIST", "aws/static-roles")).data["keys"]).toEqual(["a"]);
  });

  it("gets a new key when it is due, by the schedule alone; the one before works until the next", async () => {
    const first = (await credsOf("a")).keys;
    server.clock.advance(3_601_000);
    await tick();
    const both = await keysOf("static-a");
    const second = (await credsOf("a")).keys;
    const works = await Promise.all([first, second].map(server.identity));
    server.clock.advance(3_601_000);
    await tick();
    const third = (await credsOf("a")).keys;

    expect(both.length).toBe(2);
    expect(works.map((arn) => arn.includes("static-a"))).toEqual([true, true]);
    expect((await keysOf("static-a")).slice().sort()).toEqual([second.accessKeyId, third.accessKeyId].sort());
  });

  it("keeps its key when its period changes, and another user cannot be put in", async () => {
    const before = (await credsOf("a")).keys;
    const changed = await write("a", { rotation_period: 7200 });
    const other = await write("a", { username: "static-b" });

    expect([changed.data["rotation_period"], (await credsOf("a")).keys]).toEqual([7200, before]);
    expect([other.status, errorOf(other.text)]).toEqual([400, "cannot update static account username"]);
  });

  it.each([
    [{}, 'missing "username" parameter'],
    [{ username: "static-b" }, 'missing "rotation_period" parameter'],
    [
      { username: "static-b", rotation_period: 59 },
      "role rotation period out of range: must be greater than 60.00 seconds",
    ],
    [{ username: "a b", rotation_period: 60 }, 'username: "a b" is not the name of an IAM user'],
    [
      { username: "static-b", rotation_period: 60, assume_role_arn: "arn:aws:iam::123456789012:role/x" },
      "assume_role_arn is not supported: mount the engine once for each account",
    ],
    [{ username: "nobody", rotation_period: 60 }, 'unable to validate username "nobody": NoSuchEntity'],
    [{ username: "static-a", rotation_period: 60 }, 'the user "static-a" belongs to another static role of this mount'],
  ])("of %j is refused", async (body, words) => {
    const { status, text } = await write("bad", body);

    expect([status, errorOf(text)]).toEqual([400, words]);
    expect((await server.call("GET", "aws/static-roles/bad")).status).toBe(404);
  });

  it("that is deleted takes its key along and leaves the user", async () => {
    const { keys } = await credsOf("a");
    const deleted = await server.call("DELETE", "aws/static-roles/a");
    const left = await keysOf("static-a");
    const again = await write("next", { username: "static-a", rotation_period: 60 });
    await server.call("DELETE", "aws/static-roles/next");

    expect([deleted.status, left.includes(keys.accessKeyId), again.status]).toEqual([204, false, 200]);
    expect((await server.call("GET", "aws/static-creds/a")).status).toBe(404);
  });
});

(ELSEWHERE ? describe.skip : describe)("a rotation that AWS refuses", () => {
  it("leaves no role where there was none", async () => {
    meddle = async (action, _, pass) => (action === "CreateAccessKey" ? refusal("AccessDenied", 403) : pass());
    const { status, text } = await write("b", { username: "static-b", rotation_period: 60 });
    meddle = undefined;

    expect([status, errorOf(text)]).toEqual([400, "error replacing access key: AccessDenied"]);
    expect((await server.call("GET", "aws/static-roles/b")).status).toBe(404);
  });

  it("shows in the role, is tried again, and the key stays until it succeeds", async () => {
    await write("b", { username: "static-b", rotation_period: 60 });
    const before = (await credsOf("b")).keys;
    server.clock.advance(61_000);
    meddle = async () => refusal("ServiceFailure", 500);
    await tick();
    const failed = (await server.call("GET", "aws/static-roles/b")).data;
    const kept = (await credsOf("b")).keys;
    meddle = undefined;
    server.clock.advance(600_000);
    await tick();
    const mended = (await server.call("GET", "aws/static-roles/b")).data;

    expect(failed["last_rotation_error"]).toContain("AWS could not be reached");
    expect([kept, failed["failed_rotations"]]).toEqual([before, 1]);
    expect(mended["last_rotation_error"]).toBeUndefined();
    expect((await credsOf("b")).keys.accessKeyId).not.toBe(before.accessKeyId);
  });

  it("never gives a user of the same name that is another one", async () => {
    await server.call("DELETE", "aws/static-roles/b");
    for (const AccessKeyId of await keysOf("static-b")) {
      await server.iam.send(new DeleteAccessKeyCommand({ UserName: "static-b", AccessKeyId }));
    }
    await write("b", { username: "static-b", rotation_period: 60 });
    for (const AccessKeyId of await keysOf("static-b")) {
      await server.iam.send(new DeleteAccessKeyCommand({ UserName: "static-b", AccessKeyId }));
    }
    await server.iam.send(new DeleteUserCommand({ UserName: "static-b" }));
    await server.iam.send(new CreateUserCommand({ UserName: "static-b" }));
    server.clock.advance(61_000);
    await tick();
    const { data } = await server.call("GET", "aws/static-roles/b");

    expect(data["last_rotation_error"]).toBe("the user was deleted and made again: it is another one now");
    expect(await keysOf("static-b")).toEqual([]);
  });
});

describe("config/rotate-root", () => {
  it("replaces the key, says which is new, and deletes the old one", async () => {
    await server.post("sys/mounts/rooted", { type: "aws" });
    await server.iam.send(new CreateUserCommand({ UserName: "rooted" }));
    const { AccessKey } = await server.iam.send(new CreateAccessKeyCommand({ UserName: "rooted" }));
    await server.post("rooted/config/root", {
      access_key: AccessKey?.AccessKeyId,
      secret_key: AccessKey?.SecretAccessKey,
      ...(ENDPOINT === undefined ? {} : { iam_endpoint: ENDPOINT, sts_endpoint: ENDPOINT }),
    });
    const { status, data, text } = await server.call("POST", "rooted/config/rotate-root");
    const shown = await server.call("GET", "rooted/config/root");

    expect(status).toBe(200);
    expect(Object.keys(data)).toEqual(["access_key"]);
    expect(data["access_key"]).not.toBe(AccessKey?.AccessKeyId);
    expect([shown.data["access_key"], await keysOf("rooted")]).toEqual([data["access_key"], [data["access_key"]]]);
    expect(`${text}${shown.text}${server.logLines.join("")}`).not.toContain("secret_key");
  });

  (ELSEWHERE ? it.skip : it)("refused by AWS changes nothing, and is not tried again by itself", async () => {
    const before = (await server.call("GET", "rooted/config/root")).data;
    meddle = async (action, _, pass) => (action === "CreateAccessKey" ? refusal("LimitExceeded", 409) : pass());
    const { status, text } = await server.call("POST", "rooted/config/rotate-root");
    meddle = undefined;
    server.clock.advance(120_000);
    await tick();

    expect([status, errorOf(text)]).toEqual([400, "error calling CreateAccessKey: LimitExceeded"]);
    expect((await server.call("GET", "rooted/config/root")).data).toEqual(before);
  });

  (ELSEWHERE ? it.skip : it)("asked for twice at once makes one new key", async () => {
    const answers = await Promise.all([1, 2].map(() => server.call("POST", "rooted/config/rotate-root")));
    const { data } = await server.call("GET", "rooted/config/root");

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
    expect(await keysOf("rooted")).toEqual([data["access_key"]]);
  });
});
