import type { Answer } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { secretIn } from "../../client/kv-answers.ts";
import { useApi } from "../../client/use-api.ts";
import { Button, Dialog, Diff, Loading } from "../../kit/index.ts";
import { browse } from "../../texts/browse.ts";
import { compare } from "./fields-of.ts";

/** Two versions of a secret, field by field; hidden until a field is shown. */

const useVersion = (at: KvPath, version: number): Answer | undefined =>
  useApi({ method: "GET", path: addressesOf(at).data, query: { version: String(version) } }).answer;

const Differences = ({ earlier, later }: { readonly earlier: Answer; readonly later: Answer }) => {
  if (!earlier.ok) return <Failed failure={earlier} />;
  if (!later.ok) return <Failed failure={later} />;
  const { rows, same } = compare(secretIn(2, earlier.text) ?? "{}", secretIn(2, later.text) ?? "{}");
  return (
    <>
      <Diff rows={rows} />
      {same > 0 && <p class="muted small">{browse.unchanged(same)}</p>}
    </>
  );
};

interface CompareProps {
  readonly at: KvPath;
  readonly earlier: number;
  readonly later: number;
  readonly onClose: () => void;
}

export const Compare = ({ at, earlier, later, onClose }: CompareProps) => {
  const [before, after] = [useVersion(at, earlier), useVersion(at, later)];
  return (
    <Dialog
      wide
      title={browse.compareTitle(earlier, later)}
      onClose={onClose}
      actions={<Button onClick={onClose}>{browse.close}</Button>}
    >
      {before && after ? <Differences earlier={before} later={after} /> : <Loading />}
    </Dialog>
  );
};
