import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { complete, EMPTY, faultOf, type NameOf, type Names } from "../../../../ui/pages/onboard/names.ts";
import { type Place, stepsFor } from "../../../../ui/pages/onboard/steps.ts";

const guide = readFileSync(new URL("../../../../docs/agent/hybrid-nodes.md", import.meta.url), "utf8");

/** The examples of the guide. */
const NAMES: Names = {
  ...EMPTY,
  account: "123456789012",
  region: "eu-west-1",
  machine: "db-host-7",
  tag: "env=prod",
  role: "onprem-app",
  policies: "app",
};
const PLACE: Place = { address: "https://zeroth.example.com", mount: "aws/", signed: "us-east-1", serverId: "" };
const oneLine = (text: string): string => text.replace(/\\\n\s*/g, "").replace(/\s+/g, " ");

describe("the steps", () => {
  const steps = stepsFor(NAMES, PLACE);

  it.each(["enrol", "server"] as const)("are those of docs/agent/hybrid-nodes.md, word for word: %s", (step) => {
    expect(oneLine(guide)).toContain(oneLine(steps[step]));
  });

  it("make the role in AWS with the guide's policy and commands", () => {
    const policyIn = (text: string): unknown =>
      JSON.parse(/trust\.json <<'EOF'\n([\s\S]*?)\nEOF/.exec(text)?.[1] ?? "");

    expect(policyIn(steps.trust)).toEqual(policyIn(guide));
    const [, commands = ""] = steps.trust.split("\nEOF\n");
    expect(oneLine(guide)).toContain(oneLine(commands));
  });

  it("make the guide's role here", () => {
    const [, body = ""] = /onprem-app\.json <<'EOF'\n([\s\S]*?)\nEOF/.exec(guide) ?? [];
    const { token_policies, ...role } = JSON.parse(body) as { readonly token_policies: string };

    expect(steps.role).toEqual({ ...role, token_policies: [token_policies] });
  });

  it("log in at this server, and say what the mount demands", () => {
    expect(steps.login).toBe(
      "sudo -H env VAULT_ADDR=https://zeroth.example.com vault login -method=aws role=onprem-app region=us-east-1",
    );
    expect(
      stepsFor(NAMES, { ...PLACE, mount: "on prem/", signed: "eu-west-1", serverId: "zeroth.example.com" }).login,
    ).toBe(
      "sudo -H env VAULT_ADDR=https://zeroth.example.com vault login -method=aws -path='on prem' role=onprem-app region=eu-west-1 header_value=zeroth.example.com",
    );
  });

  it("speak of the partition of the Region", () => {
    expect(stepsFor({ ...NAMES, region: "cn-north-1" }, PLACE).role).toMatchObject({
      bound_iam_principal_arn: "arn:aws-cn:iam::123456789012:role/AppHybridRole",
    });
  });

  it("quote what a shell would take apart", () => {
    const { enrol } = stepsFor({ ...NAMES, machine: "a'; rm -rf $HOME #", tag: "note=for me" }, PLACE);

    expect(enrol).toContain(`--default-instance-name 'a'\\''; rm -rf $HOME #'`);
    expect(enrol).toContain("--tags 'Key=note,Value=for me'");
  });
});

describe("the names", () => {
  it("are complete without tag and activation, and not without any other", () => {
    expect(complete({ ...NAMES, tag: "" })).toBe(true);
    for (const name of ["account", "region", "iamRole", "machine", "role", "policies"] as const)
      expect(complete({ ...NAMES, [name]: "" })).toBe(false);
  });

  it.each([
    ["account", "12345678901"],
    ["region", "eu-west"],
    ["region", "eu-west-1; ls"],
    ["iamRole", "a b"],
    ["machine", "a\nb"],
    ["tag", "env"],
    ["role", "a/b"],
    ["policies", "app, root"],
    ["policies", "root"],
    ["activation", "the-code-itself-20-ch"],
  ] satisfies [NameOf, string][])("refuse %s %j", (name, value) => {
    const names = { ...NAMES, [name]: value };

    expect(faultOf(name, names)).toEqual(expect.any(String));
    expect(complete(names)).toBe(false);
  });
});
