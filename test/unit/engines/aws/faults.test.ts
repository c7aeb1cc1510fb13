import { CreateGroupCommand, CreateUserCommand, TagUserCommand, UntagUserCommand } from "@aws-sdk/client-iam";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type AwsServer, type Meddle, makeAwsServer, POLICY, refusal } from "./support/aws-server.ts";
import { ELSEWHERE } from "./support/target.ts";

/** AWS down, slow, throttled, inconsistent: what callers hear, and that nothing is left behind. */

const suite = ELSEWHERE ? describe.skip : describe;
const MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess";

let server: AwsServer;
let meddle: Meddle | undefined;
beforeAll(async () => {
  server = await makeAwsServer({ meddle: () => meddle });
  await server.iam.send(new CreateGroupCommand({ GroupName: "people" }));
  await server.post("aws/roles/full", {
    credential_type: "iam_user",
    policy_arns: MANAGED,
    policy_document: POLICY,
    iam_groups: "people",
    user_path: "/zeroth/",
  });
});
afterEach(() => {
  meddle = undefined;
});
afterAll(() => server.close());

const leases = async (): Promise<readonly unknown[]> => {
  const { data } = await server.call("LIST", "sys/leases/lookup/aws/creds/full");
  return Array.isArray(data["keys"]) ? data["keys"] : [];
};

/** Answers calls of one action with a failure; the first `times` ones. */
const failing = (action: string, fail: Meddle, times = Number.POSITIVE_INFINITY): Meddle => {
  let left = times;
  return (asked, form, pass) => {
    if (asked !== action || left <= 0) return pass();
    left -= 1;
    return fail(asked, form, pass);
  };
};

const STEPS = [
  ["GetUser", "Error creating IAM user"],
  ["CreateUser", "Error creating IAM user"],
  ["AttachUserPolicy", "Error attaching user policy"],
  ["PutUserPolicy", "Error putting user policy"],
  ["AddUserToGroup", "Error adding user to group"],
  ["CreateAccessKey", "Error creating access keys"],
] as const;

suite("a call that AWS", () => {
  it.each(STEPS)("refuses (%s) is told with its code, and the user is gone at once", async (action, words) => {
    meddle = failing(action, async () => refusal("LimitExceeded", 409));
    const { status, text } = await server.call("GET", "aws/creds/full");

    expect([status, JSON.parse(text).errors]).toEqual([400, [`${words}: LimitExceeded`]]);
    expect(await server.users()).toEqual([]);
    meddle = () => Promise.reject(new Error("the sweeper asked AWS about a user that never was"));
    server.clock.advance(130_000);
    await server.sweep();
    expect(await leases()).toEqual([]);
  });

  it.each(STEPS)("throttles (%s) is repeated, and 502 when that does not help", async (action, words) => {
    meddle = failing(action, async () => refusal("Throttling"), 2);
    const first = await server.creds("full");
    await server.call("PUT", "sys/leases/revoke", { body: { lease_id: first.lease } });
    meddle = failing(action, async () => refusal("Throttling"));
    const { status, text } = await server.call("GET", "aws/creds/full");

    expect([status, JSON.parse(text).errors]).toEqual([502, [`${words}: Throttling`]]);
    meddle = undefined;
    await server.settle();
    expect([await server.users(), await leases()]).toEqual([[], []]);
  });

  it.each(STEPS.map(([action]) => action))(
    "does, while its answer is lost (%s): nothing is left once the sweeper ran",
    async (action) => {
      let done = 0;
      meddle = failing(action, async (_, __, pass) => {
        await pass().then(() => (done += 1));
        throw new Error("the connection broke");
      });
      const { status } = await server.call("GET", "aws/creds/full");
      meddle = undefined;
      await server.settle();

      // What changes something for good is never asked twice.
      if (/^Create/.test(action)) expect(done).toBe(1);
      expect([status, await server.users(), await leases()]).toEqual([502, [], []]);
    },
  );

  it("answers with a server's error is 502", async () => {
    meddle = async () => refusal("ServiceFailure", 500);

    expect((await server.call("GET", "aws/creds/full")).status).toBe(502);
  });

  it("answers with something that is not AWS's tells nothing but that", async () => {
    const page = {
      statusCode: 404,
      headers: { "content-type": "text/html" },
      body: Buffer.from("<html>intranet</html>"),
    };
    meddle = async () => ({ response: page });
    const { status, text } = await server.call("GET", "aws/creds/full");

    expect([status, JSON.parse(text).errors]).toEqual([
      502,
      ["Error creating IAM user: AWS could not be reached, or gave no whole answer in time"],
    ]);
  });
});

