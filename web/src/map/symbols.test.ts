import { describe, expect, it } from 'vitest';
import { STROKES, SYMBOLS } from './symbols';

describe('what the map draws', () => {
  it('tells regimes apart without colour: by pattern or width', () => {
    const looks = Object.values(STROKES).map((s) => `${s.width} ${s.dash.join()}`);
    expect(new Set(looks).size).toBe(looks.length);
  });

  it('tells states apart without colour: by outline or glyph', () => {
    const looks = Object.values(SYMBOLS).map((s) => s.outline + s.glyph);
    expect(new Set(looks).size).toBe(looks.length);
  });
});
