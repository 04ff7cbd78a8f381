import type { ThingText } from "./words";

export const en: Record<ThingText, string> = {
  movements: "Movements",
  balances: "Where it is",
  filter_user: "Person {id}",
  filter_device: "Device {id}",
  none_title: "No movements",
  none: "They appear here as goods are received, put away, picked or counted.",
  empty_title: "No stock now",
  empty: "What moved before is below.",
  pick_title: "Choose a movement",
  pick: "Choose one on the left to see its command, its scans and what took it back.",
  item: "Item", lot: "Lot", serial: "Serial", location: "Location", unit: "Handling unit", document: "Document", command: "Command",
  time: "Occurred", recorded: "Recorded", kind: "Kind", quantity: "Quantity", from: "From", to: "To", by: "By", device: "Device",
  reason: "Reason", value: "Value", unit_cost: "Unit cost", status: "Status", expires: "Expires", on_hand: "On hand", reserved: "Reserved", available: "Available", site: "Site",
  reversal: "Reversal", reversed_by: "Taken back", reverses: "Takes back movement {id}", scans: "Scans", no_scans: "No scans: sent by a desk or another system",
  doubt: "time uncertain by ±{s} s", flags: "Flags", type: "Type", received: "Received", see_command: "All movements of this command",
};
