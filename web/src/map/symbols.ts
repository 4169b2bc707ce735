import type { Hotspot, Regime, State } from '../api/client';

/** How a regime is drawn: colour and pattern both differ, so that neither is needed. */
export interface Stroke {
  token: string;
  width: number;
  dash: number[];
  cap: CanvasLineCap;
}

export const STROKES: Record<Regime, Stroke> = {
  volunteer: { token: '--volunteer', width: 5, dash: [], cap: 'round' },
  shared: { token: '--shared', width: 3, dash: [], cap: 'round' },
  professional: { token: '--professional', width: 5, dash: [12, 6], cap: 'butt' },
  monitoring: { token: '--monitoring', width: 6, dash: [0.1, 9], cap: 'round' },
  closed: { token: '--closed', width: 8, dash: [3, 4], cap: 'butt' },
};

export type ThingMark = 'cleanup' | 'pile' | 'pile_late' | 'order' | 'plenty' | 'low' | 'empty' | 'site' | 'waiting';
export type Mark = State | 'hazard' | ThingMark;

export function markOf(h: Hotspot): Mark {
  return h.hazards.length > 0 && h.state === 'reported' ? 'hazard' : h.state;
}

/** A symbol in a box of 24: an outline that differs by state, what is drawn in it, and its colours. */
export interface Symbol {
  outline: string;
  glyph: string;
  fill: string;
  ink: string;
}

const PIN = 'M12 1a9 9 0 0 1 9 9c0 6-9 13-9 13S3 16 3 10a9 9 0 0 1 9-9z';
const SQUARE = 'M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3z';
const CIRCLE = 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z';
const TRIANGLE = 'M12 1.5 23 21.5H1z';
const FLAG = 'M4 2h16v13H13l-4 8v-8H4z';
const BAG = 'M9 2h6l-1 4c5 2 8 7 8 11 0 4-3 6-10 6S2 21 2 17c0-4 3-9 8-11z';
const BOX = 'M3 3h18v5H3zM4 8h16v14H4z';
const HEX = 'M12 1l9.5 5.5v11L12 23l-9.5-5.5v-11z';

export const SYMBOLS: Record<Mark, Symbol> = {
  reported: { outline: PIN, glyph: 'M9 7h6l-1 8h-4zM8 7h8', fill: '#c2410c', ink: '#ffffff' },
  claimed: { outline: SQUARE, glyph: 'M12 6v6l4 3', fill: '#f2b33d', ink: '#2b1a00' },
  ordered: { outline: HEX, glyph: 'M7 14V9h6v5zm6-3h3l2 2v1h-5', fill: '#b3470a', ink: '#ffffff' },
  cleaned: { outline: CIRCLE, glyph: 'M7 12.5l3.5 3.5L17 9', fill: '#00734f', ink: '#ffffff' },
  verified: { outline: CIRCLE, glyph: 'M5 12.5l3 3 5-6M11 15.5l1 1 6-7', fill: '#004d36', ink: '#ffffff' },
  duplicate: { outline: CIRCLE, glyph: 'M8 8h6v6H8zM10 10h6v6h-6z', fill: '#5d6b70', ink: '#ffffff' },
  not_found: {
    outline: CIRCLE,
    glyph: 'M9 9a3 3 0 1 1 4 2.8c-1 .6-1 1-1 2.2M12 17v.2',
    fill: '#5d6b70',
    ink: '#ffffff',
  },
  not_ours: { outline: CIRCLE, glyph: 'M7 12h10m-4-4 4 4-4 4', fill: '#5d6b70', ink: '#ffffff' },
  rejected: { outline: CIRCLE, glyph: 'M8 8l8 8M16 8l-8 8', fill: '#5d6b70', ink: '#ffffff' },
  cleanup: { outline: FLAG, glyph: 'M8 10.5l2.2 2.2L15 8', fill: '#0a5ea8', ink: '#ffffff' },
  pile: { outline: BAG, glyph: 'M8 13h8', fill: '#2b6a4d', ink: '#ffffff' },
  pile_late: { outline: BAG, glyph: 'M12 11v5M12 18.4v.2', fill: '#a3122a', ink: '#ffffff' },
  order: { outline: HEX, glyph: 'M8 8h8M8 12h8M8 16h5', fill: '#b3470a', ink: '#ffffff' },
  plenty: { outline: BOX, glyph: 'M7 13l3.5 3.5L17 10', fill: '#0d4a58', ink: '#ffffff' },
  low: { outline: BOX, glyph: 'M8 15h8', fill: '#8a5a00', ink: '#ffffff' },
  empty: { outline: BOX, glyph: 'M8.5 10.5l7 7M15.5 10.5l-7 7', fill: '#5d6b70', ink: '#ffffff' },
  site: { outline: SQUARE, glyph: 'M12 5v13M6 8h12M6 8l-2 5h4zM18 8l-2 5h4zM8 19h8', fill: '#3b3f8f', ink: '#ffffff' },
  waiting: { outline: PIN, glyph: 'M12 5.5V10l3 2', fill: '#0d4a58', ink: '#ffffff' },
  hazard: { outline: TRIANGLE, glyph: 'M12 8v6M12 17.5v.3', fill: '#ffd23d', ink: '#231a00' },
};

/** The symbol as SVG. */
export function svg(mark: Mark, size: number): string {
  const s = SYMBOLS[mark];
  return (
    `<svg viewBox="-1 -1 26 26" width="${size}" height="${size}" aria-hidden="true">` +
    `<path d="${s.outline}" fill="${s.fill}" stroke="#fff" stroke-width="1.6" stroke-linejoin="round"/>` +
    `<path d="${s.glyph}" fill="none" stroke="${s.ink}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`
  );
}
