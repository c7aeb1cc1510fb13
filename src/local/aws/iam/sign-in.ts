/** Other ways into an IAM user than its access keys: a password is kept as a fact, the rest is never there. */
import type { QueryOperation } from "../operation.ts";
import { isoTime } from "../query.ts";
import { alreadyExists, findUser, noSuchEntity, whole } from "./names.ts";

const none =
  (list: string): QueryOperation =>
  (call, params) => {
    findUser(call, params);
    return whole(list, []);
  };

export const signInOperations: Readonly<Record<string, QueryOperation>> = {
  CreateLoginProfile: async (call, params) => {
    const user = findUser(call, params);
    params.required("Password");
    if (user.login !== undefined) throw alreadyExists("LoginProfile", user.name);
    user.login = call.clock.now();
    await call.store.save();
    return { LoginProfile: { UserName: user.name, CreateDate: isoTime(user.login) } };
  },
  GetLoginProfile: (call, params) => {
    const user = findUser(call, params);
    if (user.login === undefined) throw noSuchEntity("login profile", user.name);
    return { LoginProfile: { UserName: user.name, CreateDate: isoTime(user.login) } };
  },
  DeleteLoginProfile: async (call, params) => {
    const user = findUser(call, params);
    if (user.login === undefined) throw noSuchEntity("login profile", user.name);
    delete user.login;
    await call.store.save();
    return {};
  },
  ListSigningCertificates: none("Certificates"),
  ListSSHPublicKeys: none("SSHPublicKeys"),
  ListServiceSpecificCredentials: none("ServiceSpecificCredentials"),
  ListMFADevices: none("MFADevices"),
};
