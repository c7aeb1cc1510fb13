/** Constants that the build writes (`scripts/build/ui.ts`). */

/** Address of the session's worker: `/ui/assets/worker-XXXXXXXX.js`. */
declare const WORKER_URL: string;
