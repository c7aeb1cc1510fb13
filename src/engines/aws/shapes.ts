/**
 * What names and ARNs of AWS look like, so that a mistake is told to the operator who writes it and not to the
 * application that asks for credentials later. Source: AWS IAM and STS API References.
 */

const PARTITION = "aws[a-z-]*";

const ROLE_ARN = new RegExp(`^arn:${PARTITION}:iam::\\d{12}:role/[\\x21-\\x7E]{1,512}$`);
/** Policies of AWS itself have `aws` for an account. */
const POLICY_ARN = new RegExp(`^arn:${PARTITION}:iam::(?:aws|\\d{12}):policy/[\\x21-\\x7E]{1,512}$`);

export const isRoleArn = (text: string): boolean => ROLE_ARN.test(text);
export const isPolicyArn = (text: string): boolean => POLICY_ARN.test(text);
/** Names of users and roles. */
export const isName = (text: string): boolean => /^[\w+=,.@-]{1,64}$/.test(text);
export const isGroupName = (text: string): boolean => /^[\w+=,.@-]{1,128}$/.test(text);
export const isExternalId = (text: string): boolean => /^[\w+=,.@:/-]{2,1224}$/.test(text);
export const isMfaSerial = (text: string): boolean => /^[\w+=/:,.@-]{9,256}$/.test(text);
export const isMfaCode = (text: string): boolean => /^\d{6}$/.test(text);
export const isAccessKey = (text: string): boolean => /^[\w+/=.-]{1,128}$/.test(text);

const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** What is wrong with tags, if anything; `most` may be written. */
export const tagFault = (tags: Readonly<Record<string, string>>, most: number): string | undefined => {
  const keys = Object.keys(tags);
  if (keys.length > most) return `there may be at most ${most} tags`;
  if (new Set(keys.map((key) => key.toLowerCase())).size < keys.length) return "tag keys must differ in more than case";
  if (keys.some((key) => /^aws:/i.test(key))) return "tag keys must not begin with aws:";
  if (!keys.every((key) => TAG_KEY.test(key))) return "a tag key has 1 to 128 letters, digits, spaces and _.:/=+-@";
  if (!Object.values(tags).every((value) => TAG_VALUE.test(value)))
    return "a tag value has at most 256 letters, digits, spaces and _.:/=+-@";
  return undefined;
};
