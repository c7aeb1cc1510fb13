/** Loaded on first use; named imports, so that a bundle holds these alone. */
export { DescribeInstanceInformationCommand, ListTagsForResourceCommand, SSMClient } from "@aws-sdk/client-ssm";
