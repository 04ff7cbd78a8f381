/** Three sounds that nobody confuses: high and short, two in the middle, low and long. */
import type { Step } from "../flows/flow";

type Sound = NonNullable<Step<never>["sound"]>;
/** Hertz, start ms, length ms, wave. */
type Tone = [number, number, number, OscillatorType];

const TONES: Record<Sound, Tone[]> = {
  good: [[1760, 0, 80, "sine"]],
  choose: [[660, 0, 120, "triangle"], [660, 180, 120, "triangle"]],
  stop: [[220, 0, 350, "square"]],
};
const SHAKES: Record<Sound, number[]> = { good: [40], choose: [200], stop: [120, 60, 120] };

let context: AudioContext | null = null;

/** Browsers keep a page silent until somebody touched it: call this on every touch and key. */
export function unmute(): void {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

export function play(sound: Sound): void {
  navigator.vibrate?.(SHAKES[sound]);
  if (!context || context.state !== "running") return;
  for (const tone of TONES[sound]) sing(context, tone);
}

function sing(audio: AudioContext, [hertz, after_ms, length_ms, wave]: Tone): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  const start = audio.currentTime + after_ms / 1000;
  tone.type = wave;
  tone.frequency.value = hertz;
  volume.gain.value = 0.4;
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + length_ms / 1000);
}
