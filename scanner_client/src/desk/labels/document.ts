/** A design's document and what the editor does to it; every change makes a new document. */
import type { Bilingual } from "./words";

export interface DesignField {
  name: string;
  type?: string;
  title?: Bilingual;
  sample?: Bilingual;
  required?: boolean;
  choices?: string[];
  [more: string]: unknown;
}

export interface DesignElement {
  kind: string;
  box_mm: [number, number, number, number];
  [more: string]: unknown;
}

export interface DesignDocument {
  name: string;
  version: number;
  title?: Bilingual;
  size_mm: [number, number];
  media?: string;
  fields: DesignField[];
  elements: DesignElement[];
}

export type Kind = "number" | "whole" | "text" | "words" | "flag" | readonly string[];

const ALIGN = ["left", "center", "right"] as const;
const VALIGN = ["top", "middle", "bottom"] as const;
const ROTATION = ["0", "90", "180", "270"] as const;
export const SYMBOLS = [
  "code128", "gs1_128", "ean13", "ean8", "upca", "itf14", "qr", "gs1_qr", "digital_link_qr", "datamatrix",
  "gs1_datamatrix", "pdf417",
] as const;

/** What can be set on each kind of element besides its box. */
export const PROPERTIES: Record<string, readonly (readonly [string, Kind])[]> = {
  text: [
    ["text", "words"], ["size_mm", "number"], ["min_size_mm", "number"], ["lines", "whole"], ["bold", "flag"],
    ["align", ALIGN], ["valign", VALIGN], ["rotation", ROTATION], ["overflow", ["cut", "refuse"]], ["when", "text"],
  ],
  symbol: [
    ["symbol", SYMBOLS], ["content", "words"], ["module_mm", "number"], ["min_module_mm", "number"],
    ["min_dots", "whole"], ["human_mm", "number"], ["ec", ["L", "M", "Q", "H"]], ["align", ALIGN],
    ["valign", VALIGN], ["rotation", ROTATION], ["when", "text"],
  ],
  bar: [["when", "text"]],
  frame: [["thickness_mm", "number"], ["when", "text"]],
  arrow: [["direction", "words"], ["when", "text"]],
  picture: [["png", "text"], ["when", "text"]],
};
export const KINDS = Object.keys(PROPERTIES);

const FRESH: Record<string, Record<string, unknown>> = {
  text: { text: "Abc", size_mm: 4, min_size_mm: 2.5 },
  symbol: { symbol: "qr", content: "ABC-123" },
  bar: {},
  frame: { thickness_mm: 0.3 },
  arrow: { direction: "up" },
  picture: { png: "" },
};

/** A new element of this kind in the middle of the label, above all others. */
export function withNew(design: DesignDocument, kind: string): DesignDocument {
  const [width, height] = design.size_mm;
  const box_mm = [width / 4, height / 4, width / 2, kind === "bar" ? 0.4 : height / 2].map(hundredth);
  const element = { kind, box_mm, ...FRESH[kind] } as DesignElement;
  return { ...design, elements: [...design.elements, element] };
}

/** One property of one element; undefined takes it out, so that its usual value holds. */
export function withProperty(
  design: DesignDocument, at: number, name: string, value: unknown,
): DesignDocument {
  const { [name]: _, ...rest } = design.elements[at]!;
  const element = (value === undefined ? rest : { ...design.elements[at], [name]: value }) as DesignElement;
  return withElements(design, design.elements.map((each, index) => (index === at ? element : each)));
}

/** Moved by so many mm, kept on the label. */
export function moved(design: DesignDocument, at: number, x_mm: number, y_mm: number): DesignDocument {
  const [x, y, width, height] = design.elements[at]!.box_mm;
  const [across, down] = design.size_mm;
  const box = [kept(x + x_mm, across - width), kept(y + y_mm, down - height), width, height];
  return withProperty(design, at, "box_mm", box);
}

export function without(design: DesignDocument, at: number): DesignDocument {
  return withElements(design, design.elements.filter((_, index) => index !== at));
}

/** The element once more, a little lower and further right. */
export function doubled(design: DesignDocument, at: number): DesignDocument {
  const copy = JSON.parse(JSON.stringify(design.elements[at])) as DesignElement;
  const longer = withElements(design, [...design.elements, copy]);
  return moved(longer, longer.elements.length - 1, 1, 1);
}

/** The element and the line of its problem: "elements[3].box_mm" → 3, "box_mm". */
export function placeOf(place: string): { element: number; property: string } {
  const found = /^elements\[(\d+)\](?:\.(\w+))?/.exec(place);
  return { element: found ? Number(found[1]) : -1, property: found?.[2] ?? "" };
}

/** What an element is known by in a list: its text or content, else nothing. */
export function named(element: DesignElement): string {
  const said = element["text"] ?? element["content"] ?? element["direction"] ?? "";
  return typeof said === "string" ? said : JSON.stringify(said);
}

/** A text field's value: JSON where it is a list or has languages, else the text itself. */
export function wordsOf(typed: string): unknown {
  if (!/^\s*[[{]\s*["\]}]/.test(typed)) return typed;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}

function withElements(design: DesignDocument, elements: DesignElement[]): DesignDocument {
  return { ...design, elements };
}

function kept(value: number, most: number): number {
  return hundredth(Math.min(Math.max(value, 0), Math.max(most, 0)));
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
