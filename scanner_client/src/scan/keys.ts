/** What a key press of a wedge scanner stands for, whatever the keyboard layout and input method. */

export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  keyCode?: number;
}

export const GS = "\x1d";

const PLAIN: Record<string, string> = {
  Space: " ", Minus: "-", Equal: "=", BracketLeft: "[", BracketRight: "]", Backslash: "\\",
  Semicolon: ";", Quote: "'", Comma: ",", Period: ".", Slash: "/", Backquote: "`",
  NumpadAdd: "+", NumpadSubtract: "-", NumpadMultiply: "*", NumpadDivide: "/", NumpadDecimal: ".",
};
const SHIFTED: Record<string, string> = {
  Digit1: "!", Digit2: "@", Digit3: "#", Digit4: "$", Digit5: "%", Digit6: "^", Digit7: "&",
  Digit8: "*", Digit9: "(", Digit0: ")", Minus: "_", Equal: "+", BracketLeft: "{",
  BracketRight: "}", Backslash: "|", Semicolon: ":", Quote: '"', Comma: "<", Period: ">",
  Slash: "?", Backquote: "~", Space: " ",
};

/** The character, "" for keys without one, null for a shortcut that is not ours. */
export function characterOf(press: KeyPress): string | null {
  if (press.ctrlKey && (press.key === "]" || press.key === GS || press.code === "BracketRight"))
    return GS;
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (hidden(press)) return fromCode(press.code, press.shiftKey);
  return [...press.key].length === 1 ? press.key : "";
}

/** An input method took the key: only `code` still says which one it was, if even that. */
export function hidden(press: KeyPress): boolean {
  return ["Process", "Unidentified", "Dead"].includes(press.key) || press.keyCode === 229;
}

function fromCode(code: string, shift: boolean): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shift ? letter : letter.toLowerCase();
  if (shift && SHIFTED[code]) return SHIFTED[code];
  return /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? PLAIN[code] ?? "";
}
