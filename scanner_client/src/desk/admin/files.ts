/** Files on their way in: sent as forms, refused in words like everything else. */
import { Problem } from "../../api/client";
import type { components } from "../../api/schema";
import { language, refusal } from "../../text/words";

export type Import = components["schemas"]["Import"];
export type Preview = components["schemas"]["ImportPreview"];
export type WrongRows = components["schemas"]["WrongRows"];

/** Sends a file as the form's `file`. Throws Problem when refused, TypeError without a network. */
export async function upload<T>(path: string, query: Record<string, string>, file: Blob, name: string): Promise<T> {
  const form = new FormData();
  form.append("file", file, name);
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  const response = await fetch(`/api/v1${path}?${given.toString()}`, {
    method: "POST", body: form, cache: "no-store", headers: { Accept: "application/json", "Accept-Language": language.value },
  });
  const answer = (await response.json().catch(() => ({}))) as T & { code?: string; detail?: string; fields?: Record<string, unknown> };
  if (response.ok) return answer;
  const code = answer.code ?? `http_${response.status}`;
  throw new Problem(response.status, code, answer.fields ?? {}, answer.detail ?? refusal(code, answer.fields ?? {}));
}

/** Cells as a CSV file. */
export function csvOf(cells: readonly (readonly string[])[]): Blob {
  const quoted = (text: string): string => (/[",\r\n;\t]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return new Blob([cells.map((row) => row.map(quoted).join(",")).join("\r\n")], { type: "text/csv" });
}
