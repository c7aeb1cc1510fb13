import type { ComponentChildren } from "preact";
import { PolicyName } from "../../client/why.tsx";
import { Fact, Facts, Link, Tag, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import type { Group, WholePerson } from "./directory.ts";
import type { MethodPolicies } from "./method-policies.ts";
import { signInName } from "./sign-in-name.ts";

const words = access.person;

const Tags = ({ children }: { readonly children: ComponentChildren }) => <span class="tags">{children}</span>;

export const PolicyTags = ({ names }: { readonly names: readonly string[] }) =>
  names.length === 0 ? (
    <span class="muted">{access.noPolicies}</span>
  ) : (
    <Tags>
      {names.map((name) => (
        <Tag key={name}>
          <PolicyName name={name} />
        </Tag>
      ))}
    </Tags>
  );

interface PersonFactsProps {
  readonly person: WholePerson;
  /** Theirs. */
  readonly groups: readonly Group[];
  readonly methods: MethodPolicies;
}

export const PersonFacts = ({ person, groups, methods }: PersonFactsProps) => {
  const byGroups = [...new Set(groups.flatMap(({ policies }) => policies))];
  return (
    <Facts>
      <Fact name={words.aliases}>
        {person.aliases.length === 0 && <span class="muted">{words.noAliases}</span>}
        <ul class="access-plain">
          {person.aliases.map((alias) => (
            <li key={alias.id}>
              <code>
                <Visible text={signInName(alias)} />
              </code>
            </li>
          ))}
        </ul>
      </Fact>
      <Fact name={words.groups}>
        {groups.length === 0 ? (
          <span class="muted">{words.noGroups}</span>
        ) : (
          <Tags>
            {groups.map(({ id, name }) => (
              <Tag key={id}>
                <Link href={hrefOf("access", `groups/${id}`)}>{name}</Link>
              </Tag>
            ))}
          </Tags>
        )}
      </Fact>
      <Fact name={words.own}>
        <PolicyTags names={person.policies} />
      </Fact>
      {byGroups.length > 0 && (
        <Fact name={words.byGroups}>
          <PolicyTags names={byGroups} />
        </Fact>
      )}
      {methods.policies.length > 0 && (
        <Fact name={words.byMethod}>
          <PolicyTags names={methods.policies} />
        </Fact>
      )}
    </Facts>
  );
};
