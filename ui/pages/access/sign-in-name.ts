import type { AliasOf, Person } from "./directory.ts";

/** `userpass/alias`, as people say it. */
export const signInName = ({ mountPath, name }: Pick<AliasOf, "mountPath" | "name">): string =>
  `${mountPath.replace(/^auth\//, "")}${name}`;

/** Names that the server gave by itself at a first login say nothing: then the name that somebody signs in by. */
const GIVEN = /^entity_[0-9a-f]{8}$/;

export const personName = ({ name, aliases }: Person): string => (GIVEN.test(name) ? (aliases[0]?.name ?? name) : name);

/** Names for choosing among many: those that several share also say what the server calls each. */
export const namedPeople = (people: readonly Person[]): readonly { readonly id: string; readonly name: string }[] => {
  const counts = new Map<string, number>();
  for (const person of people) counts.set(personName(person), (counts.get(personName(person)) ?? 0) + 1);
  return people.map((person) => {
    const name = personName(person);
    return { id: person.id, name: (counts.get(name) ?? 0) > 1 ? `${name} (${person.name})` : name };
  });
};
