import { afterAll, beforeAll } from "@jest/globals";
import { ACCOUNTS, type ClusterServer, LABELS, startCluster } from "../support/token-review.ts";
import { playAreas } from "./play.ts";

let cluster: ClusterServer;
beforeAll(async () => {
  cluster = await startCluster({ accounts: ACCOUNTS, labels: LABELS });
});
afterAll(() => cluster.close());

playAreas(["kubernetes"], { given: async () => new Map([["k8s_url", cluster.url]]) });
