/** This handheld: its enrolment, its key, and who works on it now. */
import { signal } from "@preact/signals";
import { call, caller } from "./api/client";
import type { components } from "./api/schema";
import type { Database } from "./store";
import { chooseLanguage } from "./text/words";
import { uuid } from "./uuid";

export type Device = components["schemas"]["Device"];
export type Pass = components["schemas"]["Pass"];

export const device = signal<Device | null>(null);
export const pass = signal<Pass | null>(null);

/** Reads what was kept from before the page was loaded. */
export async function wake(database: Database): Promise<void> {
  device.value = ((await database.get("meta", "device")) as Device | undefined) ?? null;
  take(((await database.get("meta", "pass")) as Pass | undefined) ?? null);
}

export async function enrol(database: Database, code: string, name: string): Promise<void> {
  const uid = ((await database.get("meta", "uid")) as string | undefined) ?? uuid();
  await database.put("meta", uid, "uid");
  const public_key = await makeKey(database);
  const { device: enrolled } = await call("post", "/api/v1/devices/enrol", {
    body: { code: code.trim(), uid, name, public_key },
  });
  await database.put("meta", enrolled, "device");
  device.value = enrolled;
}

export async function signIn(database: Database, badge: string, pin: string): Promise<void> {
  const issued = await call("post", "/api/v1/user-passes", { body: { badge, pin } });
  await database.put("meta", issued, "pass");
  take(issued);
  await chooseLanguage(issued.user.language === "en" ? "en" : "zh");
}

export async function signOut(database: Database): Promise<void> {
  await database.delete("meta", "pass");
  take(null);
}

function take(taken: Pass | null): void {
  pass.value = taken;
  caller.userPass = taken?.user_pass ?? "";
}

/** A signing key that never leaves this device; null where the connection is not safe for one. */
async function makeKey(database: Database): Promise<string | null> {
  if (!crypto.subtle) return null;
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
    "verify",
  ]);
  await database.put("meta", pair.privateKey, "key");
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  return btoa(String.fromCharCode(...spki));
}
