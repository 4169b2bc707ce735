import { paint, type Colours, type Context, type Tile } from './paint';

/** A tile that the map asks for. */
export interface Wanted {
  /** Pixels of the map that it covers. */
  side: number;
  zoom: number;
  column: number;
  row: number;
  version: string;
  colours: Colours;
  ratio: number;
}

/** Tiles deeper than this are not made: the deepest ones are drawn larger. */
const DEEPEST = 16;
/** Without signal, a tile that is not on the phone is drawn from one above it, at most so many zooms up. */
const CLIMB = 6;

/** Fetches a tile and paints it. */
export async function draw(wanted: Wanted, context: Context | null) {
  // A tile of 512 pixels shows what a tile of 256 shows one zoom higher up.
  const zoom = Math.max(0, wanted.zoom - 1);
  const tile = await fetched(wanted, zoom, Math.max(0, zoom - DEEPEST), CLIMB);
  if (!context) throw new Error('no canvas');
  paint(context, tile, wanted.colours, wanted.ratio);
}

/** A tile, or the one so many zooms `up` that covers it. */
async function fetched(wanted: Wanted, zoom: number, up: number, climb: number): Promise<Tile> {
  const { side, column, row, version } = wanted;
  try {
    const [x, y] = [Math.floor(column / 2 ** up), Math.floor(row / 2 ** up)];
    const answer = await fetch(`/api/v1/tiles/${zoom - up}/${x}/${y}?v=${encodeURIComponent(version)}`);
    if (!answer.ok) throw new Error(String(answer.status));
    return { side, zoom: wanted.zoom, column, row, up, bytes: await answer.arrayBuffer() };
  } catch (e) {
    if (climb === 0 || zoom - up === 0) throw e;
    return fetched(wanted, zoom, up + 1, climb - 1);
  }
}
