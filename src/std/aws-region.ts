/**
 * AWS's partitions, each with regions and host names of its own. Source: AWS SDK for JavaScript, `partitions`.
 */
const PARTITIONS = {
  "aws-cn": { regions: "cn-", suffix: "amazonaws.com.cn" },
  "aws-eusc": { regions: "eusc-", suffix: "amazonaws.eu" },
  "aws-iso": { regions: "us-iso-", suffix: "c2s.ic.gov" },
  "aws-iso-b": { regions: "us-isob-", suffix: "sc2s.sgov.gov" },
  "aws-iso-e": { regions: "eu-isoe-", suffix: "cloud.adc-e.uk" },
  "aws-iso-f": { regions: "us-isof-", suffix: "csp.hci.ic.gov" },
  "aws-us-gov": { regions: "us-gov-", suffix: "amazonaws.com" },
  // What begins like none of the others.
  aws: { regions: "", suffix: "amazonaws.com" },
} as const;

export type AwsPartition = keyof typeof PARTITIONS;

/** Whether a text has the form of a region: `eu-central-1`, `us-gov-west-1`, `eusc-de-east-1`. */
export const isRegion = (text: string): boolean => /^[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}$/.test(text);

/** What host names of a partition end in: `amazonaws.com`. */
export const dnsSuffix = (partition: AwsPartition): string => PARTITIONS[partition].suffix;

/** The same by a region of the partition, whether or not there is such a region. */
export const dnsSuffixOf = (region: string): string =>
  Object.values(PARTITIONS).find(({ regions }) => region.startsWith(regions))?.suffix ?? PARTITIONS.aws.suffix;
