import { serverNow } from "../../client/clock.ts";
import type { KvPath } from "../../client/kv.ts";
import { endOfCurrent, type KvMetadata, stateOf } from "../../client/kv-metadata.ts";
import { Icon, Row, Tag, Time, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";
import type { FolderEntry } from "./use-folder.ts";

/** One line of a folder, all of it one link: name, version, when it was changed, when it ends. */

const Details = ({ metadata }: { readonly metadata: KvMetadata }) => {
  const now = serverNow();
  const current = metadata.versions.find(({ number }) => number === metadata.current);
  const state = current ? stateOf(current, now) : "live";
  const end = endOfCurrent(metadata, now);
  return (
    <>
      <span class="browse-version">
        <span class="unseen-text">{browse.version(metadata.current)}</span>
        <span aria-hidden="true">{metadata.current}</span>
      </span>
      <span class="browse-changed">{metadata.updatedAt !== undefined && <Time at={metadata.updatedAt} />}</span>
      <span class="browse-expires">
        {state === "deleted" && <Tag>{browse.deletedAt}</Tag>}
        {state === "destroyed" && <Tag>{browse.destroyedTag}</Tag>}
        {end && (
          <>
            <span class="unseen-text">{browse.expires} </span>
            <Time at={end.at} />
          </>
        )}
      </span>
    </>
  );
};

interface EntryRowProps {
  readonly at: KvPath;
  readonly entry: FolderEntry;
}

export const EntryRow = ({ at, entry: { name, metadata } }: EntryRowProps) => {
  const folder = name.endsWith("/");
  return (
    <Row href={hrefOf("browse", at.mount + at.path + name)}>
      <span class="browse-name mono">
        <Icon name={folder ? "folder" : "key"} />
        <span>
          <Visible text={name} />
        </span>
        {folder && <span class="unseen-text">{browse.folder}</span>}
      </span>
      {metadata && <Details metadata={metadata} />}
    </Row>
  );
};
