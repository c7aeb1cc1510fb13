import type { KvPath } from "../../client/kv.ts";
import { type KvMetadata, type KvVersionInfo, stateOf, type VersionState } from "../../client/kv-metadata.ts";
import { Button, Menu, Row, Tag, Time } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";
import type { useActs } from "./use-acts.tsx";
import type { SecretRights } from "./use-secret.ts";

/** One version in the history, with what may be done to it. */

interface HistoryRowProps {
  readonly at: KvPath;
  readonly version: KvVersionInfo;
  readonly metadata: KvMetadata;
  readonly rights: SecretRights;
  readonly now: number;
  readonly acts: ReturnType<typeof useActs>;
  readonly onCompare: (other: number) => void;
  readonly onDestroy: () => void;
}

const { label } = browse;

const LiveActions = ({ version, metadata, rights, now, acts, onCompare }: HistoryRowProps) => {
  const { number } = version;
  const latest = number === metadata.current;
  const others = metadata.versions.filter((other) => other.number !== number && stateOf(other, now) === "live");
  return (
    <>
      {rights.share && others.length > 0 && (
        <Menu
          kind="quiet"
          label={browse.compare}
          name={label.compare(number)}
          items={others.map((other) => ({
            label: browse.compareWith(other.number),
            onSelect: () => onCompare(other.number),
          }))}
        />
      )}
      {rights.restore && !latest && (
        <Button
          kind="quiet"
          busy={acts.busy}
          label={label.restore(number)}
          onClick={() => acts.restore(number, metadata.current)}
        >
          {browse.restore}
        </Button>
      )}
      {(rights.delete || (rights.deleteLatest && latest)) && (
        <Button kind="quiet" busy={acts.busy} label={label.delete(number)} onClick={() => acts.act("delete", number)}>
          {browse.deleteVersion}
        </Button>
      )}
    </>
  );
};

const DeletedActions = ({ version: { number }, rights, acts, onDestroy }: HistoryRowProps) => (
  <>
    {rights.undelete && (
      <Button kind="quiet" busy={acts.busy} label={label.undelete(number)} onClick={() => acts.act("undelete", number)}>
        {browse.undelete}
      </Button>
    )}
    {rights.destroy && (
      <Button kind="quiet" label={label.destroy(number)} onClick={onDestroy}>
        {browse.destroy}
      </Button>
    )}
  </>
);

const ACTIONS: Readonly<Record<VersionState, (props: HistoryRowProps) => ReturnType<typeof LiveActions> | null>> = {
  live: LiveActions,
  deleted: DeletedActions,
  destroyed: () => null,
};

export const HistoryRow = (props: HistoryRowProps) => {
  const { at, version, metadata, now } = props;
  const state = stateOf(version, now);
  const Actions = ACTIONS[state];
  const href = hrefOf("browse", at.mount + at.path, { version: String(version.number) });
  return (
    <Row href={state === "destroyed" ? undefined : href} actions={<Actions {...props} />}>
      <span class="browse-number">{browse.versionOnly(version.number)}</span>
      {version.createdAt !== undefined && (
        <span class="muted">
          <Time at={version.createdAt} exact />
        </span>
      )}
      {version.number === metadata.current && <Tag>{browse.latestTag}</Tag>}
      {state === "deleted" && <Tag kind="warn">{browse.deletedAt}</Tag>}
      {state === "destroyed" && <Tag kind="removed">{browse.destroyedTag}</Tag>}
    </Row>
  );
};
