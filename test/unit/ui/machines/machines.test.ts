import { describe, expect, it } from "@jest/globals";
import { loginIn } from "../../../../ui/pages/machines/logins.ts";
import { readRules } from "../../../../ui/pages/machines/readable.ts";
import { roleIn } from "../../../../ui/pages/machines/roles.ts";

const MOUNTS = ["auth/aws/"];

describe("a token's look-up", () => {
  const data = {
    accessor: "a1",
    path: "auth/aws/login",
    display_name: "AppHybridRole/mi-0123",
    creation_time: 1_700_000_000,
    last_renewal_time: 1_700_000_600,
    expire_time: "2023-11-14T23:13:20Z",
    entity_id: "e1",
    meta: { role_id: "r1", account_id: "111122223333", inferred_entity_id: "mi-0123" },
    policies: ["default", "onprem"],
    identity_policies: ["onprem", "more"],
  };

  it("tells which machine logged in, when, and with which policies", () => {
    expect(loginIn(data, MOUNTS)).toEqual({
      accessor: "a1",
      machine: "mi-0123",
      displayName: "AppHybridRole/mi-0123",
      account: "111122223333",
      roleId: "r1",
      entityId: "e1",
      at: 1_700_000_000_000,
      renewedAt: 1_700_000_600_000,
      endsAt: 1_700_003_600_000,
      policies: ["default", "onprem", "more"],
    });
  });

  it("names the machine by what its operator called it, where that is told", () => {
    expect(loginIn({ ...data, meta: { ...data.meta, ssm_name: "rack-7" } }, MOUNTS)?.machine).toBe("rack-7");
    expect(loginIn({ ...data, meta: null }, MOUNTS)?.machine).toBe("AppHybridRole/mi-0123");
  });

  it("leaves out tokens of other methods and tokens that no login made", () => {
    expect(loginIn({ ...data, path: "auth/aws-two/login" }, MOUNTS)).toBeUndefined();
    expect(loginIn({ ...data, path: "auth/token/create" }, MOUNTS)).toBeUndefined();
  });
});

describe("a role", () => {
  it("is of hybrid nodes, of EC2 or of any IAM principal", () => {
    const kindOf = (data: Parameters<typeof roleIn>[0]) => roleIn(data, "r", "aws/").kind;

    expect(kindOf({ auth_type: "iam", inferred_entity_type: "ssm_managed_instance" })).toBe("hybrid");
    expect(kindOf({ auth_type: "iam", inferred_entity_type: "ec2_instance" })).toBe("ec2");
    expect(kindOf({ auth_type: "ec2", inferred_entity_type: "" })).toBe("ec2");
    expect(kindOf({ auth_type: "iam", inferred_entity_type: "" })).toBe("iam");
  });

  it("gives default unless it says not to", () => {
    expect(roleIn({ token_policies: ["p"] }, "r", "aws/").policies).toEqual(["p", "default"]);
    expect(roleIn({ token_policies: ["p"], token_no_default_policy: true }, "r", "aws/").policies).toEqual(["p"]);
  });
});

describe("what a policy lets read", () => {
  it("is its rules with read, and those that deny", () => {
    const text = `
path "secret/data/app/*" { capabilities = ["read", "list"] }
path "secret/data/app/private" { capabilities = ["deny"] }
path "secret/metadata/app/*" { capabilities = ["list"] }
path "secret/data/own/{{identity.entity.id}}" { capabilities = ["read"] }
`;

    expect(readRules("app", text).map(({ pattern, denied, templated }) => [pattern, denied, templated])).toEqual([
      ["secret/data/app/*", false, false],
      ["secret/data/app/private", true, false],
      ["secret/data/own/{{identity.entity.id}}", false, true],
    ]);
  });

  it("is told even where the policy uses the old words", () => {
    expect(readRules("old", 'path "secret/*" { policy = "write" }')).toHaveLength(1);
  });
});
