import { z } from "zod";
import { type AnyPath, type BackendContext, op, path } from "../../../framework/index.ts";
import { certificatePaths } from "./certificates.ts";
import { buildLists, compareHead, findHead } from "./lists/build.ts";
import { listPaths } from "./lists/paths.ts";
import { ocspPaths } from "./ocsp.ts";
import { RevokedShown, RevokeInput, RevokeWithKeyInput, revoke, revokePrefetch, revokeWithKey } from "./revoke.ts";
import { findSettings, Settings, SettingsInput, settingsAddress, writeSettings } from "./settings.ts";
import { signListPaths } from "./sign-list.ts";
import { tidyPaths } from "./tidy/paths.ts";
import type { TidyTasks } from "./tidy/tasks.ts";

/** The paths of revoking, and when new settings mean new lists. */

const revokePath = path("revoke", {
  summary: "revocation of certificates",
  params: {},
  ops: {
    update: op({
      summary: "revoke a certificate",
      answers: [RevokedShown, "nothing"],
      input: RevokeInput,
      prefetch: revokePrefetch,
      handle: ({ input }, cx) => revoke(input, cx),
    }),
  },
});

const revokeWithKeyPath = path("revoke-with-key", {
  summary: "revocation of certificates by those who hold their keys",
  params: {},
  ops: {
    update: op({
      summary: "revoke a certificate whose private key is sent along; the key is only compared",
      answers: [RevokedShown, "nothing"],
      input: RevokeWithKeyInput,
      prefetch: revokePrefetch,
      handle: ({ input }, cx) => revokeWithKey(input, cx),
    }),
  },
});

/** After settings changed, or once more where a change was cut off before the lists were made. */
const rebuildAfter = async (after: Settings, stale: boolean, cx: BackendContext): Promise<readonly string[]> => {
  const { head, n } = await findHead(cx);
  const isDue = stale || (n !== undefined && (await compareHead(cx, head, after)).isReshaped);
  return isDue ? buildLists(cx, "all") : [];
};

const settingsPath = path("config/crl", {
  summary: "how long lists and OCSP answers hold, and when lists are rebuilt",
  params: {},
  ops: {
    read: op({
      summary: "read the settings",
      answers: Settings,
      prefetch: (_, storage) => [settingsAddress(storage)],
      handle: async (_, cx) => ({ data: await findSettings(cx) }),
    }),
    update: op({
      summary: "change the settings that are named",
      answers: Settings,
      input: SettingsInput,
      handle: ({ input }, cx) => writeSettings(input, cx, (after, stale) => rebuildAfter(after, stale, cx)),
    }),
  },
});

const Rotated = z.object({ success: z.literal(true) });
const NO_DELTA = "requested rebuild of delta CRL when delta CRL is not enabled; this is a no-op";

const rotatePath = path("crl/rotate", {
  summary: "new lists of revoked certificates",
  params: {},
  ops: {
    read: op({
      summary: "make the lists of all issuers again",
      answers: Rotated,
      handle: async (_, cx) => {
        const { disable } = await findSettings(cx);
        return { data: { success: true } as const, warnings: await buildLists(cx, disable ? "new" : "all") };
      },
    }),
  },
});

const rotateDeltaPath = path("crl/rotate-delta", {
  summary: "new lists of changes",
  params: {},
  ops: {
    read: op({
      summary: "make the lists of changes again",
      answers: Rotated,
      handle: async (_, cx) => {
        const { enable_delta } = await findSettings(cx);
        const data = { success: true } as const;
        if (!enable_delta) return { data, warnings: [NO_DELTA] };
        await buildLists(cx, "delta");
        return { data };
      },
    }),
  },
});

/** `tasks`: what of tidying belongs to other rooms. */
export const revokingPaths = (tasks: TidyTasks): readonly AnyPath[] => [
  revokePath,
  revokeWithKeyPath,
  settingsPath,
  rotatePath,
  rotateDeltaPath,
  ...listPaths,
  ...ocspPaths,
  ...certificatePaths,
  ...signListPaths,
  ...tidyPaths(tasks),
];
