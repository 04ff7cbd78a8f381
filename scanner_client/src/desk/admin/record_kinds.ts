/** Master data as the desk edits it: one entry for each kind of record. */
import type { AdminText } from "./words";

export interface RecordField {
  name: string;
  label: AdminText;
  kind?: "text" | "number" | "quantity" | "money" | "choice" | "yes_no" | "site";
  choices?: readonly string[];
  required?: boolean;
  /** Said when it is made, and never changed. */
  once?: boolean;
  /** Not in the list, only on the record. */
  aside?: boolean;
}

export interface RecordKind {
  name: string;
  /** Below /api/v1. */
  path: string;
  title: AdminText;
  /** What must be held to change one. */
  write: string;
  fields: readonly RecordField[];
  /** How a file of such rows is imported, and exported. */
  imports?: string;
  exports?: string;
  query?: Record<string, unknown>;
}

const CODE: RecordField = { name: "code", label: "field_code", required: true };
const NAMES: RecordField[] = [{ name: "name_zh", label: "field_name_zh" }, { name: "name_en", label: "field_name_en" }];
const ITEM: RecordField = { name: "item", label: "field_item", required: true, once: true };
const SITE: RecordField = { name: "site", label: "col_site", kind: "site", required: true, once: true };

export const KINDS: readonly RecordKind[] = [
  {
    name: "items", path: "items", title: "records_items", write: "items.write", imports: "items", exports: "items",
    fields: [
      { name: "sku", label: "field_sku", required: true }, ...NAMES,
      { name: "specification", label: "field_specification" },
      { name: "base_unit", label: "field_base_unit", required: true },
      { name: "category", label: "field_category" },
      { name: "tracking", label: "field_tracking", kind: "choice", choices: ["none", "lot", "serial"], aside: true },
      { name: "second_unit", label: "field_second_unit", aside: true },
      { name: "shelf_life", label: "field_shelf_life", kind: "number", aside: true },
      { name: "shelf_life_unit", label: "field_shelf_life_unit", kind: "choice", choices: ["day", "month"], aside: true },
      { name: "costing", label: "field_costing", kind: "choice", choices: ["average", "fifo"], aside: true },
      { name: "standard_cost", label: "field_standard_cost", kind: "money", aside: true },
    ],
  },
  {
    name: "barcodes", path: "barcodes", title: "records_barcodes", write: "items.write", exports: "barcodes",
    fields: [{ ...CODE, label: "field_barcode", once: true }, { ...ITEM, required: false }, { name: "packaging", label: "field_packaging" },
      { ...SITE, required: false, aside: true }, { name: "location", label: "col_location", once: true }],
  },
  {
    name: "packagings", path: "packagings", title: "records_packagings", write: "items.write", exports: "packagings",
    fields: [ITEM, { name: "name", label: "field_packaging", required: true }, { name: "quantity", label: "field_quantity", kind: "quantity", required: true }],
  },
  { name: "categories", path: "categories", title: "records_categories", write: "items.write", exports: "categories",
    fields: [CODE, ...NAMES, { name: "parent", label: "field_parent" }] },
  {
    name: "item-sites", path: "item-sites", title: "records_planning", write: "planning.write", imports: "item_sites", exports: "item_sites",
    fields: [ITEM, SITE, { name: "reorder_point", label: "field_reorder_point", kind: "quantity" },
      { name: "safety_stock", label: "field_safety_stock", kind: "quantity" }, { name: "target_level", label: "field_target_level", kind: "quantity" },
      { name: "reorder_hysteresis", label: "field_hysteresis", kind: "quantity", aside: true },
      { name: "on_order", label: "field_on_order", kind: "quantity", aside: true }, { name: "backorder", label: "field_backorder", kind: "quantity", aside: true }],
  },
  { name: "sites", path: "sites", title: "records_sites", write: "sites.write", exports: "sites",
    fields: [CODE, ...NAMES, { name: "time_zone", label: "field_time_zone" }] },
  { name: "zones", path: "zones", title: "records_zones", write: "places.write", exports: "zones", fields: [SITE, CODE, ...NAMES] },
  {
    name: "locations", path: "locations", title: "records_locations", write: "places.write", imports: "locations", exports: "locations", query: { physical: true },
    fields: [SITE, CODE, { name: "name", label: "field_name" },
      { name: "kind", label: "field_kind", kind: "choice", choices: ["bin", "pick_face", "dock", "staging", "quality", "mobile"] },
      { name: "zone", label: "field_zone" }, { name: "walking_order", label: "field_walking_order", kind: "number", aside: true },
      { name: "capacity", label: "field_capacity", kind: "quantity", aside: true }],
  },
  { name: "suppliers", path: "suppliers", title: "records_suppliers", write: "items.write", imports: "suppliers", exports: "suppliers",
    fields: [CODE, { name: "name", label: "field_name" }, { name: "contact", label: "field_contact" }] },
  {
    name: "supplier-items", path: "supplier-items", title: "records_terms", write: "items.write", imports: "supplier_items", exports: "supplier_items",
    fields: [{ name: "supplier", label: "field_supplier", required: true, once: true }, ITEM, { name: "supplier_sku", label: "field_supplier_sku" },
      { name: "price", label: "field_price", kind: "money" }, { name: "lead_time_days", label: "field_lead_time", kind: "number" },
      { name: "minimum_order_quantity", label: "field_minimum", kind: "quantity", aside: true },
      { name: "pack_multiple", label: "field_multiple", kind: "quantity", aside: true }, { name: "preferred", label: "field_preferred", kind: "yes_no" }],
  },
  { name: "customers", path: "customers", title: "records_customers", write: "items.write",
    fields: [CODE, { name: "name", label: "field_name" }, { name: "contact", label: "field_contact" }] },
  { name: "owners", path: "owners", title: "records_owners", write: "places.write", exports: "owners",
    fields: [CODE, { name: "name", label: "field_name" }, { name: "supplier", label: "field_supplier" }] },
  { name: "statuses", path: "statuses", title: "records_statuses", write: "places.write", exports: "statuses",
    fields: [CODE, ...NAMES, { name: "available", label: "field_available", kind: "yes_no" }] },
];
