/** Documents as the server tells them, what each kind needs, and how they are asked for. */
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { by } from "../frame/ask";
import { me } from "../session";

export type Document = components["schemas"]["Document"];
export type Detail = components["schemas"]["DocumentDetail"];
export type Line = components["schemas"]["DocumentLine"];
export type Kind = Document["kind"];
export type State = Document["state"];
export type PartnerKind = "supplier" | "customer";

export interface Partner {
  kind: PartnerKind;
  code: string;
  name: string;
}

export const KINDS: readonly Kind[] = [
  "purchase_order", "receipt", "sales_order", "issue", "transfer", "other_receipt", "other_issue", "purchase_return", "sales_return",
];
export const STATES: readonly State[] = ["draft", "approved", "in_progress", "done", "closed"];
export const REASONS = ["own_use", "sample", "gift", "damage"] as const;
export const LINES_MOST = 2_000;

const PARTNERS: Partial<Record<Kind, PartnerKind>> = {
  purchase_order: "supplier", receipt: "supplier", purchase_return: "supplier",
  sales_order: "customer", issue: "customer", sales_return: "customer",
};
/** Goods come in by them. */
export const BRINGING_IN: ReadonlySet<Kind> = new Set<Kind>(["purchase_order", "receipt", "other_receipt", "sales_return"]);
/** What may be made from each kind (下推). */
const FOLLOWERS: Partial<Record<Kind, readonly Kind[]>> = {
  purchase_order: ["receipt", "purchase_return"], receipt: ["purchase_return"], sales_order: ["issue", "sales_return"], issue: ["sales_return"],
};
const PAGE = 200;

export function followersOf(kind: Kind): readonly Kind[] {
  return FOLLOWERS[kind] ?? [];
}

export function partnerOf(kind: Kind): PartnerKind | null {
  return PARTNERS[kind] ?? null;
}

export function isKind(text: string): text is Kind {
  return (KINDS as readonly string[]).includes(text);
}

export function may(permission: string): boolean {
  return Boolean(me.value?.permissions?.includes(permission));
}

export interface Asked {
  kind: string;
  state: string;
  /** "supplier:CODE" or "customer:CODE". */
  partner: string;
  site: string;
  search: string;
}

/** The first `pages` pages, newest first, and whether there are more. */
export async function loadDocuments(asked: Asked, pages: number, passive: boolean): Promise<{ rows: Document[]; more: boolean }> {
  const [partner = "", ...code] = asked.partner.split(":");
  const given = {
    kind: asked.kind, state: asked.state, site: asked.site, search: asked.search, ...(partner && { [partner]: code.join(":") }),
  };
  const query = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  const rows: Document[] = [];
  let cursor: string | null = "";
  for (let page = 0; page < pages && cursor !== null; page += 1) {
    const answer: { rows: Document[]; next_cursor: string | null } = await call("get", "/api/v1/documents", {
      query: { ...query, limit: PAGE, cursor }, headers: by(passive),
    });
    rows.push(...answer.rows);
    cursor = answer.next_cursor;
  }
  return { rows, more: cursor !== null };
}

/** The document of this number with its movements; null when there is none in sight. */
export async function loadDetail(number: string, passive: boolean) {
  const headers = by(passive);
  const { rows } = await call("get", "/api/v1/documents", { query: { number, limit: 1 }, headers });
  if (!rows[0]) return null;
  const path = { document_id: rows[0].id };
  const [document, moved] = await Promise.all([
    call("get", "/api/v1/documents/{document_id}", { path, headers }),
    call("get", "/api/v1/documents/{document_id}/movements", { path, headers }),
  ]);
  return { document, movements: moved.rows };
}

/** Suppliers and customers that may still be chosen, by name. */
export async function loadPartners(...kinds: PartnerKind[]): Promise<Partner[]> {
  const query = { limit: 500, retired: false };
  const lists = await Promise.all(kinds.map(async (kind) => {
    const { rows } = kind === "supplier"
      ? await call("get", "/api/v1/suppliers", { query }) : await call("get", "/api/v1/customers", { query });
    return rows.map(({ code = "", name = "" }) => ({ kind, code, name: name || code }));
  }));
  return lists.flat().sort((a, b) => a.name.localeCompare(b.name));
}
