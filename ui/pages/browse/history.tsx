import { useState } from "preact/hooks";
import { serverNow } from "../../client/clock.ts";
import type { KvPath } from "../../client/kv.ts";
import type { KvMetadata } from "../../client/kv-metadata.ts";
import { titleOf } from "../../client/kv-place.ts";
import { ConfirmTyped, Rows, useNow } from "../../kit/index.ts";
import { browse } from "../../texts/browse.ts";
import { Compare } from "./compare.tsx";
import { HistoryRow } from "./history-row.tsx";
import { useActs } from "./use-acts.tsx";
import type { Secret } from "./use-secret.ts";

/** Every version that is kept: looked at, compared, restored, deleted and brought back, destroyed. */

interface HistoryProps {
  readonly at: KvPath;
  readonly metadata: KvMetadata;
  readonly secret: Secret;
  /** Opens with a comparison of this version with the latest. */
  readonly compared: number | undefined;
}

export const History = ({ at, metadata, secret, compared }: HistoryProps) => {
  const acts = useActs(at, secret);
  const [pair, setPair] = useState<readonly [number, number] | undefined>(
    compared !== undefined && compared < metadata.current ? [compared, metadata.current] : undefined,
  );
  const [doomed, setDoomed] = useState<number>();
  useNow();
  // As of this drawing: what was deleted since the last tick is deleted.
  const now = serverNow();
  const name = titleOf(at);
  return (
    <div class="browse-history">
      {acts.problem}
      <Rows label={browse.history}>
        {metadata.versions.map((version) => (
          <HistoryRow
            key={version.number}
            at={at}
            version={version}
            metadata={metadata}
            rights={secret.rights}
            now={now}
            acts={acts}
            onCompare={(other) => setPair([other, version.number])}
            onDestroy={() => setDoomed(version.number)}
          />
        ))}
      </Rows>
      {pair && (
        <Compare at={at} earlier={Math.min(...pair)} later={Math.max(...pair)} onClose={() => setPair(undefined)} />
      )}
      {doomed !== undefined && (
        <ConfirmTyped
          title={browse.destroyTitle(doomed, name)}
          name={name}
          action={browse.destroy}
          onClose={() => setDoomed(undefined)}
          onConfirm={() => {
            acts.act("destroy", doomed);
            setDoomed(undefined);
          }}
        >
          <p>{browse.destroyText}</p>
        </ConfirmTyped>
      )}
    </div>
  );
};
