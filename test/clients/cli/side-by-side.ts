import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { policiesOf, within } from "./login.ts";
import { done, expect, given, type Run, secret } from "./vault.ts";

/** Our command line next to this one, in one home folder: what a login of the one stores, the other uses. */

const zeroth = async (home: string, address: string, ...words: readonly string[]): Promise<string> => {
  const env = { ...process.env, HOME: home, VAULT_ADDR: address, VAULT_TOKEN: "" };
  const args = ["--no-warnings", "--import", "tsx", "bin/zeroth.ts", ...words];
  return (await promisify(execFile)(process.execPath, args, { env })).stdout;
};

const awsLogin = async (vault: Run): Promise<void> => {
  const { AWS_ACCOUNT_ID: account, SERVER_ADDRESS: address } = given(
    "AWS_ACCOUNT_ID",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "SERVER_ADDRESS",
  );
  const home = await mkdtemp(join(tmpdir(), "zeroth-side-"));
  const shared = { token: "", environment: { HOME: home } };
  try {
    await within(vault, "cli-side", "aws", async () => {
      const principal = `bound_iam_principal_arn=arn:aws:iam::${account}:*`;
      await done(vault, "write", "auth/cli-side/role/machines", "auth_type=iam", principal, "token_policies=machines");
      await zeroth(home, address, "login", "-method=aws", "-path=cli-side", "-no-print", "role=machines");
      const here: Run = (args, options) => vault(args, { ...shared, ...options });
      const told = (await secret(here, "token lookup")).data ?? {};
      expect(policiesOf(told) === '["default","machines"]', `who it is: ${JSON.stringify(told)}`);
      await done(here, "login", "-no-print", await readFile(join(home, ".vault-token"), "utf8"));
      const ours = JSON.parse(await zeroth(home, address, "token", "lookup", "-format=json"));
      expect(ours.data.accessor === told["accessor"], "the token it stores is used in turn");
    });
  } finally {
    await rm(home, { recursive: true });
  }
};

export const SIDE_BY_SIDE: Readonly<Record<string, (vault: Run) => Promise<void>>> = {
  "zeroth login -method=aws: this command line uses its token, and the other way round": awsLogin,
};
