/// <reference lib="webworker" />
import { draw, type Wanted } from './tile';

// Tiles are fetched, read and painted beside the app, so that a finger on the map is never waited for.

export interface Order extends Wanted {
  id: number;
  /** Of the page: what is painted here is shown there without the page doing anything. */
  canvas: OffscreenCanvas;
}

export interface Done {
  id: number;
  error: string | null;
}

declare const self: DedicatedWorkerGlobalScope;

self.onmessage = async ({ data: order }: MessageEvent<Order>) => {
  const tell = (error: string | null) => self.postMessage({ id: order.id, error } satisfies Done);
  await draw(order, order.canvas.getContext('2d')).then(
    () => tell(null),
    (e) => tell(String(e)),
  );
};
