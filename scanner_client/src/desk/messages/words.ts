import { room } from "../../text/room";
import type { zh } from "./messages_zh";

export type MessageText = keyof typeof zh;

export const { say: m, sayOr, worded } = room<MessageText>({
  zh: () => import("./messages_zh").then((read) => read.zh),
  en: () => import("./messages_en").then((read) => read.en),
});
