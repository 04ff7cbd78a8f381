import { room } from "../text/room";
import type { zh } from "./board_zh";

export type BoardText = keyof typeof zh;

export const { say: b, sayOr: boardOr, worded } = room<BoardText>({
  zh: () => import("./board_zh").then((read) => read.zh),
  en: () => import("./board_en").then((read) => read.en),
});
