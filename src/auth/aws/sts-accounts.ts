import { z } from "zod";
import { field, invalidRequest } from "../../framework/index.ts";
import { changeBody } from "../../storage/change.ts";
import type { View } from "../../storage/store.ts";
import { readStored } from "./stored.ts";

/** `config/sts/<account>`: the role through which another account is looked into. */

export const stsAccountShape = {
  sts_role: field.text("ARN of a role in that account, assumed for look-ups."),
  external_id: field.text("External id that the role's trust policy requires."),
};
const accountInput = z.object(stsAccountShape);
export type StsAccountInput = z.output<typeof accountInput>;

export const StsAccount = z.object({ sts_role: z.string(), external_id: z.string() });
export type StsAccount = z.output<typeof StsAccount>;

export const stsAccountAddress = (storage: View, account: string) => storage.at(`config/sts/${account}`);

export const stsAccount = (storage: View, account: string): Promise<StsAccount | undefined> =>
  readStored(storage, stsAccountAddress(storage, account), StsAccount);

/** Throws `invalid_request`. */
export const writeStsAccount = async (storage: View, account: string, input: StsAccountInput): Promise<void> => {
  if (!/^[0-9]{12}$/.test(account)) throw invalidRequest("account id must be 12 digits");
  await changeBody(storage, stsAccountAddress(storage, account), StsAccount, (previous) => {
    if (input.sts_role === undefined && !previous) throw invalidRequest("missing sts role");
    if (input.sts_role === "") throw invalidRequest("sts role cannot be empty");
    const role = input.sts_role ?? previous?.sts_role ?? "";
    if (!/^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role\/[\x21-\x7e]{1,512}$/.test(role))
      throw invalidRequest("sts role must be the ARN of an IAM role");
    if (role.split(":")[4] !== account) throw invalidRequest("sts role belongs to another account");
    return { sts_role: role, external_id: input.external_id ?? previous?.external_id ?? "" };
  });
};

export const removeStsAccount = (storage: View, account: string): Promise<void> =>
  storage.write([{ op: "delete", address: stsAccountAddress(storage, account), when: "any" }]);

export const listStsAccounts = (storage: View): Promise<readonly string[]> => storage.list("config/sts/");
