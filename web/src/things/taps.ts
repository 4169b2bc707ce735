import type { Position } from '../map/map';

/** Who hears of taps on the map: a form that chooses on it, or else the app. */
class Taps {
  private taken: ((at: Position) => void) | null = null;
  private marked: ((href: string) => boolean) | null = null;

  take(hear: (at: Position) => void) {
    this.taken = hear;
  }

  /** Who hears of taps on marks, and says whether one was for them. */
  takeMarks(hear: (href: string) => boolean) {
    this.marked = hear;
  }

  give() {
    this.taken = this.marked = null;
  }

  /** Whether a form has taken a tap on a mark. */
  heardMark(href: string): boolean {
    return this.marked?.(href) ?? false;
  }

  /** Whether a form has taken it. */
  heard(at: Position): boolean {
    this.taken?.(at);
    return this.taken !== null;
  }
}

export const taps = new Taps();
