/** Loaded on first use; named imports, so that a bundle holds these alone. */
export { GetInstanceProfileCommand, GetRoleCommand, GetUserCommand, IAMClient } from "@aws-sdk/client-iam";
