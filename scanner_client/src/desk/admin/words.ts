/** The words of the rooms a supervisor and an administrator keep house in. */
import { room } from "../../text/room";
import { language } from "../../text/words";
import type { zh } from "./admin_zh";

export type AdminText = keyof typeof zh;

export const { say: a, sayOr: adminOr, worded } = room<AdminText>({
  zh: () => import("./admin_zh").then((read) => read.zh),
  en: () => import("./admin_en").then((read) => read.en),
});

/** Words the server brings in both languages, in the reader's. */
export function ours<T>(both: { zh: T; en: T }): T {
  return language.value === "zh" ? both.zh : both.en;
}
