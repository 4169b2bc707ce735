import * as L from 'leaflet';
import type { Colours } from './paint';
import { STROKES } from './symbols';
import Painter from './tile.worker?worker';
import type { Wanted } from './tile';
import type { Done, Order } from './tile.worker';

/** Pixels of the map that a tile covers. */
const SIDE = 512;

/** Begun when this file is read, which is a step of its own in the app's start. */
const painter = new Painter();

/** The colours of the look of the moment. Only an element knows which of a light and a dark one holds. */
function coloursNow(): Colours {
  const probe = document.body.appendChild(document.createElement('i'));
  const colour = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const tokens = ['--land', ...Object.values(STROKES).map((s) => s.token)];
  const colours = Object.fromEntries(tokens.map((t) => [t, colour(t)]));
  probe.remove();
  return colours;
}

/** The land and the shore, coloured by regime, from our own vector tiles. */
export class ShoreLayer extends L.GridLayer {
  private colours = coloursNow();
  private readonly waiting = new Map<number, (done: Done) => void>();
  private orders = 0;

  constructor(private version: string) {
    super({
      tileSize: SIDE,
      zoomOffset: -1,
      updateWhenZooming: false,
      keepBuffer: 1,
      attribution: '',
    } as L.GridLayerOptions);
    // What could not be fetched, or was drawn from above, is asked for again when there is signal.
    addEventListener('online', () => this.redraw());
    painter.onmessage = ({ data }: MessageEvent<Done>) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
  }

  /** Draws the shore anew in another look. */
  repaint() {
    this.colours = coloursNow();
    this.redraw();
  }

  /** Draws the shore in its new colours. */
  show(version: string) {
    if (version === this.version) return;
    this.version = version;
    this.redraw();
  }

  /** Tiles are of whole zooms, where the map may stand between two. Leaflet 1.9 forgets that when it redraws (its issue 8276). */
  protected _clampZoom(zoom: number): number {
    return Math.round(zoom);
  }

  override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const canvas = document.createElement('canvas');
    const ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = canvas.height = SIDE * ratio;
    const { x: column, y: row, z: zoom } = coords;
    const wanted: Wanted = { side: SIDE, zoom, column, row, version: this.version, colours: this.colours, ratio };
    if ('transferControlToOffscreen' in canvas) this.order(wanted, canvas.transferControlToOffscreen(), canvas, done);
    else void this.drawHere(wanted, canvas, done);
    return canvas;
  }

  private order(wanted: Wanted, offscreen: OffscreenCanvas, canvas: HTMLCanvasElement, done: L.DoneCallback) {
    const id = (this.orders += 1);
    this.waiting.set(id, ({ error }) => done(error === null ? undefined : new Error(error), canvas));
    painter.postMessage({ id, ...wanted, canvas: offscreen } satisfies Order, [offscreen]);
  }

  /** Older phones paint on the page itself (Safari before 16.4). */
  private async drawHere(wanted: Wanted, canvas: HTMLCanvasElement, done: L.DoneCallback) {
    try {
      await (await import('./tile')).draw(wanted, canvas.getContext('2d'));
      done(undefined, canvas);
    } catch (e) {
      done(e as Error, canvas);
    }
  }
}
