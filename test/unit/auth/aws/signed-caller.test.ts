import { describe, expect, it } from "@jest/globals";
import { isNamedBy } from "../../../../src/auth/aws/signed-caller.ts";
import { type Identity, identityOf } from "../../../../src/auth/aws/sts-answer.ts";

const ACCOUNT = "111122223333";
const session: Identity = identityOf(
  { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/ada`, userId: "AROAEXAMPLE1:ada", account: ACCOUNT },
  "aws",
);
const user: Identity = identityOf(
  { arn: `arn:aws:iam::${ACCOUNT}:user/people/ada`, userId: "AIDAEXAMPLE1", account: ACCOUNT },
  "aws",
);

describe("an operator is named", () => {
  it.each([
    ["by the role of the session", session, `arn:aws:iam::${ACCOUNT}:role/Admin`],
    ["by the role with a path, which STS leaves out", session, `arn:aws:iam::${ACCOUNT}:role/team/a/Admin`],
    ["by the session alone", session, `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/ada`],
    ["by all sessions of a role", session, `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/*`],
    ["by the beginning of a role's name", session, `arn:aws:iam::${ACCOUNT}:role/Adm*`],
    ["by the user", user, `arn:aws:iam::${ACCOUNT}:user/people/ada`],
    ["by the user without a path", user, `arn:aws:iam::${ACCOUNT}:user/ada`],
  ])("%s", (_, identity, pattern) => {
    expect(isNamedBy(identity, ["arn:aws:iam::999988887777:role/Other", pattern])).toBe(true);
  });

  it.each([
    ["by nothing", session, []],
    ["by a role of the same name in another account", session, ["arn:aws:iam::999988887777:role/Admin"]],
    ["by a user of the role's name", session, [`arn:aws:iam::${ACCOUNT}:user/Admin`]],
    ["by a role whose name goes on", session, [`arn:aws:iam::${ACCOUNT}:role/Administrators`]],
    ["by a part of its role's name", session, [`arn:aws:iam::${ACCOUNT}:role/Adm`]],
    ["by another session", session, [`arn:aws:sts::${ACCOUNT}:assumed-role/Admin/eve`]],
  ])("not %s", (_, identity, patterns) => {
    expect(isNamedBy(identity, patterns)).toBe(false);
  });
});
