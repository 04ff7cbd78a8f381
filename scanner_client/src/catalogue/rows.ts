/** What a device knows by heart. Never a quantity. */

export interface ItemRow {
  id: string;
  sku: string;
  sku_key: string;
  name_zh: string;
  name_en: string;
  specification: string;
  base_unit: string;
  tracking: "none" | "lot" | "serial";
  retired: boolean;
}

export interface BarcodeRow {
  id: string;
  code: string;
  code_key: string;
  kind: "item" | "location" | "handling_unit" | "document" | "user";
  target_id: string;
  packaging_id: string | null;
  /** Base units in one scan of it. */
  packaging_quantity: string;
  packaging_name: string;
  retired: boolean;
}

export interface LocationRow {
  id: string;
  site_id: string;
  code: string;
  code_key: string;
  name: string;
  kind: string;
  retired: boolean;
}
