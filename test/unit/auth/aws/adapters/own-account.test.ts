import { expect, it } from "@jest/globals";
import { awsAdapters } from "../../../../../src/auth/aws/adapters/index.ts";
import { Sensitive } from "../../../../../src/std/sensitive.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { ACCOUNT_1, ACCOUNT_2, ADMIN_1, ADMIN_2, inProcess, startAws } from "../../../local/aws/support.ts";

const directoryOf = async () => {
  const aws = await startAws();
  const { requestHandler } = inProcess(aws);
  let asked = 0;
  const handle: typeof aws.requestHandler.handle = (...request) => {
    asked += 1;
    return aws.requestHandler.handle(...request);
  };
  const { directory } = awsAdapters({
    region: "us-east-1",
    clock: systemClock,
    credentials: async () => ADMIN_1,
    requestHandler: { ...requestHandler, handle },
    environment: {},
  });
  return { directory, asked: () => asked };
};

it("each set of keys is told its own account, and the program's credentials theirs", async () => {
  const { directory, asked } = await directoryOf();
  const keys = { accessKeyId: ADMIN_2.accessKeyId, secretAccessKey: new Sensitive(ADMIN_2.secretAccessKey) };

  expect(await directory.ownAccount()).toBe(ACCOUNT_1);
  expect(await directory.ownAccount(keys)).toBe(ACCOUNT_2);
  const before = asked();
  expect(await directory.ownAccount(keys)).toBe(ACCOUNT_2);
  expect(asked()).toBe(before);
});
