import { createContext } from "preact";
import { useContext } from "preact/hooks";

/**
 * Whether what is within stands behind a lock: what was typed there is kept, and not in the document meanwhile. Paths and
 * lengths of time stay.
 */
export const Veil = createContext(false);

/** A text as the document may have it. */
export const useVeiled = (text: string): string => (useContext(Veil) ? "" : text);
