import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import {
  Architecture,
  Code,
  type Function as LambdaFunction,
  LayerVersion,
  Runtime,
  RuntimeFamily,
} from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

export interface ZerothAgentLayerProps {
  /**
   * What `npm run build:agent` wrote: `dist/agent/layer` for functions of the Node.js runtimes, whose Node it uses;
   * `dist/agent/layer-executable` for any runtime of the executable's architecture.
   */
  readonly folder: string;
  readonly layerVersionName?: string;
}

/** What the extension is told; `docs/agent/lambda.md` lists every variable. */
export interface ExtensionOptions {
  /** `https://zeroth.example.com` */
  readonly address: string;
  /** The role of the AWS login that is bound to the function's role. */
  readonly role: string;
  /** Secrets written before the handler starts: file by path, `{ "/tmp/app.json": "secret/data/app" }`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further variables of the extension. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Node's own releases that run the agent's file. */
const NODE_RUNTIMES = [Runtime.NODEJS_20_X, Runtime.NODEJS_22_X, Runtime.NODEJS_24_X];

/** The field `e_machine` of an ELF file, at byte 18. */
const MACHINES: Readonly<Record<number, Architecture>> = { 62: Architecture.X86_64, 183: Architecture.ARM_64 };

const architectureOf = (executable: string): Architecture => {
  const head = Buffer.alloc(20);
  const file = openSync(executable, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  const architecture = MACHINES[head.readUInt16LE(18)];
  if (!head.subarray(0, 4).equals(Buffer.from("\x7fELF")) || architecture === undefined) {
    throw new Error(`${executable} is not an executable of Linux on x86_64 or arm64: build it with --node`);
  }
  return architecture;
};

/** What is in the folder, and where it runs. */
const contentOf = (folder: string) => {
  const executable = join(folder, "zeroth", "zeroth");
  if (existsSync(executable)) return { executable: true, architectures: [architectureOf(executable)] };
  if (existsSync(join(folder, "zeroth", "zeroth-agent.cjs"))) {
    return { executable: false, architectures: [Architecture.X86_64, Architecture.ARM_64] };
  }
  throw new Error(`${folder} holds no extension: run npm run build:agent first`);
};

/**
 * A Lambda layer with the agent as an extension: it logs in with the function's role, writes secrets into files before
 * the handler starts and forwards requests to the server from 127.0.0.1:8200. It is not part of Zeroth's own stacks.
 */
export class ZerothAgentLayer extends LayerVersion {
  readonly #ofNode: boolean;
  readonly #architectures: readonly Architecture[];

  constructor(scope: Construct, id: string, { folder, layerVersionName }: ZerothAgentLayerProps) {
    const { executable, architectures } = contentOf(folder);
    super(scope, id, {
      code: Code.fromAsset(folder),
      description: executable ? "Zeroth's extension" : "Zeroth's extension, for Node.js runtimes",
      compatibleArchitectures: architectures,
      ...(executable ? {} : { compatibleRuntimes: NODE_RUNTIMES }),
      ...(layerVersionName === undefined ? {} : { layerVersionName }),
    });
    this.#ofNode = !executable;
    this.#architectures = architectures;
  }

  /** Gives a function the layer and its variables. Throws where the function could not start the extension. */
  attachTo(lambda: LambdaFunction, { address, role, files = {}, environment = {} }: ExtensionOptions): void {
    if (this.#ofNode && lambda.runtime.family !== RuntimeFamily.NODEJS) {
      throw new Error(
        `${lambda.node.path} runs ${lambda.runtime.name}, without Node: take dist/agent/layer-executable`,
      );
    }
    if (!this.#architectures.includes(lambda.architecture)) {
      throw new Error(`${lambda.node.path} runs on ${lambda.architecture.name}, for which the executable is not built`);
    }
    lambda.addLayers(this);
    const secrets = Object.entries(files).flatMap(([file, path], index) => [
      [`VAULT_SECRET_PATH_${index + 1}`, path],
      [`VAULT_SECRET_FILE_${index + 1}`, file],
    ]);
    const variables = {
      VLE_VAULT_ADDR: address,
      VAULT_AUTH_ROLE: role,
      ...Object.fromEntries(secrets),
      ...environment,
    };
    for (const [name, value] of Object.entries(variables)) lambda.addEnvironment(name, String(value));
  }
}
