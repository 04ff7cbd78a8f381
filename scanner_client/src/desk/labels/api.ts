/** What the label pages ask of the server. */
import { call, fetchFile } from "../../api/client";
import type { components } from "../../api/schema";
import { language } from "../../text/words";
import { uuid } from "../../uuid";
import { by } from "../frame/ask";
import type { DesignDocument } from "./document";

type Schemas = components["schemas"];
export type Owner = Schemas["Owner"];
export type Media = Schemas["Media"];
export type Printer = Schemas["Printer"];
export type Job = Schemas["PrintJob"];
export type WholeJob = Schemas["WholePrintJob"];
export type Wanted = Schemas["Wanted"];
export type Row = WholeJob["rows"][number];
export type Verdict = Schemas["Verdict"];
export type Quality = Schemas["Quality"];
export type Range = Schemas["Range"];
export type NewRange = Schemas["NewRange"];
export type Automatic = Schemas["AutomaticLabels"];
export type Order = Schemas["NewPrintJob"];
export type Numbers = Schemas["WantedNumbers"];
export type Drawing = Partial<Schemas["Preview"]>;
export interface Design extends Omit<Schemas["Design"], "document"> {
  document: DesignDocument;
}

export interface DesignVersion extends Omit<Schemas["DesignVersion"], "document"> {
  document: DesignDocument;
}

/** Test prints have no design of their own to draw here. */
const CALIBRATION = "calibration";
/** The code of the owner that is the company itself. */
export const OURS = "OWN";
export const MOST = 500;
const JOBS = 200;
const PLAIN: Schemas["Preview"] = {
  copies: 1, design: null, document: null, dpi: 203, first_cell: 1, format: "png", language: "zh", sheet: "",
};

export const NOTHING_WANTED: Wanted = {
  kind: "data", count: 0, item: "", numbers: "lpn", owner: "", separators: false, site: "",
};

export async function loadPrinters(again: boolean): Promise<Printer[]> {
  const query = { limit: MOST, retired: false };
  return (await call("get", "/api/v1/printers", { query, headers: by(again) })).rows;
}

/** Everything open, and the latest of what ended. */
export async function loadJobs(again: boolean): Promise<Job[]> {
  const ask = (open: boolean, limit: number) =>
    call("get", "/api/v1/print-jobs", { query: { limit, open }, headers: by(again) });
  const [open, ended] = await Promise.all([ask(true, MOST), ask(false, JOBS)]);
  return [...open.rows, ...ended.rows];
}

export function loadJob(id: string): Promise<WholeJob> {
  return call("get", "/api/v1/print-jobs/{uid}", { path: { uid: id } });
}

export async function loadDesigns(): Promise<Design[]> {
  return (await call("get", "/api/v1/label-designs")).rows as unknown as Design[];
}

export async function loadVersions(name: string): Promise<DesignVersion[]> {
  const { rows } = await call("get", "/api/v1/label-designs/{name}/versions", { path: { name } });
  return rows as unknown as DesignVersion[];
}

/** New numbers for good; the same key brings the same ones. */
export async function handOut(numbers: Numbers, key: string): Promise<string[]> {
  const headers = { "Idempotency-Key": key };
  return (await call("post", "/api/v1/number-ranges/handed-out", { body: numbers, headers })).codes;
}

export async function loadRanges(): Promise<Range[]> {
  return (await call("get", "/api/v1/number-ranges", { query: { limit: MOST } })).rows;
}

export async function loadQuality(): Promise<Quality[]> {
  const query = { limit: MOST, least_scans: 1 };
  return (await call("get", "/api/v1/label-quality", { query })).rows;
}

/** What the site prints without being asked. */
export function loadAutomatic(site: string): Promise<Automatic> {
  return call("get", "/api/v1/labels/automatic", { query: { site } });
}

export function saveAutomatic(site: string, automatic: Automatic): Promise<Automatic> {
  return call("put", "/api/v1/labels/automatic", { query: { site }, body: automatic });
}

export async function loadZones(site: string) {
  return (await call("get", "/api/v1/zones", { query: { site, limit: MOST } })).rows;
}

