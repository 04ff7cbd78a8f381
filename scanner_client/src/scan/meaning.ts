/** What a scan means to somebody on the floor, with names instead of numbers. */

export interface Item {
  id: string;
  sku: string;
  name_zh: string;
  name_en: string;
  specification: string;
  base_unit: string;
  tracking: "none" | "lot" | "serial";
}

export interface ItemMeaning {
  kind: "item";
  item: Item;
  /** Base units in this scan: one, the packaging's content, or what the code itself says. */
  quantity: string;
  packaging: string;
  lot: string | null;
  serial: string | null;
  expires_on: string | null;
  production_date: string | null;
}

export type Meaning =
  | ItemMeaning
  | { kind: "location" | "unit" | "document" | "user" | "command"; code: string }
  | { kind: "choice"; code: string; options: Meaning[] }
  /** why: not_found, or the code of what is broken about it. */
  | { kind: "unknown"; code: string; why: string };

export type MeaningKind = Meaning["kind"];
