/** The words of things and their ledger. */
import { room } from "../../text/room";
import type { zh } from "./things_zh";

export type ThingText = keyof typeof zh;

export const { say: s, sayOr, worded } = room<ThingText>({
  zh: () => import("./things_zh").then((read) => read.zh),
  en: () => import("./things_en").then((read) => read.en),
});
