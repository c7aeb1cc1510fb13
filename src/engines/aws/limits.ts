/** How long things may take. A function that answers requests ends after 26 seconds; all of this is well before. */

/** Making credentials, waiting until AWS accepts them included. */
export const WORK_MS = 15_000;
/** Taking back what was begun, after that. */
export const UNDO_MS = 7000;
/** A revocation, a change of configuration, a rotation. */
export const CHANGE_MS = 20_000;
/** A rotation that began longer ago than this was cut off: the function that ran it has ended. */
export const CUT_OFF_MS = 60_000;
/** Repetitions of a call where the operator set no number. */
export const USUAL_RETRIES = 3;
