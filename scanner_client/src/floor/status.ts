/** What the handheld tells about itself now and then: its battery, where the browser knows it. */
import { call } from "../api/client";

const EVERY_MS = 300_000;
let told = 0;

interface Battery {
  level: number;
}

export async function tellStatus(): Promise<void> {
  const { getBattery } = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  if (!getBattery || Date.now() - told < EVERY_MS) return;
  told = Date.now();
  try {
    const { level } = await getBattery.call(navigator);
    await call("post", "/api/v1/devices/status", { body: { battery_percent: Math.round(level * 100) } });
  } catch {
    // It is told another time.
  }
}
