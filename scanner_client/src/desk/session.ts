/** Who sits at the desk. */
import { signal } from "@preact/signals";
import { call, Problem } from "../api/client";
import type { components } from "../api/schema";
import { chooseLanguage } from "../text/words";

export type Me = components["schemas"]["Me"];

export const me = signal<Me | null>(null);

/** Whether a session is still open. Throws without network. */
export async function whoAmI(): Promise<boolean> {
  try {
    me.value = await call("get", "/api/v1/me");
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  const { user } = await call("post", "/api/v1/sessions", { body: { login, password } });
  me.value = user ?? (await call("get", "/api/v1/me"));
  await chooseLanguage(me.value.language === "en" ? "en" : "zh");
}

export async function signOut(): Promise<void> {
  await call("delete", "/api/v1/sessions/current").catch(() => undefined);
  me.value = null;
}
