import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { ADMIN } from "../../test/support/postgres.ts";
import { REPLAY_WINDOW_SECONDS, type Setting } from "./setting.ts";
import { chapter, say } from "./story.ts";
import { must } from "./vault.ts";

/** What an operator prepares: mounts, a policy, roles for machines, a database connection and its role. */

const trust = (principal: object): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
  });

export const trustService = (service: string): string => trust({ Service: service });

const POLICY = `
path "team/data/web/*"     { capabilities = ["read"] }
path "database/creds/web"  { capabilities = ["read"] }
path "auth/token/create"   { capabilities = ["update"] }
path "sys/leases/renew"    { capabilities = ["update"] }
`;

const CREATE = `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'; GRANT pg_read_all_data TO "{{name}}";`;

export const prepare = async (setting: Setting): Promise<void> => {
  const { vault, home, other, postgres } = setting;
  chapter("An operator prepares");
  const { iam } = setting.clients(home);
  await iam.send(
    new CreateRoleCommand({ RoleName: "web-node", AssumeRolePolicyDocument: trustService("ssm.amazonaws.com") }),
  );
  await iam.send(
    new CreateRoleCommand({ RoleName: "web-ec2", AssumeRolePolicyDocument: trustService("ec2.amazonaws.com") }),
  );
  await iam.send(
    new CreateRoleCommand({
      RoleName: "shared",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "ssm.amazonaws.com", AWS: `arn:aws:iam::${home.accountId}:root` },
            Action: "sts:AssumeRole",
          },
        ],
      }),
    }),
  );
  await setting
    .clients(other)
    .iam.send(
      new CreateRoleCommand({ RoleName: "web-node", AssumeRolePolicyDocument: trustService("ssm.amazonaws.com") }),
    );
  say("IAM: role web-node for hybrid nodes, web-ec2 for instances, shared that others may assume too");

  await must(vault("POST", "sys/mounts/team", { type: "kv", options: { version: "2" } }));
  await must(vault("POST", "sys/mounts/database", { type: "database" }));
  await must(vault("POST", "sys/auth/aws", { type: "aws" }));
  await must(vault("POST", "auth/aws/config/client", { replay_window: `${REPLAY_WINDOW_SECONDS}s` }));
  await must(vault("POST", "team/data/web/config", { data: { api_key: "kv-secret-of-the-web-team" } }));
  await must(vault("POST", "sys/policies/acl/web", { policy: POLICY }));
  say("Zeroth: KV at team/, database at database/, AWS login at auth/aws/, a policy web");

  await must(
    vault("POST", "auth/aws/role/web-node", {
      auth_type: "iam",
      bound_iam_principal_arn: `arn:aws:iam::${home.accountId}:role/web-node`,
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: "us-east-1",
      bound_resource_tag: "env=prod",
      token_policies: "web",
      token_ttl: "1h",
    }),
  );
  await must(
    vault("POST", "auth/aws/role/any-node", {
      auth_type: "iam",
      bound_iam_principal_arn: `arn:aws:iam::${home.accountId}:role/*`,
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: "us-east-1",
      token_policies: "web",
    }),
  );
  await must(
    vault("POST", "auth/aws/role/web-ec2", {
      auth_type: "iam",
      bound_iam_principal_arn: `arn:aws:iam::${home.accountId}:role/web-ec2`,
      resolve_aws_unique_ids: false,
      token_policies: "web",
    }),
  );
  say("logins: web-node for machines of that role tagged env=prod, web-ec2 for that role's instances");

  await must(
    vault("POST", "database/config/orders", {
      plugin_name: "postgresql-database-plugin",
      connection_url: postgres.url,
      ...ADMIN,
      allowed_roles: "web,brief",
    }),
  );
  for (const [name, ttl] of [
    ["web", "1h"],
    ["brief", "3s"],
  ]) {
    await must(
      vault("POST", `database/roles/${name}`, {
        db_name: "orders",
        creation_statements: CREATE,
        default_ttl: ttl,
        max_ttl: "24h",
      }),
    );
  }
  say("PostgreSQL: connection orders, role web (an hour), role brief (three seconds)");
};
