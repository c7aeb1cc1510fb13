import { isCode } from "../failure.ts";
import type { Iam, Leftover } from "../ports.ts";
import { complete } from "./outcomes.ts";
import type { Client, Sdk, Use } from "./use.ts";

/** What a user may have besides keys, policies and groups. Source: AWS IAM API Reference, `DeleteUser`. */

/** How things of one kind are found and removed. */
interface Kind {
  list(client: Client, sdk: Sdk, user: string): Promise<readonly (string | undefined)[]>;
  remove(client: Client, sdk: Sdk, user: string, id: string): Promise<unknown>;
}

const KINDS: Readonly<Record<Leftover, Kind>> = {
  "login-profile": {
    list: async (client, { GetLoginProfileCommand }, UserName) => {
      try {
        await client.send(new GetLoginProfileCommand({ UserName }));
        return ["login"];
      } catch (cause) {
        if (cause instanceof Error && /^NoSuchEntity(?:Exception)?$/.test(cause.name)) return [];
        throw cause;
      }
    },
    remove: (client, { DeleteLoginProfileCommand }, UserName) =>
      client.send(new DeleteLoginProfileCommand({ UserName })),
  },
  "signing-certificate": {
    list: async (client, { ListSigningCertificatesCommand }, UserName) =>
      ((await client.send(new ListSigningCertificatesCommand({ UserName }))).Certificates ?? []).map(
        ({ CertificateId }) => CertificateId,
      ),
    remove: (client, { DeleteSigningCertificateCommand }, UserName, CertificateId) =>
      client.send(new DeleteSigningCertificateCommand({ UserName, CertificateId })),
  },
  "ssh-key": {
    list: async (client, { ListSSHPublicKeysCommand }, UserName) =>
      ((await client.send(new ListSSHPublicKeysCommand({ UserName }))).SSHPublicKeys ?? []).map(
        ({ SSHPublicKeyId }) => SSHPublicKeyId,
      ),
    remove: (client, { DeleteSSHPublicKeyCommand }, UserName, SSHPublicKeyId) =>
      client.send(new DeleteSSHPublicKeyCommand({ UserName, SSHPublicKeyId })),
  },
  "service-credential": {
    list: async (client, { ListServiceSpecificCredentialsCommand }, UserName) =>
      (
        (await client.send(new ListServiceSpecificCredentialsCommand({ UserName }))).ServiceSpecificCredentials ?? []
      ).map(({ ServiceSpecificCredentialId }) => ServiceSpecificCredentialId),
    remove: (client, { DeleteServiceSpecificCredentialCommand }, UserName, ServiceSpecificCredentialId) =>
      client.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId })),
  },
  "mfa-device": {
    list: async (client, { ListMFADevicesCommand }, UserName) =>
      ((await client.send(new ListMFADevicesCommand({ UserName }))).MFADevices ?? []).map(
        ({ SerialNumber }) => SerialNumber,
      ),
    remove: (client, { DeactivateMFADeviceCommand }, UserName, SerialNumber) =>
      client.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber })),
  },
};

export const leftoversOf = (use: Use): Pick<Iam, "leftovers" | "removeLeftover"> => ({
  leftovers: (user, kind) => use(async (client, sdk) => (await KINDS[kind].list(client, sdk, user)).map(complete)),
  removeLeftover: async (user, kind, id) => {
    try {
      await use((client, sdk) => KINDS[kind].remove(client, sdk, user, id));
    } catch (cause) {
      if (!isCode(cause, "NoSuchEntity")) throw cause;
    }
  },
});
