import { z } from "zod";
import { type Fetch, isCallFailure, sharedDeadline } from "../../outgoing/index.ts";
import { type JsonObject, readJson } from "../../std/json.ts";
import { type Config, hasAuthorities, hostUrl } from "./config.ts";
import type { Parts, Pod } from "./parts.ts";

/**
 * The questions to the API of a cluster. An answer counts only if it is whole, has a status of success and is JSON of
 * the documented shape.
 *
 * Security: names go into paths only after `names.ts` has seen them, redirects are not followed, and a token is sent to
 * the configured host alone; the pod's own token to the pod's own cluster alone.
 */

/** No answer that could be used. `message` is for callers, `reason` for operators; neither has the cluster's words. */
export class ClusterFailure extends Error {
  override readonly name = "ClusterFailure";
  readonly reason: string;
  constructor(message: string, reason: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export interface Cluster {
  /** Who may read namespaces: the reviewer, or the pod; `undefined` where only the caller could ask. */
  readonly reviewer: string | undefined;
  /** `bearer` asks. Throws `ClusterFailure`. */
  review(token: string, audiences: readonly string[], bearer: string): Promise<ReviewStatus>;
  labels(namespace: string, bearer: string): Promise<Readonly<Record<string, string>>>;
  annotations(namespace: string, name: string, bearer: string): Promise<Readonly<Record<string, string>>>;
}

/** Source: Kubernetes API, authentication.k8s.io/v1, TokenReviewStatus. */
const reviewStatus = z.object({
  authenticated: z.boolean().optional(),
  error: z.string().optional(),
  user: z.object({ username: z.string().optional(), uid: z.string().optional() }).optional(),
  audiences: z.array(z.string()).nullish(),
});
export type ReviewStatus = z.output<typeof reviewStatus>;

const texts = z.record(z.string(), z.string());
const reviewAnswer = z.object({ status: reviewStatus });
const namespaceAnswer = z.object({ metadata: z.object({ labels: texts.nullish() }) });
const accountAnswer = z.object({ metadata: z.object({ annotations: texts.nullish() }) });

const CALL_MS = 5_000;
/** For all questions of one login. */
const DEADLINE_MS = 12_000;
const MOST_BYTES = 1024 * 1024;

const reasonOf = (cause: unknown): string | undefined => (isCallFailure(cause) ? cause.reason : undefined);

interface Question<T> {
  readonly what: string;
  readonly path: string;
  readonly bearer: string;
  readonly body?: JsonObject;
  readonly answer: z.ZodType<T>;
}

const asker = (fetch: Fetch, base: URL, ca: string | undefined) => {
  const within = sharedDeadline(fetch, DEADLINE_MS);
  return async <T>({ what, path, bearer, body, answer }: Question<T>): Promise<T> => {
    const fail = (why: string, reason: string, cause?: unknown) =>
      new ClusterFailure(`${what}${why}`, `${what}: ${reason}`, { cause });
    const said = await within({
      method: body ? "POST" : "GET",
      url: new URL(path, base),
      headers: {
        accept: "application/json",
        authorization: `Bearer ${bearer}`,
        ...(body && { "content-type": "application/json" }),
      },
      body: body && JSON.stringify(body),
      deadlineMs: CALL_MS,
      mostBytes: MOST_BYTES,
      ca,
    }).catch((cause: unknown) => {
      const reason = reasonOf(cause);
      throw reason === undefined ? cause : fail("", reason, cause);
    });
    if (said.status < 200 || said.status > 206) throw fail(` (code ${said.status})`, `status ${said.status}`);
    const result = answer.safeParse(readJson(said.body));
    if (result.success) return result.data;
    throw fail("", "an answer without the documented members");
  };
};

/** The pod, if its credentials are wanted and are for this host. */
const ownPod = (config: Config, host: string, pod: Pod | undefined): Pod | undefined =>
  !config.disable_local_ca_jwt && pod?.hosts.includes(host) ? pod : undefined;

/** Throws `ClusterFailure` where the configured authorities cannot be used. */
export const openCluster = async (parts: Parts, config: Config): Promise<Cluster> => {
  const base = hostUrl(config.kubernetes_host);
  const pod = ownPod(config, base.hostname, parts.pod);
  const ca = config.kubernetes_ca_cert || (await pod?.authorities());
  // Without this, a text that is not a certificate could come to mean the public authorities.
  if (ca && !hasAuthorities(ca)) throw new ClusterFailure("cluster", "kubernetes_ca_cert cannot be read");
  const ask = asker(parts.fetch, base, ca || undefined);
  return {
    reviewer: config.token_reviewer_jwt || (await pod?.token()),
    review: async (token, audiences, bearer) => {
      const spec = { token, ...(audiences.length > 0 && { audiences }) };
      const { status } = await ask({
        what: "failed to review the token",
        path: "apis/authentication.k8s.io/v1/tokenreviews",
        bearer,
        body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec },
        answer: reviewAnswer,
      });
      return status;
    },
    labels: async (namespace, bearer) => {
      const path = `api/v1/namespaces/${namespace}`;
      const { metadata } = await ask({ what: "failed to get namespace", path, bearer, answer: namespaceAnswer });
      return metadata.labels ?? {};
    },
    annotations: async (namespace, name, bearer) => {
      const path = `api/v1/namespaces/${namespace}/serviceaccounts/${name}`;
      const { metadata } = await ask({ what: "failed to get service account", path, bearer, answer: accountAnswer });
      return metadata.annotations ?? {};
    },
  };
};
