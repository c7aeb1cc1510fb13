/** Loaded on first use; named imports, so that a bundle holds these alone. */
export { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
