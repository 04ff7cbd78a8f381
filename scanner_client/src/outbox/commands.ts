/** The words of POST /api/v1/commands. */
import type { ClockReading } from "./clock";

export type CommandType =
  | "receive_line" | "put_away" | "move_stock" | "take_stock" | "put_stock" | "pick_line"
  | "return_line" | "count_line" | "finish_count" | "bind_barcode" | "undo";

export interface ScanEvidence {
  text: string;
  aim: string | null;
  source: string;
}

/** What a flow wants said. Its id is made by the flow, so that it can be undone by name. */
export interface Draft {
  id: string;
  type: CommandType;
  body: Record<string, unknown>;
  scans: ScanEvidence[];
  replaces?: string;
}

export interface StoredCommand extends Draft, ClockReading {
  seq: number;
  v: 1;
  intent: "fact";
  user_pass: string;
}

export interface Answer {
  id: string;
  status: "applied" | "applied_flagged" | "duplicate" | "rejected" | "conflict" | "held";
  code?: string;
  codes?: string[];
  fields?: Record<string, unknown>;
  first?: Answer;
  expected_seq?: number;
}

/** A refused command and the reason, until somebody mends it. */
export interface Attention {
  command: StoredCommand;
  code: string;
  fields: Record<string, unknown>;
  at_ms: number;
}

export interface Envelope {
  device: string;
  sent_at: string;
  mono_ms: number;
  boot_id: string;
  oldest_unsent_seq: number;
  next_seq: number;
  app_version: string;
  commands: StoredCommand[];
}
