import { type AwsPartition, dnsSuffix } from "../../std/aws-region.ts";

/**
 * The places the product may speak to. A region or a host that is not in this table does not exist for a login, so
 * that nothing a caller writes can ever become part of a host name. Source: AWS General Reference, "STS endpoints".
 */

const PARTITIONS = ["aws", "aws-cn", "aws-us-gov"] as const satisfies readonly AwsPartition[];

export type Partition = (typeof PARTITIONS)[number];

const REGIONS: Readonly<Record<Partition, readonly string[]>> = {
  aws: [
    ..."af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2".split(" "),
    ..."ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6".split(" "),
    ..."ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2".split(" "),
    ..."eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1".split(" "),
    ..."us-east-1 us-east-2 us-west-1 us-west-2".split(" "),
  ],
  "aws-cn": ["cn-north-1", "cn-northwest-1"],
  "aws-us-gov": ["us-gov-east-1", "us-gov-west-1"],
};
const FIPS: ReadonlySet<string> = new Set(["us-east-1", "us-east-2", "us-west-1", "us-west-2"]);

/** The global STS name; it takes signatures for `us-east-1` alone. */
const GLOBAL_HOST = "sts.amazonaws.com";

const PARTITION_OF: ReadonlyMap<string, Partition> = new Map(
  PARTITIONS.flatMap((partition) => REGIONS[partition].map((region) => [region, partition] as const)),
);

/** `undefined`: no such region. */
export const partitionOf = (region: string): Partition | undefined => PARTITION_OF.get(region);

/** The partition of that name; `undefined`: no such partition. */
export const partitionNamed = (name: string): Partition | undefined => PARTITIONS.find((known) => known === name);

/** Host names at which STS of a region answers, the plain regional one first. Empty: no such region. */
export const stsHosts = (region: string): readonly string[] => {
  const partition = partitionOf(region);
  if (!partition) return [];
  const suffix = dnsSuffix(partition);
  const hosts = [`sts.${region}.${suffix}`];
  if (FIPS.has(region)) hosts.push(`sts-fips.${region}.${suffix}`);
  if (region === "us-east-1") hosts.push(GLOBAL_HOST);
  return hosts;
};

const REGION_OF_HOST: ReadonlyMap<string, string> = new Map(
  [...PARTITION_OF.keys()].flatMap((region) => stsHosts(region).map((host) => [host, region] as const)),
);
const VPC_ENDPOINT = /^vpce-[0-9a-z-]{1,80}\.sts\.([a-z0-9-]{1,30})\.vpce\.(amazonaws\.com(?:\.cn)?)$/;

/**
 * The region a configured STS host signs for. VPC endpoint names count here, because an operator wrote them; in a
 * login they count only when they are the configured host.
 */
export const regionOfStsHost = (host: string): string | undefined => {
  const known = REGION_OF_HOST.get(host);
  if (known) return known;
  const [, region, suffix] = VPC_ENDPOINT.exec(host) ?? [];
  const partition = region === undefined ? undefined : partitionOf(region);
  return partition && dnsSuffix(partition) === suffix ? region : undefined;
};
