import { z } from "zod";
import { keyTerm, rotateAll, rotationConfig } from "../../core/config/rotation.ts";
import { SETTINGS } from "../../core/config/settings.ts";
import { changeSetting } from "../../core/config/turn.ts";
import type { Core } from "../../core/core.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";
import { formatDuration, rfc3339, seconds } from "../../std/time.ts";
import type { SealedStore } from "../../storage/index.ts";

/** `sys/key-status`, `sys/rotate` and its configuration: versions of the data keys. */

const FEWEST = 1_000_000;
const MOST = 3_865_470_566;
const SHORTEST = 86_400;

const ConfigInput = z.object({
  max_operations: field.integer("kept for compatibility: keys are derived per item, so no count wears one out"),
  enabled: field.flag("rotate on a schedule"),
  interval: field.duration("time between rotations, at least 24 hours; 0 for none"),
});

export const keyPaths = (core: Core, store: Pick<SealedStore, "rotate">) => {
  const rotate = op({
    summary: "add a version to every data key",
    answers: "nothing",
    access: "sudo",
    handle: async () => {
      await rotateAll(core, store);
      return undefined;
    },
  });
  return [
    path("key-status", {
      summary: "the version of the data keys",
      dataInFront: true,
      params: {},
      ops: {
        read: op({
          summary: "show the term of the data keys",
          answers: z.object({ term: z.number(), install_time: z.string(), encryptions: z.number() }),
          handle: async () => {
            const { term, installedMs } = keyTerm(await core.config.snapshot());
            // Encryptions are not counted: keys are derived per item.
            return { data: { term, install_time: rfc3339(installedMs), encryptions: 0 } };
          },
        }),
      },
    }),
    path("rotate", { summary: "rotate the data keys", dataInFront: true, params: {}, ops: { update: rotate } }),
    path("rotate/keyring", { summary: "rotate the data keys", params: {}, ops: { update: rotate } }),
    path("rotate/config", {
      summary: "automatic rotation of data keys",
      params: {},
      ops: {
        read: op({
          summary: "show the rotation settings",
          answers: z.object({
            max_operations: z.number(),
            enabled: z.boolean(),
            interval: z.union([z.number(), z.string()]),
          }),
          handle: async () => {
            const { maxOperations, enabled, intervalSeconds } = rotationConfig(await core.config.snapshot());
            const interval = intervalSeconds === 0 ? 0 : formatDuration(seconds(intervalSeconds));
            return { data: { max_operations: maxOperations, enabled, interval } };
          },
        }),
        update: op({
          summary: "change the rotation settings that are given",
          answers: "nothing",
          input: ConfigInput,
          handle: async ({ input }) => {
            await changeSetting(core, SETTINGS.rotation, (snapshot) => {
              const before = rotationConfig(snapshot);
              const maxOperations = input.max_operations ?? before.maxOperations;
              const intervalSeconds = input.interval ?? before.intervalSeconds;
              if (maxOperations < FEWEST || maxOperations > MOST) {
                throw invalidRequest(`max_operations must be in the range [${FEWEST},${MOST}]`);
              }
              if (intervalSeconds !== 0 && intervalSeconds < SHORTEST) {
                throw invalidRequest("interval must be greater or equal to 24h0m0s");
              }
              return { maxOperations, intervalSeconds, enabled: input.enabled ?? before.enabled };
            });
            return undefined;
          },
        }),
      },
    }),
  ];
};
