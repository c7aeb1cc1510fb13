/** Environment variables a function reads. The stack sets them; values are names and settings, never secrets. */
export const ENVIRONMENT = {
  tableName: "ZEROTH_TABLE_NAME",
  /** What data keys and entries are bound to; stays when the table is restored under another name. */
  tableIdentity: "ZEROTH_TABLE_IDENTITY",
  /** ARN of the KMS key that wraps the data keys. */
  keyId: "ZEROTH_KEY_ID",
  /** Which function this is (`login`, `kv`, `dynamic`, ...): selects the part of the catalog it serves. */
  functionName: "ZEROTH_FUNCTION",
  /** JSON object: function name -> name or ARN to invoke, for requests whose mount lives elsewhere. */
  peers: "ZEROTH_PEERS",
  /** JSON list: the domains whose data keys this function may use; a trailing `*` is a prefix. */
  domains: "ZEROTH_DOMAINS",
  /** JSON list of private ranges (CIDR) that may contain hosts named by operators; absent: none. */
  reachable: "ZEROTH_REACHABLE",
  /** Where callers reach the deployment: its own domain name, or what the HTTP API is called. */
  address: "ZEROTH_ADDRESS",
  /** Milliseconds that a read of a secret may be late; absent: not at all. */
  readCacheMs: "ZEROTH_READ_CACHE_MS",
  /** JSON list: ARNs of those who may give the operator's orders; a trailing `*` is a prefix. Absent: no limit. */
  operators: "ZEROTH_OPERATORS",
  /**
   * `allowed`: the SDK's endpoint variables may be set, and databases may be on this machine. For tests against doubles
   * alone; without it a function refuses to start with them, because anyone who sets them would receive every secret.
   */
  testEndpoints: "ZEROTH_TEST_ENDPOINTS",
} as const;

/** The most that `readCacheMs` may be. */
export const MOST_READ_CACHE_MS = 10_000;

/** Endpoint of a real or local DynamoDB for the optional run of the storage contract. */
export const DYNAMODB_TEST_ENDPOINT = "ZEROTH_DYNAMODB_ENDPOINT";

/** Endpoint of an AWS of others, for the optional run of the tests of the secrets engine `aws`. */
export const AWS_TEST_ENDPOINT = "ZEROTH_AWS_ENDPOINT";
