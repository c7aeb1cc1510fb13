import type { KvPath } from "../../client/kv.ts";
import { Button, Empty } from "../../kit/index.ts";
import { browse } from "../../texts/browse.ts";
import { useActs } from "./use-acts.tsx";
import type { Secret } from "./use-secret.ts";

/** A version whose values are not there: deleted, and can be brought back, or destroyed. */
export const Gone = ({ at, secret }: { readonly at: KvPath; readonly secret: Secret }) => {
  const { act, busy, problem } = useActs(at, secret);
  const { version, rights } = secret;
  if (!version || version.destroyed) return <Empty>{browse.destroyed}</Empty>;
  return (
    <>
      {problem}
      <Empty
        action={
          rights.undelete && (
            <Button
              kind="primary"
              busy={busy}
              label={browse.label.undelete(version.number)}
              onClick={() => act("undelete", version.number)}
            >
              {browse.undelete}
            </Button>
          )
        }
      >
        {browse.deleted}
      </Empty>
    </>
  );
};