/** Others than ourselves. */
export async function loadOwners(): Promise<Owner[]> {
  const { rows } = await call("get", "/api/v1/owners", { query: { limit: MOST } });
  return rows.filter((owner) => owner.code !== OURS);
}

export function draw(drawing: Drawing): Promise<Blob> {
  return fetchFile("/api/v1/labels/preview", { ...PLAIN, ...drawing });
}

/** One row of a job as its printer prints it; a test print is known by its rulers, not drawn. */
export function drawRow(job: WholeJob, at: number): Promise<Blob> {
  const row = job.rows[at]!;
  const design = row.design || job.design;
  const data = { ...texts(row.data), ...(job.mark && { mark: job.mark }) };
  return draw({ design, data: [data], dpi: job.media["dpi"] === 300 ? 300 : 203 });
}

export function isTest(job: Job): boolean {
  return job.design === CALIBRATION;
}

export async function planRows(design: string, words: "zh" | "en", wanted: Wanted): Promise<Row[]> {
  return (await call("post", "/api/v1/labels/plan", { body: { design, language: words, wanted } })).rows;
}

export function texts(data: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]));
}

export function queueJob(order: Order): Promise<WholeJob> {
  return call("post", "/api/v1/print-jobs", { body: order });
}

export function cancelJob(job: Job): Promise<unknown> {
  return call("post", "/api/v1/print-jobs/{uid}/cancel", { path: { uid: job.id } });
}

export function resumeJob(job: Job, confirmed: number | null): Promise<unknown> {
  return call("post", "/api/v1/print-jobs/{uid}/resume", { path: { uid: job.id }, body: { confirmed } });
}

export function redirectJob(job: Job, to: Printer, confirmed: number | null): Promise<unknown> {
  const body = { printer: to.id, confirmed };
  return call("post", "/api/v1/print-jobs/{uid}/redirect", { path: { uid: job.id }, body });
}

export type Reason = Schemas["Reprint"]["reason"];

/** rows: their numbers from 1; none: all of them. */
export function reprintJob(job: Pick<Job, "id">, reason: Reason, rows: number[]): Promise<unknown> {
  const body = { id: uuid(), reason, rows, printer: null };
  return call("post", "/api/v1/print-jobs/{uid}/reprint", { path: { uid: job.id }, body });
}

export function saveMedia(printer: Printer, media: Media): Promise<Printer> {
  return call("patch", "/api/v1/printers/{printer_id}", {
    path: { printer_id: printer.id }, headers: matching(printer.version), body: { media },
  });
}

export function testPrint(printer: Printer): Promise<unknown> {
  return call("post", "/api/v1/printers/{printer_id}/test-print", {
    path: { printer_id: printer.id }, body: { id: uuid(), language: language.value },
  });
}

/** version: the one it was made from; 0 for a new design. */
export function saveDesign(name: string, document: DesignDocument, version: number): Promise<Design> {
  return call("put", "/api/v1/label-designs/{name}", {
    path: { name }, headers: matching(version), body: { document: document as unknown as Record<string, unknown> },
  }) as unknown as Promise<Design>;
}

export function retireDesign(name: string): Promise<unknown> {
  return call("post", "/api/v1/label-designs/{name}/retire", { path: { name } });
}

/** What scans read so far, with these added. */
export function verify(job: Job, codes: string[]): Promise<Verdict> {
  const path = { uid: job.id };
  return codes.length
    ? call("post", "/api/v1/print-jobs/{uid}/verification", { path, body: { codes } })
    : call("get", "/api/v1/print-jobs/{uid}/verification", { path });
}

export function makeRange(range: NewRange): Promise<Range> {
  return call("post", "/api/v1/number-ranges", { body: range, headers: { "Idempotency-Key": uuid() } });
}

export function changeRange(range: Range, changes: { last?: number; retired?: boolean }): Promise<Range> {
  return call("patch", "/api/v1/number-ranges/{range_id}", {
    path: { range_id: range.id }, headers: matching(range.version), body: changes,
  });
}

function matching(version: number): Record<string, string> {
  return { "If-Match": `"${version}"` };
}
