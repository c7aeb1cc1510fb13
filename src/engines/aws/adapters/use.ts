/** How the calls to IAM are written: with a client and the SDK, both there when they are needed. */
export type Sdk = typeof import("./sdk/iam.ts");
export type Client = InstanceType<Sdk["IAMClient"]>;
/** `again`: doing it twice makes no difference; so unless said otherwise. */
export type Use = <T>(work: (client: Client, sdk: Sdk) => Promise<T>, again?: boolean) => Promise<T>;
