/** Two clocks and the name of this boot, read together (RULES 1). */
import { uuid } from "../uuid";

export interface ClockReading {
  wall_ms: number;
  mono_ms: number;
  boot_id: string;
}

/** Clocks that part by more than this were stepped or slept: times before and after do not mix. */
const DIVERGENCE_MS = 1000;

export class BootClock {
  private last: ClockReading | null = null;

  constructor(
    private readonly wall: () => number = Date.now,
    private readonly mono: () => number = () => performance.now(),
    private readonly newBoot: () => string = uuid,
  ) {}

  read(): ClockReading {
    const wall_ms = Math.round(this.wall());
    const mono_ms = Math.round(this.mono());
    const boot_id = this.last && !this.parted(this.last, wall_ms, mono_ms)
      ? this.last.boot_id
      : this.newBoot();
    this.last = { wall_ms, mono_ms, boot_id };
    return this.last;
  }

  private parted(last: ClockReading, wall_ms: number, mono_ms: number): boolean {
    return Math.abs(wall_ms - last.wall_ms - (mono_ms - last.mono_ms)) > DIVERGENCE_MS;
  }
}

/** The clock of this page. */
export const clock = new BootClock();
