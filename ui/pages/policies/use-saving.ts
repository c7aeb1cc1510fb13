import { useEffect, useState } from "preact/hooks";
import { type Failure, remove } from "../../client/api.ts";
import { useSession } from "../../client/session.ts";
import { toast } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { policies } from "../../texts/policies.ts";
import type { SavedPolicy } from "./saved.ts";
import { savePolicy, takesOwnRight } from "./saving.ts";
import { dropDraft, type PolicyDraft } from "./use-draft.ts";

/** Saving and deleting, what is asked before, and what went wrong. */

type Asked = "nothing" | "compare" | "remove" | "own";
type Trouble = { readonly is: "conflict"; readonly theirs: SavedPolicy | undefined } | Failure | undefined;

export const useSaving = (saved: SavedPolicy | undefined, draft: PolicyDraft) => {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>(undefined);
  const [taken, setTaken] = useState<string | undefined>(undefined);
  const [asked, ask] = useState<Asked>("nothing");
  const [leaving, leave] = useState<string | undefined>(undefined);

  // Once the page has seen that nothing is unsaved, so that it is not held back.
  useEffect(() => {
    if (leaving !== undefined) navigate(leaving, { replace: true });
  }, [leaving]);

  const write = async (): Promise<void> => {
    setBusy(true);
    const result = await savePolicy(draft.name, draft.text, draft.base);
    setBusy(false);
    ask("nothing");
    setTrouble(undefined);
    if (result.is === "taken") setTaken(draft.name);
    if (result.is === "conflict") setTrouble(result);
    if (result.is === "failed") setTrouble(result.failure);
    if (result.is !== "saved") return;
    toast(policies.saved(draft.name));
    dropDraft(saved?.name ?? "");
    draft.change({ text: result.saved.text, base: result.saved });
    if (!saved) leave(hrefOf("policies", draft.name));
  };

  const save = async (): Promise<void> => {
    if (busy || !draft.judged.ok || draft.name === "") return;
    setBusy(true);
    const own = await takesOwnRight(draft.judged.policy, session);
    setBusy(false);
    if (own) ask("own");
    else await write();
  };

  const removeIt = async (): Promise<void> => {
    setBusy(true);
    const answer = await remove(`sys/policies/acl/${draft.name}`);
    setBusy(false);
    ask("nothing");
    if (!answer.ok) return setTrouble(answer);
    toast(policies.removed(draft.name));
    draft.discard();
    leave(hrefOf("policies"));
  };

  return { busy, trouble, setTrouble, taken, asked, ask, save, write, removeIt };
};

export type UsedSaving = ReturnType<typeof useSaving>;
