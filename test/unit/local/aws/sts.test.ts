import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it } from "@jest/globals";
import { ACCOUNT_2, ADMIN_2, failureOf, inProcess, startAws } from "./support.ts";

describe("STS GetCallerIdentity", () => {
  it("names the administrator behind a key", async () => {
    const sts = new STSClient(inProcess(await startAws(), ADMIN_2));
    const { Arn, UserId, Account } = await sts.send(new GetCallerIdentityCommand({}));
    expect({ Arn, Account }).toEqual({ Arn: `arn:aws:iam::${ACCOUNT_2}:user/administrator`, Account: ACCOUNT_2 });
    expect(UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
  });

  it("refuses a key it does not know", async () => {
    const stranger = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" };
    const sts = new STSClient(inProcess(await startAws(), stranger));
    expect((await failureOf(sts.send(new GetCallerIdentityCommand({})))).name).toBe("InvalidClientTokenId");
  });
});
