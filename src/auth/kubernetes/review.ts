import { permissionDenied } from "../../framework/index.ts";
import type { Account } from "./account.ts";
import { type Cluster, ClusterFailure, type ReviewStatus } from "./cluster.ts";

/**
 * The cluster's judgement of a token, and its comparison with what the token says of itself.
 *
 * Security: every part of the judgement must hold. Anything that is missing, and any failure to ask, is a refusal, with
 * one text for all of them.
 */

const refuse = (reason: string): never => {
  throw permissionDenied(`review: ${reason}`);
};

const PREFIX = ["system", "serviceaccount"];

/** Throws 403 unless the judgement vouches for exactly this account, and for one of the audiences that were asked for. */
export const checkReview = (status: ReviewStatus, account: Account, audiences: readonly string[]): void => {
  if (status.error !== undefined && status.error !== "") refuse("the cluster answered with an error");
  if (status.authenticated !== true) refuse("the token is not authenticated");
  if (audiences.length > 0 && !audiences.some((one) => status.audiences?.includes(one)))
    refuse("the token is for another audience");
  const parts = (status.user?.username ?? "").split(":");
  const [namespace, name] = parts.slice(2);
  if (parts.length !== 4 || PREFIX.some((part, index) => parts[index] !== part)) refuse("not a service account");
  if (name !== account.name) refuse("another name");
  if (namespace !== account.namespace) refuse("another namespace");
  if (status.user?.uid !== account.uid) refuse("another uid");
};

/** Asks for the judgement with the reviewer's token, or with the caller's own. Throws 403. */
export const review = async (cluster: Cluster, token: string, account: Account, audience: string): Promise<void> => {
  const audiences = audience === "" ? account.audiences : [audience];
  const status = await cluster.review(token, audiences, cluster.reviewer ?? token).catch((cause: unknown) => {
    throw cause instanceof ClusterFailure ? permissionDenied(cause.reason) : cause;
  });
  checkReview(status, account, audiences);
};