suite("a key that may not look for users", () => {
  it("makes them all the same, and a name that is taken is found out by CreateUser", async () => {
    meddle = failing("GetUser", async () => refusal("AccessDenied", 403));
    const { lease } = await server.creds("full");
    const root = (await server.call("GET", "aws/config/root")).data;
    const config = { access_key: root["access_key"], secret_key: "local-admin-secret-1" };
    await server.post("aws/config/root", { ...config, username_template: "administrator" });
    const taken = await server.call("GET", "aws/creds/full");
    await server.post("aws/config/root", config);
    meddle = undefined;
    await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });

    expect([taken.status, JSON.parse(taken.text).errors]).toEqual([
      400,
      ["Error creating IAM user: EntityAlreadyExists"],
    ]);
    expect(await server.users()).toEqual([]);
  });
});

suite("a new key", () => {
  it("is handed out once AWS accepts it", async () => {
    const before = server.clock.now();
    meddle = failing("GetCallerIdentity", async () => refusal("InvalidClientTokenId", 403), 7);
    const { keys, lease } = await server.creds("full");
    meddle = undefined;

    expect(server.clock.now() - before).toBe(7000);
    expect(await server.identity(keys)).toContain(":user/zeroth/");
    await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });
  });

  it("F42: that AWS does not accept in time is 502, within the function's deadline, and its user is gone", async () => {
    const before = server.clock.now();
    meddle = failing("GetCallerIdentity", async () => refusal("InvalidClientTokenId", 403));
    const { status, text } = await server.call("GET", "aws/creds/full");
    const took = server.clock.now() - before;

    expect([status, JSON.parse(text).errors]).toEqual([
      502,
      ["AWS did not accept the new key in time; its user was removed, try again"],
    ]);
    expect(took).toBeLessThan(26_000);
    expect(await server.users()).toEqual([]);
  });

  it("is not tried where the configuration says so", async () => {
    const root = (await server.call("GET", "aws/config/root")).data;
    const config = { access_key: root["access_key"], secret_key: "local-admin-secret-1" };
    await server.post("aws/config/root", { ...config, wait_for_keys: false });
    meddle = failing("GetCallerIdentity", async () => refusal("InvalidClientTokenId", 403));
    const { lease } = await server.creds("full");
    await server.post("aws/config/root", config);
    await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });

    expect(await server.users()).toEqual([]);
  });
});

