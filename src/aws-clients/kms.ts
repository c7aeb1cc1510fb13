import type {
  DecryptRequest,
  DecryptResponse,
  GenerateDataKeyWithoutPlaintextRequest,
  GenerateDataKeyWithoutPlaintextResponse,
} from "@aws-sdk/client-kms";
import { AwsJson1_1Protocol } from "@aws-sdk/core/protocols";
import { AwsClient, type ClientOptions, commandsOf } from "./client.ts";
import { repeating } from "./repeating.ts";
import { BYTES, schemasOf, TEXT } from "./schemas.ts";

/** KMS as the key wrap uses it: two operations, which a throttled or unreachable KMS is asked three times at most. */

const ATTEMPTS = 3;

const { structure, map, operation } = schemasOf("com.amazonaws.kms");

const encryptionContext = map("EncryptionContextType", TEXT);

type Decrypt = Pick<DecryptRequest, "KeyId" | "CiphertextBlob" | "EncryptionContext">;
type Decrypted = Pick<DecryptResponse, "KeyId" | "Plaintext">;
const decrypt = operation(
  "Decrypt",
  structure<Decrypt>("DecryptRequest", { KeyId: TEXT, CiphertextBlob: BYTES, EncryptionContext: encryptionContext }),
  structure<Decrypted>("DecryptResponse", { KeyId: TEXT, Plaintext: BYTES }),
);

type Generate = Pick<GenerateDataKeyWithoutPlaintextRequest, "KeyId" | "KeySpec" | "EncryptionContext">;
type Generated = Pick<GenerateDataKeyWithoutPlaintextResponse, "KeyId" | "CiphertextBlob">;
const generate = operation(
  "GenerateDataKeyWithoutPlaintext",
  structure<Generate>("GenerateDataKeyWithoutPlaintextRequest", {
    KeyId: TEXT,
    KeySpec: TEXT,
    EncryptionContext: encryptionContext,
  }),
  structure<Generated>("GenerateDataKeyWithoutPlaintextResponse", { KeyId: TEXT, CiphertextBlob: BYTES }),
);

const SERVICE = {
  name: "kms",
  apiVersion: "2014-11-01",
  protocol: () => new AwsJson1_1Protocol({ defaultNamespace: "com.amazonaws.kms", serviceTarget: "TrentService" }),
};

export class Kms extends AwsClient {
  readonly service = "kms";
  constructor(options: ClientOptions) {
    super(SERVICE, options);
    this.middlewareStack.add(repeating(ATTEMPTS), { name: "repeating", step: "finalizeRequest", priority: "high" });
  }
}

const command = commandsOf("Kms");

export class DecryptCommand extends command<Decrypt, Decrypted>(decrypt) {}
export class GenerateDataKeyWithoutPlaintextCommand extends command<Generate, Generated>(generate) {}
