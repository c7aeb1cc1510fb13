import type { Address, View } from "../../storage/store.ts";

/** Where the mount keeps what it keeps. */

export const roleAddress = (view: View, name: string): Address => view.at(`role/${name}`);
export const zeroAddress = (view: View): Address => view.at("config/zeroaddress");
export const caAddress = (view: View): Address => view.at("config/ca");

/**
 * A one-time password's place, by its tag: a keyed hash.
 * Security: the name of an entry is sealed with it and given back, so it is made of the hash; the password is nowhere.
 */
export const otpAddress = (view: View, tag: string): Address => view.at(`otp/${tag}`);
export const otpTag = (view: View, otp: string): string => view.tag(otp);
