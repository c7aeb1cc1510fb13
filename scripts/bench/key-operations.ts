import type { Operation } from "./operation.ts";
import { pkiOperations } from "./pki-operations.ts";
import { textAt, type World } from "./world.ts";

/** The engines that hold keys. Their keys are in memory once used: what is read is whether they still stand. */

const PLAINTEXT = Buffer.from("p".repeat(1000)).toString("base64");

const transitOperations = async (world: World, token: string): Promise<readonly Operation[]> => {
  await world.mount("secret", "transit", "transit/");
  for (const type of ["aes256-gcm96", "ecdsa-p256"]) {
    await world.call("POST", `transit/keys/${type}`, { body: { type } });
  }
  const said = await world.call("POST", "transit/encrypt/aes256-gcm96", { body: { plaintext: PLAINTEXT } });
  const ciphertext = textAt(said, "data", "ciphertext");
  const plain = (name: string, path: string, body: unknown): Operation => ({
    name,
    budget: { dynamodb: 1 },
    run: () => world.call("POST", `transit/${path}`, { token, body }),
  });
  return [
    plain("transit encrypt", "encrypt/aes256-gcm96", { plaintext: PLAINTEXT }),
    plain("transit encrypt, batch of 1,000", "encrypt/aes256-gcm96", {
      batch_input: Array.from({ length: 1000 }, () => ({ plaintext: "YQ==" })),
    }),
    plain("transit decrypt", "decrypt/aes256-gcm96", { ciphertext }),
    plain("transit sign, P-256", "sign/ecdsa-p256", { input: PLAINTEXT }),
  ];
};

const totpOperations = async (world: World, token: string): Promise<readonly Operation[]> => {
  await world.mount("secret", "totp", "totp/");
  await world.call("POST", "totp/keys/app", { body: { key: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" } });
  return [
    { name: "totp code", budget: { dynamodb: 1 }, run: () => world.call("GET", "totp/code/app", { token }) },
    {
      name: "totp check",
      budget: { dynamodb: 2 },
      run: (_, round) => world.call("POST", "totp/code/app", { token, body: { code: String(100_000 + round) } }),
    },
  ];
};

export const keyOperations = async (world: World, token: string): Promise<readonly Operation[]> => [
  ...(await transitOperations(world, token)),
  ...(await pkiOperations(world, token)),
  ...(await totpOperations(world, token)),
];
