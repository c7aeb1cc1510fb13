/** Loaded on first use; named imports, so that a bundle holds these alone. */
export { fromNodeProviderChain } from "@aws-sdk/credential-providers";
