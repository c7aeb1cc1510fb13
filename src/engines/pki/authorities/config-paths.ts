import { z } from "zod";
import { type AnyPath, field, op, path } from "../../../framework/index.ts";
import {
  ClusterInput,
  ClusterShown,
  DefaultIssuer,
  DefaultIssuerInput,
  DefaultKey,
  setCluster,
  setDefaultIssuer,
  setDefaultKey,
  setUrls,
  showDefaultIssuer,
  showUrls,
  UrlsInput,
  UrlsShown,
} from "./config.ts";
import { authorityPrefetch, findIndex } from "./index-entry.ts";

/** The paths of a mount's defaults and addresses. */

const issuersPath = path("config/issuers", {
  summary: "the default issuer",
  params: {},
  ops: {
    read: op({
      summary: "read which issuer is the default",
      answers: DefaultIssuer,
      prefetch: authorityPrefetch,
      handle: async (_, cx) => ({ data: showDefaultIssuer(await findIndex(cx)) }),
    }),
    update: op({
      summary: "set the default issuer",
      answers: DefaultIssuer,
      input: DefaultIssuerInput,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => setDefaultIssuer(input, cx),
    }),
  },
});

/** The name of an issuer that waits to become the default: `root/rotate` gives it. */
export const NEXT = "next";

const replacePath = path("root/replace", {
  summary: "the change of the default issuer",
  params: {},
  ops: {
    update: op({
      summary: "make an issuer the default, the one named `next` unless another is named",
      answers: DefaultIssuer,
      input: z.object({ default: field.text("The issuer, by name or id; `next` unless given.") }),
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) =>
        setDefaultIssuer({ default: input.default ?? NEXT, default_follows_latest_issuer: undefined }, cx),
    }),
  },
});

const keysPath = path("config/keys", {
  summary: "the default key",
  params: {},
  ops: {
    read: op({
      summary: "read which key is the default",
      answers: DefaultKey,
      prefetch: authorityPrefetch,
      handle: async (_, cx) => ({ data: { default: (await findIndex(cx)).defaultKey } }),
    }),
    update: op({
      summary: "set the default key",
      answers: DefaultKey,
      input: z.object({ default: field.text("The default key, by name or id.") }),
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => setDefaultKey(input, cx),
    }),
  },
});

const urlsPath = path("config/urls", {
  summary: "the addresses that go into certificates",
  params: {},
  ops: {
    read: op({
      summary: "read the addresses",
      answers: UrlsShown,
      prefetch: authorityPrefetch,
      handle: async (_, cx) => ({ data: showUrls((await findIndex(cx)).urls) }),
    }),
    update: op({
      summary: "set the addresses that are named",
      answers: UrlsShown,
      input: UrlsInput,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => setUrls(input, cx),
    }),
  },
});

const clusterPath = path("config/cluster", {
  summary: "where this mount is reached",
  params: {},
  ops: {
    read: op({
      summary: "read where this mount is reached",
      answers: ClusterShown,
      prefetch: authorityPrefetch,
      handle: async (_, cx) => {
        const { path: own, aiaPath } = (await findIndex(cx)).cluster;
        return { data: { path: own, aia_path: aiaPath } };
      },
    }),
    update: op({
      summary: "set where this mount is reached",
      answers: ClusterShown,
      input: ClusterInput,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => setCluster(input, cx),
    }),
  },
});

export const configPaths: readonly AnyPath[] = [issuersPath, replacePath, keysPath, urlsPath, clusterPath];
