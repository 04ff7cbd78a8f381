/** The frame's own words: navigation, tables, filters, keys, states. A room brings its own. */
import { room } from "../../text/room";
import type { zh } from "./frame_zh";

export type FrameText = keyof typeof zh;

export const { say: f, sayOr: frameOr, worded } = room<FrameText>({
  zh: () => import("./frame_zh").then((read) => read.zh),
  en: () => import("./frame_en").then((read) => read.en),
});
