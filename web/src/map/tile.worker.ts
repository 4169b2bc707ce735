/// <reference lib="webworker" />
import { paint, type Colours, type Tile } from './paint';

// Tiles are fetched, read and painted beside the app, so that a finger on the map is never waited for.

export interface Order {
  id: number;
  zoom: number;
  column: number;
  row: number;
  version: string;
  colours: Colours;
  ratio: number;
  /** Of the page: what is painted here is shown there without the page doing anything. */
  canvas: OffscreenCanvas;
}

export interface Done {
  id: number;
  error: string | null;
}

/** Tiles deeper than this are not made: the deepest ones are drawn larger. */
const DEEPEST = 16;
/** Without signal, a tile that is not on the phone is drawn from one above it, at most so many zooms up. */
const CLIMB = 6;

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = async ({ data: order }: MessageEvent<Order>) => {
  const tell = (error: string | null) => self.postMessage({ id: order.id, error } satisfies Done);
  try {
    // A tile of 512 pixels shows what a tile of 256 shows one zoom higher up.
    const zoom = Math.max(0, order.zoom - 1);
    const tile = await fetched(order, zoom, Math.max(0, zoom - DEEPEST), CLIMB);
    const context = order.canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    paint(context, tile, order.colours, order.ratio);
    tell(null);
  } catch (e) {
    tell(String(e));
  }
};

/** A tile, or the one so many zooms `up` that covers it. */
async function fetched(order: Order, zoom: number, up: number, climb: number): Promise<Tile> {
  const { column, row, version } = order;
  try {
    const [x, y] = [Math.floor(column / 2 ** up), Math.floor(row / 2 ** up)];
    const answer = await fetch(`/api/v1/tiles/${zoom - up}/${x}/${y}?v=${encodeURIComponent(version)}`);
    if (!answer.ok) throw new Error(String(answer.status));
    return { zoom: order.zoom, column, row, up, bytes: await answer.arrayBuffer() };
  } catch (e) {
    if (climb === 0 || zoom - up === 0) throw e;
    return fetched(order, zoom, up + 1, climb - 1);
  }
}
