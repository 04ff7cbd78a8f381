/** The words of deciding counts. */
import { room } from "../../text/room";
import type { zh } from "./counts_zh";

export type CountText = keyof typeof zh;

export const { say: c, worded } = room<CountText>({
  zh: () => import("./counts_zh").then((read) => read.zh),
  en: () => import("./counts_en").then((read) => read.en),
});
