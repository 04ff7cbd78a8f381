/**
 * Tells a scanner from fingers. Two lanes: key presses (HID scanners), and committed text in a
 * hidden field (devices that scan through their own input method and send no usable keys).
 */
import { characterOf, hidden, type KeyPress } from "./keys";

export interface RawScan {
  /** Without the AIM identifier; GS (0x1D) kept. */
  text: string;
  /** AIM symbology identifier such as "]C1", if the scanner sent one. */
  aim: string | null;
  source: "scanner" | "camera" | "typed";
  /** Came together with the scan before it: several codes on one label, read in one pull. */
  burst: boolean;
}

export interface EngineSettings {
  /** Pause between two characters of a scan, on average; fingers are slower. */
  gap_ms: number;
  /** Longest single pause within a scan: a busy device stutters, and half a code is a wrong code. */
  stutter_ms: number;
  /** A scanner without terminator is done after this pause (text lane). */
  idle_ms: number;
  /** The same code within this time is the same look at it, not a second piece. */
  repeat_ms: number;
  burst_ms: number;
  length_least: number;
}

export const SETTINGS: EngineSettings = {
  gap_ms: 80, stutter_ms: 300, idle_ms: 120, repeat_ms: 400, burst_ms: 150, length_least: 3,
};

/** Nobody types these by hand at any speed: an AIM identifier, our own labels' prefixes. */
const PREFIXED = /^(\][A-Za-z][0-9A-Za-z]|[LTDWC][:：])/i;
const AIM = /^\][A-Za-z][0-9A-Za-z]/;

export class ScanEngine {
  private keys = "";
  private field = "";
  private firstKeyAt = -Infinity;
  private lastKeyAt = -Infinity;
  private lastScan = { text: "", at: -Infinity };

  constructor(
    private readonly emit: (scan: RawScan) => void,
    private readonly repeated: () => void = () => {},
    private readonly settings: EngineSettings = SETTINGS,
  ) {}

  /** One key press at `now` ms. True: it belongs to a scan, keep it from the page. */
  key(press: KeyPress, now: number): boolean {
    if (press.key === "Enter" || press.key === "Tab") return this.terminator(now);
    const character = characterOf(press);
    if (!character) return false;
    if (now - this.lastKeyAt > this.settings.stutter_ms) this.keys = "";
    if (!this.keys) this.firstKeyAt = now;
    this.keys += character;
    this.lastKeyAt = now;
    return true;
  }

  /** The hidden field's whole value. Returns what the field should hold from now on. */
  text(value: string, now: number): string {
    if (now - this.lastKeyAt <= this.settings.stutter_ms) return "";
    const lines = value.split(/[\r\n\t]+/);
    this.field = lines.pop()!;
    for (const line of lines) this.take(line, now);
    return this.field;
  }

  /** No text came for `idle_ms`: what the field holds is a whole scan. */
  idle(now: number): void {
    const rest = this.field;
    this.field = "";
    this.take(rest, now);
  }

  /** Text given whole: pasted, from a camera, or from a native shell. */
  whole(text: string, aim: string | null, source: RawScan["source"], now: number): void {
    for (const line of text.split(/[\r\n]+/)) this.take(line, now, aim, source, 1);
  }

  /** Somebody touched the screen: what is scanned now is a new look, even at the same code. */
  touched(): void {
    this.lastScan = { text: "", at: -Infinity };
  }

  /** Whether a press of a key that an input method hid will show up as text instead. */
  static comesAsText(press: KeyPress): boolean {
    return hidden(press) && !characterOf(press);
  }

  private terminator(now: number): boolean {
    if (this.field) {
      this.idle(now);
      return true;
    }
    const text = this.wasQuick(now) ? this.keys : "";
    this.keys = "";
    return this.take(text, now);
  }

  private wasQuick(now: number): boolean {
    if (now - this.lastKeyAt > this.settings.stutter_ms) return false;
    const average_ms = (now - this.firstKeyAt) / this.keys.length;
    return PREFIXED.test(this.keys) || average_ms <= this.settings.gap_ms;
  }

  private take(
    text: string,
    now: number,
    aim: string | null = null,
    source: RawScan["source"] = "scanner",
    least = this.settings.length_least,
  ): boolean {
    const found = aim ? null : AIM.exec(text)?.[0];
    const body = (found ? text.slice(found.length) : text).replace(/^ +| +$/g, "");
    if (body.length < least) return false;
    const since = now - this.lastScan.at;
    if (body === this.lastScan.text && since < this.settings.repeat_ms) {
      this.repeated();
      return true;
    }
    this.lastScan = { text: body, at: now };
    this.emit({ text: body, aim: aim ?? found ?? null, source, burst: since < this.settings.burst_ms });
    return true;
  }
}
