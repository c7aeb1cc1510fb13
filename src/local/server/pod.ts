import { readFile } from "node:fs/promises";
import type { Pod } from "../../auth/kubernetes/parts.ts";

/** The pod this server runs in, as Kubernetes tells a pod. Source: Kubernetes, "Accessing the API from a Pod". */

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

const text = async (file: string): Promise<string | undefined> => {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch {
    return undefined;
  }
};

/** `undefined` outside a cluster. The files are read when they are asked for: Kubernetes replaces the token. */
export const ownPod = (
  environment: Readonly<Record<string, string | undefined>>,
  folder: string = FOLDER,
): Pod | undefined => {
  const host = environment["KUBERNETES_SERVICE_HOST"];
  if (!host) return undefined;
  const address = host.includes(":") ? `[${host}]` : host;
  return {
    hosts: [
      address,
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
    ],
    token: () => text(`${folder}/token`),
    authorities: () => text(`${folder}/ca.crt`),
  };
};
