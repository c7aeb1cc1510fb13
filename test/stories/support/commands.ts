import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AttachRolePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateActivationCommand } from "@aws-sdk/client-ssm";
import type { Invocation, Player } from "./stage.ts";
import type { Operator } from "./vault.ts";
import type { World } from "./world.ts";

/** The commands `aws` and `vault`, as far as the documents use them. */

/** `--role-name x --flag y`: values by name, a file's content for `file://`. */
const flagsOf = async ({ args, folder }: Invocation): Promise<ReadonlyMap<string, string>> => {
  const flags = new Map<string, string>();
  for (let at = 2; at < args.length; at += 2) {
    const [name = "", value = ""] = [args[at], args[at + 1]];
    const content = value.startsWith("file://") ? await readFile(join(folder, value.slice(7)), "utf8") : value;
    flags.set(name.replace(/^--/, ""), content);
  }
  return flags;
};

/** `Key=env,Value=prod` */
const tagOf = (text: string): { Key: string; Value: string } => {
  const { Key = "", Value = "" } = Object.fromEntries(text.split(",").map((part) => part.split("=")));
  return { Key, Value };
};

export const awsCommand =
  ({ account: { iam, ssm } }: { readonly account: Pick<World["account"], "iam" | "ssm"> }): Player =>
  async (invocation) => {
    const flags = await flagsOf(invocation);
    const flag = (name: string): string => {
      const value = flags.get(name);
      if (value === undefined) throw new Error(`--${name} is missing`);
      return value;
    };
    switch (invocation.args.slice(0, 2).join(" ")) {
      case "iam create-role": {
        const AssumeRolePolicyDocument = flag("assume-role-policy-document");
        const { Role } = await iam.send(
          new CreateRoleCommand({ RoleName: flag("role-name"), AssumeRolePolicyDocument }),
        );
        return JSON.stringify({ Role });
      }
      case "iam attach-role-policy":
        await iam.send(new AttachRolePolicyCommand({ RoleName: flag("role-name"), PolicyArn: flag("policy-arn") }));
        return "";
      case "ssm create-activation": {
        const { ActivationId, ActivationCode } = await ssm.send(
          new CreateActivationCommand({
            IamRole: flag("iam-role"),
            RegistrationLimit: Number(flag("registration-limit")),
            DefaultInstanceName: flag("default-instance-name"),
            Tags: [tagOf(flag("tags"))],
          }),
        );
        return JSON.stringify({ ActivationId, ActivationCode });
      }
      default:
        throw new Error(`unknown command ${invocation.args.join(" ")}`);
    }
  };

/** `k=v` and `@file` of `vault write`, as its body. */
const bodyOf = async (parts: readonly string[], folder: string): Promise<object> => {
  const bodies = await Promise.all(
    parts.map(async (part): Promise<object> => {
      if (part.startsWith("@")) return JSON.parse(await readFile(join(folder, part.slice(1)), "utf8"));
      const cut = part.indexOf("=");
      return { [part.slice(0, cut)]: part.slice(cut + 1) };
    }),
  );
  return Object.assign({}, ...bodies);
};

export const vaultCommand =
  (operator: Operator): Player =>
  async ({ args, input, folder }) => {
    const [command, second = "", third = "", ...rest] = args;
    if (command === "write") {
      await operator(
        "PUT",
        second,
        await bodyOf(
          [third, ...rest].filter((part) => part !== ""),
          folder,
        ),
      );
      return `Success! Data written to: ${second}\n`;
    }
    switch (`${command} ${second}`) {
      case "auth enable":
        await operator("POST", `sys/auth/${third}`, { type: third });
        return `Success! Enabled ${third} auth method at: ${third}/\n`;
      case "policy write":
        if (rest[0] !== "-") throw new Error("the policy comes on standard input");
        await operator("PUT", `sys/policies/acl/${third}`, { policy: input });
        return `Success! Uploaded policy: ${third}\n`;
      default:
        throw new Error(`unknown command ${args.join(" ")}`);
    }
  };
