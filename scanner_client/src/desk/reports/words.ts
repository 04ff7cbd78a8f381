/** The words of reports, schedules, export batches and month end. */
import { room } from "../../text/room";
import type { zh } from "./reports_zh";

export type ReportText = keyof typeof zh;

export const { say: r, sayOr, worded } = room<ReportText>({
  zh: () => import("./reports_zh").then((read) => read.zh),
  en: () => import("./reports_en").then((read) => read.en),
});
