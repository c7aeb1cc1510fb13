import { useState } from "preact/hooks";
import { draftsOf } from "../../client/drafts.ts";
import { useSession } from "../../client/session.ts";
import { EMPTY, type Names } from "./names.ts";

/** The names as they are typed. They outlive the page: steps 2 and 5 are done elsewhere, and policies are looked up. */

const drafts = draftsOf<Names>();
const PLACE = "onboard";

export const useNames = () => {
  const { who } = useSession();
  const [names, setNames] = useState(() => drafts.of(who, PLACE) ?? EMPTY);
  return [
    names,
    (next: Names): void => {
      drafts.keep(who, PLACE, next);
      setNames(next);
    },
  ] as const;
};
