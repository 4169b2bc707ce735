import type { Position } from '../map/map';

/** Who hears of taps on the map: a form that chooses on it, or else the app. */
class Taps {
  private taken: ((at: Position) => void) | null = null;

  take(hear: (at: Position) => void) {
    this.taken = hear;
  }

  give() {
    this.taken = null;
  }

  /** Whether a form has taken it. */
  heard(at: Position): boolean {
    this.taken?.(at);
    return this.taken !== null;
  }
}

export const taps = new Taps();
