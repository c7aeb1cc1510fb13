import { z } from "zod";
import { type AnyPath, type BackendContext, op, path, TIDY_RUNNING, VaultError } from "../../../../framework/index.ts";
import { cancelJob, startedText, startJob } from "./job.ts";
import { changedOptions, DEFAULTS, ONE_RUN, type OptionFields, optionFields } from "./options.ts";
import { AutoInput, AutoShown, findAuto, showAuto, writeAuto } from "./settings.ts";
import { StatusShown, tidyStatus } from "./status.ts";
import type { TidyTasks } from "./tasks.ts";
import { workOnJob } from "./work.ts";

/** The paths of tidying. */

/** As the reference answers 202: an envelope without an id. */
const Started = z.object({
  request_id: z.literal(""),
  lease_id: z.literal(""),
  renewable: z.literal(false),
  lease_duration: z.literal(0),
  data: z.null(),
  wrap_info: z.null(),
  warnings: z.array(z.string()),
  auth: z.null(),
});

/** A small mount is done before the answer; the rest is the schedule's. */
const AT_ONCE_MS = 2000;

const begin = async (input: OptionFields, tasks: TidyTasks, cx: BackendContext) => {
  const before = { ...DEFAULTS, revoked_safety_buffer: input.safety_buffer ?? DEFAULTS.safety_buffer };
  const wanted = input.tidy_revocation_list === true ? { ...input, tidy_revoked_certs: true } : input;
  const options = changedOptions(before, wanted, ONE_RUN);
  if (!(await startJob(options, cx))) return { warnings: [TIDY_RUNNING] };
  try {
    await workOnJob(cx, tasks, cx.clock.now() + AT_ONCE_MS);
  } catch (cause) {
    // The job has begun whatever became of its first slice.
    if (!(cause instanceof VaultError)) throw cause;
    cx.log("tidying is left to the schedule", { reason: cause.code });
  }
  const bare = {
    request_id: "",
    lease_id: "",
    renewable: false,
    lease_duration: 0,
    data: null,
    wrap_info: null,
    warnings: [startedText(options)],
    auth: null,
  } as const;
  return { bare, status: 202 };
};

const NONE = "Tidy operation cannot be cancelled as none is currently running.";

const statusPath = path("tidy-status", {
  summary: "the run of tidying that there is, or was last",
  params: {},
  ops: {
    read: op({
      summary: "read what it does and has done",
      answers: StatusShown,
      handle: async (_, cx) => ({ data: await tidyStatus(cx) }),
    }),
  },
});

const cancelPath = path("tidy-cancel", {
  summary: "the run of tidying that there is",
  params: {},
  ops: {
    update: op({
      summary: "cancel it; what is removed stays removed",
      answers: [StatusShown, "nothing"],
      handle: async (_, cx) => {
        if (!(await cancelJob(cx))) return { data: null, warnings: [NONE] };
        return { data: { ...(await tidyStatus(cx)), state: "Cancelling" as const, time_finished: null } };
      },
    }),
  },
});

const autoPath = path("config/auto-tidy", {
  summary: "when tidying begins by itself, and what it does",
  params: {},
  ops: {
    read: op({
      summary: "read the settings",
      answers: AutoShown,
      handle: async (_, cx) => ({ data: showAuto(await findAuto(cx)) }),
    }),
    update: op({
      summary: "change the settings that are named",
      answers: AutoShown,
      input: AutoInput,
      handle: ({ input }, cx) => writeAuto(input, cx),
    }),
  },
});

export const tidyPaths = (tasks: TidyTasks): readonly AnyPath[] => [
  path("tidy", {
    summary: "removal of what is over",
    params: {},
    ops: {
      update: op({
        summary: "begin tidying; one run at a time",
        answers: [{ bare: Started }, "nothing"],
        input: z.object(optionFields),
        handle: ({ input }, cx) => begin(input, tasks, cx),
      }),
    },
  }),
  statusPath,
  cancelPath,
  autoPath,
];
