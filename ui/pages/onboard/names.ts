import { onboard } from "../../texts/onboard.ts";

/** What is typed once and fills all steps, and what may be typed. */

export interface Names {
  readonly account: string;
  readonly region: string;
  readonly iamRole: string;
  readonly machine: string;
  /** `env=prod`; empty: none. */
  readonly tag: string;
  readonly role: string;
  readonly policies: string;
  /** Empty: any enrolment. */
  readonly activation: string;
}

export type NameOf = keyof Names;

export const EMPTY: Names = {
  account: "",
  region: "",
  iamRole: "AppHybridRole",
  machine: "",
  tag: "",
  role: "",
  policies: "",
  activation: "",
};

const OPTIONAL: readonly NameOf[] = ["tag", "activation"];

const RULES: Readonly<Record<NameOf, readonly [shape: RegExp, bad: string]>> = {
  account: [/^\d{12}$/, onboard.accountBad],
  region: [/^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/, onboard.regionBad],
  iamRole: [/^[\w+=,.@-]{1,64}$/, onboard.iamRoleBad],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a name must not have
  machine: [/^[^\x00-\x1f\x7f]{1,256}$/, onboard.machineBad],
  tag: [/^[\w.:/@+-]{1,128}=[\w .:/=+@-]{0,256}$/, onboard.tagBad],
  role: [/^[\w.-]{1,128}$/, onboard.roleBad],
  policies: [/^(?!(?:.*,)?\s*root\s*(?:,|$))[^,\s][^\n]*$/, onboard.policiesBad],
  activation: [/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, onboard.activationBad],
};

/** Without the blanks at both ends, which are in the field while somebody is typing. */
export const trimmed = (names: Names): Names => ({
  account: names.account.trim(),
  region: names.region.trim(),
  iamRole: names.iamRole.trim(),
  machine: names.machine.trim(),
  tag: names.tag.trim(),
  role: names.role.trim(),
  policies: names.policies.trim(),
  activation: names.activation.trim(),
});

/** As they were typed, separated by commas. */
export const listOf = (text: string): readonly string[] =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");

/** What is wrong with a name; `undefined`: nothing, or it is empty. */
export const faultOf = (name: NameOf, names: Names): string | undefined => {
  const [shape, bad] = RULES[name];
  return names[name] === "" || shape.test(names[name]) ? undefined : bad;
};

/** Whether the steps can be shown. */
export const complete = (names: Names): boolean =>
  (Object.keys(RULES) as readonly NameOf[]).every(
    (name) => faultOf(name, names) === undefined && (names[name] !== "" || OPTIONAL.includes(name)),
  );
