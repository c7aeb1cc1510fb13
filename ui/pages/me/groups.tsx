import { useEffect, useState } from "preact/hooks";
import { get, type JsonObject } from "../../client/api.ts";
import { textIn, textsIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { Tag } from "../../kit/index.ts";
import { me } from "../../texts/me.ts";

/** The groups of one's own entity: names where they may be read, else how many there are. */

const useNames = (ids: readonly string[]): readonly string[] | undefined => {
  const { may } = useSession();
  const [names, setNames] = useState<readonly string[]>();
  const wanted = ids.join(" ");
  useEffect(() => {
    let current = true;
    const read = async (id: string): Promise<string | undefined> => {
      const path = `identity/group/id/${id}`;
      const answer = may(path, "read") ? await get(path) : undefined;
      return answer?.ok ? textIn(answer.data, "name") : undefined;
    };
    void Promise.all(ids.map(read)).then((found) => {
      if (current) setNames(found.filter((name) => name !== undefined));
    });
    return () => {
      current = false;
    };
  }, [wanted]);
  return names;
};

export const Groups = ({ entity }: { readonly entity: JsonObject }) => {
  const ids = textsIn(entity, "group_ids");
  const names = useNames(ids);
  if (ids.length === 0) return <>{me.noGroups}</>;
  if (!names) return null;
  const hidden = ids.length - names.length;
  return (
    <span class="tags">
      {names.map((name) => (
        <Tag key={name}>{name}</Tag>
      ))}
      {hidden > 0 && <span class="muted">{me.hiddenGroups(hidden)}</span>}
    </span>
  );
};