suite("a revocation", () => {
  it("F38: that AWS refuses or does not hear is tried again until it succeeds", async () => {
    const { lease } = await server.creds("full");
    meddle = async () => refusal("AccessDenied", 403);
    const refused = await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });
    meddle = () => Promise.reject(new Error("AWS is away"));
    server.clock.advance(60_000);
    await server.sweep();
    meddle = undefined;
    await server.settle();

    expect(refused.status).toBe(400);
    expect(refused.text).toContain("Error deleting IAM user: AccessDenied");
    expect([await server.users(), await leases()]).toEqual([[], []]);
  });

  it.each([
    "ListAccessKeys",
    "DeleteAccessKey",
    "DetachUserPolicy",
    "DeleteUserPolicy",
    "RemoveUserFromGroup",
    "DeleteUser",
  ])("F40: cut off at %s is finished by the next", async (action) => {
    const { lease, keys } = await server.creds("full");
    meddle = failing(action, async () => refusal("ServiceFailure", 500));
    await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });
    if (action !== "ListAccessKeys" && action !== "DeleteAccessKey") expect(await server.identity(keys)).toBe("");
    meddle = undefined;
    await server.settle();

    expect([await server.users(), await leases()]).toEqual([[], []]);
  });

  it.each(["DeleteAccessKey", "DetachUserPolicy", "DeleteUserPolicy", "RemoveUserFromGroup", "DeleteUser"])(
    "takes NoSuchEntity at %s for done",
    async (action) => {
      const { lease } = await server.creds("full");
      meddle = failing(action, async (_, __, pass) => {
        await pass();
        return refusal("NoSuchEntity", 404);
      });
      const { status } = await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });

      expect([status, await server.users()]).toEqual([204, []]);
    },
  );

  it("never removes a user of another account, and says which keys it lacks", async () => {
    const { lease, keys } = await server.creds("full");
    const root = (await server.call("GET", "aws/config/root")).data;
    await server.post("aws/config/root", { access_key: "AKIALOCALADMIN000002", secret_key: "local-admin-secret-2" });
    server.clock.advance(400_000);
    const { status, text } = await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });
    await server.post("aws/config/root", { access_key: root["access_key"], secret_key: "local-admin-secret-1" });
    expect(await server.identity(keys)).toContain(":user/");
    await server.settle();

    expect(status).toBe(400);
    expect(text).toContain("the user was made in account 111122223333, and config/root is of account 444455556666");
    expect(await server.users()).toEqual([]);
  });

  it("of a user that lost the lease's tag fails and shows, and the user stays", async () => {
    const fresh = await makeAwsServer();
    const { lease, keys } = await fresh.creds("app");
    const UserName = await fresh.userOf(keys.accessKeyId);
    await fresh.iam.send(new UntagUserCommand({ UserName, TagKeys: ["zeroth:lease"] }));
    const { status, text } = await fresh.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });
    const stayed = await fresh.users();
    await fresh.iam.send(new TagUserCommand({ UserName, Tags: [{ Key: "zeroth:lease", Value: "another lease" }] }));
    const others = await fresh.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });

    expect([status, stayed]).toEqual([400, [UserName]]);
    expect(text).toContain("lost its tag zeroth:lease");
    expect([others.status, await fresh.users()]).toEqual([204, [UserName]]);
    await fresh.close();
  });
});

suite("what AWS says and what is secret", () => {
  it("is in no answer, no log line and no audit line", async () => {
    meddle = failing("PutUserPolicy", async () => refusal("MalformedPolicyDocument"));
    await server.call("GET", "aws/creds/full");
    meddle = undefined;
    const { keys } = await server.creds("full");
    const written = [...server.logLines, ...server.auditLines].join("\n");

    expect(written).not.toContain("secret text of AWS");
    expect(written).not.toContain(keys.secretAccessKey);
    expect(written).not.toContain("local-admin-secret");
  });
});

suite("a name that the template makes twice", () => {
  it("is found out before anything is created", async () => {
    await server.iam.send(new CreateUserCommand({ UserName: "fixed-full" }));
    const root = (await server.call("GET", "aws/config/root")).data;
    const config = { access_key: root["access_key"], secret_key: "local-admin-secret-1" };
    await server.post("aws/config/root", { ...config, username_template: "fixed-{{ .PolicyName }}" });
    const taken = await server.call("GET", "aws/creds/full");
    await server.post("aws/config/root", { ...config, username_template: "{{ .PolicyName }}-{{ random 70 }}" });
    const long = await server.call("GET", "aws/creds/full");
    await server.post("aws/config/root", config);

    expect([taken.status, long.status]).toEqual([400, 400]);
    expect(taken.text).toContain("the names the template makes are taken");
    expect(long.text).toContain("exceeds the IAM username length limits of 64 chars");
  });
});
