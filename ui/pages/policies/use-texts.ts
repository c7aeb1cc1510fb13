import { useEffect, useState } from "preact/hooks";
import { get } from "../../client/api.ts";
import type { PolicyText } from "../../policy/trial.ts";
import { savedPolicy } from "./saved.ts";

/** The texts of saved policies, as far as the caller may read them. */

export interface Texts {
  readonly texts: readonly PolicyText[];
  readonly unreadable: readonly string[];
}

export const readTexts = async (names: readonly string[]): Promise<Texts> => {
  const found = await Promise.all(
    names.map(async (name) => savedPolicy(await get(`sys/policies/acl/${name}`)) ?? name),
  );
  return {
    texts: found.filter((one) => typeof one !== "string"),
    unreadable: found.filter((one) => typeof one === "string"),
  };
};

/** `undefined`: on their way. */
export const useTexts = (names: readonly string[]): Texts | undefined => {
  const [found, setFound] = useState<{ readonly key: string; readonly texts: Texts } | undefined>(undefined);
  const key = JSON.stringify(names);
  useEffect(() => {
    let current = true;
    void readTexts(names).then((texts) => {
      if (current) setFound({ key, texts });
    });
    return () => {
      current = false;
    };
  }, [key]);
  return found?.key === key ? found.texts : undefined;
};
