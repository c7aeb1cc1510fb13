import { z } from "zod";
import type { BackendContext } from "../../../../framework/index.ts";
import { shortRfc3339 } from "../../../../std/time.ts";
import { findCounts } from "./counts.ts";
import { type Counts, findJob, type Job } from "./job.ts";
import { type Options, showOptions } from "./options.ts";
import { findAuto } from "./settings.ts";

/** The run of tidying that there is, or was last, as it is shown. Before the first one most of it is `null`. */

export const StatusShown = z.object({
  state: z.enum(["Inactive", "Running", "Cancelling", "Cancelled", "Finished", "Error"]),
  error: z.string().nullable(),
  message: z.string().nullable(),
  time_started: z.string().nullable(),
  time_finished: z.string().nullable(),
  last_auto_tidy_finished: z.string().optional(),
  tidy_cert_store: z.boolean().nullable(),
  tidy_revoked_certs: z.boolean().nullable(),
  tidy_invalid_certs: z.boolean().nullable(),
  tidy_revoked_cert_issuer_associations: z.boolean().nullable(),
  tidy_expired_issuers: z.boolean().nullable(),
  tidy_move_legacy_ca_bundle: z.boolean().nullable(),
  tidy_acme: z.boolean().nullable(),
  safety_buffer: z.number().nullable(),
  revoked_safety_buffer: z.number().nullable(),
  issuer_safety_buffer: z.number().nullable(),
  acme_account_safety_buffer: z.number().nullable(),
  pause_duration: z.string().nullable(),
  page_size: z.number().nullable(),
  cert_store_deleted_count: z.number().nullable(),
  revoked_cert_deleted_count: z.number().nullable(),
  missing_issuer_cert_count: z.number().nullable(),
  total_acme_account_count: z.number().nullable(),
  acme_account_deleted_count: z.number().nullable(),
  acme_account_revoked_count: z.number().nullable(),
  acme_orders_deleted_count: z.number().nullable(),
  current_cert_store_count: z.number().nullable().describe("counted by schedule, if the settings want it"),
  current_revoked_cert_count: z.number().nullable(),
  internal_backend_uuid: z.string(),
});
type StatusShown = z.output<typeof StatusShown>;

const NO_COUNTS: Readonly<Record<keyof Counts, null>> = {
  cert_store_deleted_count: null,
  revoked_cert_deleted_count: null,
  missing_issuer_cert_count: null,
  total_acme_account_count: null,
  acme_account_deleted_count: null,
  acme_account_revoked_count: null,
  acme_orders_deleted_count: null,
};

const NO_OPTIONS: Readonly<Record<keyof Omit<Options, "pause"> | "pause_duration", null>> = {
  tidy_cert_store: null,
  tidy_revoked_certs: null,
  tidy_invalid_certs: null,
  tidy_revoked_cert_issuer_associations: null,
  tidy_expired_issuers: null,
  tidy_move_legacy_ca_bundle: null,
  tidy_acme: null,
  safety_buffer: null,
  revoked_safety_buffer: null,
  issuer_safety_buffer: null,
  acme_account_safety_buffer: null,
  pause_duration: null,
  page_size: null,
};

type OfJob = Omit<StatusShown, "current_cert_store_count" | "current_revoked_cert_count" | "internal_backend_uuid">;

const NO_JOB: OfJob = {
  ...NO_OPTIONS,
  ...NO_COUNTS,
  state: "Inactive",
  error: null,
  message: null,
  time_started: null,
  time_finished: null,
};

const ofJob = (job: Job): OfJob => ({
  ...showOptions(job.options),
  ...job.counts,
  state: job.state,
  error: job.state === "Error" ? job.error : null,
  message: job.state === "Finished" ? null : job.message,
  time_started: shortRfc3339(job.started),
  time_finished: job.finished > 0 ? shortRfc3339(job.finished) : null,
  last_auto_tidy_finished: shortRfc3339(job.finished || job.started),
});

export const tidyStatus = async (cx: BackendContext): Promise<StatusShown> => {
  const job = await findJob(cx);
  const { maintain_stored_certificate_counts: wanted } = await findAuto(cx);
  const counts = wanted ? await findCounts(cx) : undefined;
  return {
    ...(job ? ofJob(job) : NO_JOB),
    current_cert_store_count: counts?.certificates ?? null,
    current_revoked_cert_count: counts?.revoked ?? null,
    internal_backend_uuid: cx.mount.id,
  };
};
