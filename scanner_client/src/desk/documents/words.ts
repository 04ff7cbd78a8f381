import { room } from "../../text/room";
import type { zh } from "./documents_zh";

export type DocumentText = keyof typeof zh;

export const { say: d, sayOr, worded } = room<DocumentText>({
  zh: () => import("./documents_zh").then((read) => read.zh),
  en: () => import("./documents_en").then((read) => read.en),
});
