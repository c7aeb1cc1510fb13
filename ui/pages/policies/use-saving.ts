import { useState } from "preact/hooks";
import { remove } from "../../client/api.ts";
import { useSession } from "../../client/session.ts";
import { useAct, useGo } from "../../client/use-act.ts";
import { toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { policies } from "../../texts/policies.ts";
import type { SavedPolicy } from "./saved.ts";
import { savePolicy, takesOwnRight } from "./saving.ts";
import type { PolicyDraft } from "./use-draft.ts";

/** Saving and deleting, what is asked before, and what went wrong. */

type Asked = "nothing" | "compare" | "remove" | "own";
interface Conflict {
  /** `undefined`: they deleted it. */
  readonly theirs: SavedPolicy | undefined;
}

export const useSaving = (saved: SavedPolicy | undefined, draft: PolicyDraft) => {
  const session = useSession();
  const { busy, failure, act } = useAct();
  const [conflict, setConflict] = useState<Conflict>();
  const [taken, setTaken] = useState<string | undefined>(undefined);
  const [asked, ask] = useState<Asked>("nothing");
  const { going, go } = useGo();

  const write = async (): Promise<void> => {
    const result = await act(() => savePolicy(draft.name, draft.text, draft.base));
    ask("nothing");
    setConflict(result?.is === "conflict" ? result : undefined);
    if (result?.is === "taken") setTaken(draft.name);
    if (result?.is !== "saved") return;
    toast(policies.saved(draft.name));
    draft.settle(draft.text, result.saved);
    if (!saved) go(hrefOf("policies", draft.name), { replace: true });
  };

  const save = async (): Promise<void> => {
    const { judged } = draft;
    if (!judged.ok || draft.name === "") return;
    const own = await act(() => takesOwnRight(judged.policy, session));
    if (own) ask("own");
    if (own === false) await write();
  };

  const removeIt = async (): Promise<void> => {
    const gone = await act(() => remove(`sys/policies/acl/${draft.name}`));
    ask("nothing");
    if (!gone) return;
    toast(policies.removed(draft.name));
    draft.discard();
    go(hrefOf("policies"), { replace: true });
  };

  return { busy: busy || going, failure, conflict, setConflict, taken, asked, ask, save, write, removeIt };
};

export type UsedSaving = ReturnType<typeof useSaving>;
