import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateActivationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { beforeAll, expect, it } from "@jest/globals";
import { registerMachine } from "../../src/local/aws/index.ts";
import { systemClock } from "../../src/std/time.ts";
import { ACCOUNT, signedLogin, trust } from "../unit/auth/aws/embedded-support.ts";
import { inProcess } from "../unit/local/aws/support.ts";
import { axeEverywhere } from "./support/axe.ts";
import { describeUi } from "./support/suite.ts";

describeUi("machines", (ui) => {
  let node = "";

  beforeAll(async () => {
    const { prepare, local, policy } = ui.world;
    const { embedded } = local;
    if (!embedded) throw new Error("no embedded AWS");
    await new IAMClient(inProcess(embedded)).send(
      new CreateRoleCommand({ RoleName: "hybrid", AssumeRolePolicyDocument: trust("ssm.amazonaws.com") }),
    );
    const activation = await new SSMClient(inProcess(embedded)).send(
      new CreateActivationCommand({ IamRole: "hybrid", DefaultInstanceName: "rack-7", RegistrationLimit: 1 }),
    );
    const machine = await registerMachine(embedded.handle, {
      activationId: activation.ActivationId ?? "",
      activationCode: activation.ActivationCode ?? "",
      region: "us-east-1",
      clock: systemClock,
    });
    await machine.ping({ PlatformType: "Linux" });
    node = machine.instanceId;

    await policy(
      "onprem",
      'path "secret/data/onprem/*" { capabilities = ["read", "list"] }\npath "secret/data/onprem/keys" { capabilities = ["deny"] }',
    );
    await prepare("POST", "sys/auth/aws", { type: "aws" });
    await prepare("POST", "auth/aws/config/identity", {
      iam_alias: "ssm_instance_id",
      iam_metadata: ["account_id", "ssm_name"],
    });
    await prepare("POST", "auth/aws/role/onprem-db", {
      auth_type: "iam",
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: "us-east-1",
      bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT}:role/hybrid`,
      token_policies: ["onprem"],
      token_ttl: "30m",
    });
    await prepare("POST", "auth/aws/login", await signedLogin(await machine.credentials(), "onprem-db"), {
      token: null,
    });
  });

  it("shows who logged in, since when, by which role, and what they may read", async () => {
    const { page } = await ui.signedIn({ token: ui.world.root }, "/ui/machines");

    const logins = page.getByRole("list", { name: "Logged in" });
    await logins.getByText("role onprem-db").waitFor();
    expect(await logins.textContent()).toContain("rack-7");
    expect(await logins.textContent()).toMatch(/logged in (now|\d+ (second|minute)s? ago|this minute)/i);
    await page.getByText("The server keeps no time of the last login once a token has ended").waitFor();
    await logins.getByText("What it may read").click();
    await logins.getByText("secret/data/onprem/*").waitFor();
    await logins.getByText("secret/data/onprem/keys").waitFor();
    await logins.getByText("denied").waitFor();

    const roles = page.getByRole("list", { name: "Roles" });
    await roles.getByText("hybrid node").waitFor();
    await roles.getByText(`arn:aws:iam::${ACCOUNT}:role/hybrid`).waitFor();
    const known = page.getByRole("list", { name: "Known machines" });
    await known.getByRole("link", { name: node }).waitFor();
    expect(await axeEverywhere(page)).toEqual([]);
  });

  it("says what it cannot know to those who may see less", async () => {
    await ui.world.policy(
      "roles-only",
      'path "auth/aws/role" { capabilities = ["list"] }\npath "auth/aws/role/*" { capabilities = ["read"] }',
    );
    const { page, visitor } = await ui.signedIn(await ui.world.person("roles-only", ["roles-only"]), "/ui/machines");

    await page.getByText("You may not look at tokens, so logins are not shown.").waitFor();
    await page.getByText("What it may read").click();
    await page.getByText("You may not read the policy onprem.").waitFor();
    expect(await page.getByRole("heading", { name: "Known machines" }).count()).toBe(0);
    expect(visitor.gate.calls().filter((call) => call.includes("accessor"))).toEqual([]);
  });
});
