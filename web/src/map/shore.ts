import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile';
import L from 'leaflet';
import { PbfReader } from 'pbf';
import type { Regime } from '../api/client';
import { STROKES } from './symbols';

/** Tiles deeper than this are not made: the deepest ones are drawn larger. */
const DEEPEST = 16;
/** Without signal, a tile that is not on the phone is drawn from one above it, at most so many zooms up. */
const CLIMB = 6;

/** A colour of the tokens, which may be one for light and one for dark: only an element knows which. */
let probe: HTMLElement | null = null;
function token(name: string): string {
  probe ??= document.querySelector<HTMLElement>('#probe') ?? document.body.appendChild(document.createElement('i'));
  probe.hidden = true;
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

function trace(context: CanvasRenderingContext2D, feature: VectorTileFeature, scale: number, close: boolean) {
  context.beginPath();
  for (const line of feature.loadGeometry()) {
    line.forEach((p, i) =>
      i === 0 ? context.moveTo(p.x * scale, p.y * scale) : context.lineTo(p.x * scale, p.y * scale),
    );
    if (close) context.closePath();
  }
}

function drawLand(context: CanvasRenderingContext2D, tile: VectorTile, size: number) {
  const layer = tile.layers.land;
  if (!layer) return;
  context.fillStyle = context.strokeStyle = token('--land');
  for (let i = 0; i < layer.length; i++) {
    trace(context, layer.feature(i), size / layer.extent, true);
    context.fill('evenodd');
    context.stroke(); // land comes in pieces: this hides the seams between them
  }
}

function drawShore(context: CanvasRenderingContext2D, tile: VectorTile, size: number, zoom: number) {
  const layer = tile.layers.shore;
  if (!layer) return;
  // From afar lines are thinner, so that a fjord is still two shores.
  const weight = Math.min(1, Math.max(0.35, (zoom - 5) / 8));
  for (let i = 0; i < layer.length; i++) {
    const feature = layer.feature(i);
    const stroke = STROKES[feature.properties.regime as Regime];
    trace(context, feature, size / layer.extent, false);
    context.lineJoin = 'round';
    context.lineCap = stroke.cap;
    context.setLineDash(stroke.dash.map((d) => d * weight));
    context.lineWidth = Math.max(1, stroke.width * weight);
    context.strokeStyle = token(stroke.token);
    context.stroke();
    context.setLineDash([]);
  }
}

interface Fetched {
  bytes: ArrayBuffer;
  up: number;
  x: number;
  y: number;
}

/** The land and the shore, coloured by regime, from our own vector tiles. */
export class ShoreLayer extends L.GridLayer {
  private version: string;

  constructor(version: string) {
    super({
      tileSize: 512,
      zoomOffset: -1,
      updateWhenZooming: false,
      keepBuffer: 1,
      attribution: '',
    } as L.GridLayerOptions);
    this.version = version;
  }

  /** Draws the shore in its new colours. */
  show(version: string) {
    if (version === this.version) return;
    this.version = version;
    this.redraw();
  }

  override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const canvas = document.createElement('canvas');
    const ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = canvas.height = 512 * ratio;
    // A tile of 512 pixels shows what a tile of 256 shows one zoom higher up.
    const zoom = Math.max(0, coords.z - 1);
    this.fetched(zoom, coords.x, coords.y, Math.max(0, zoom - DEEPEST), CLIMB)
      .then(({ bytes, up, x, y }) => {
        const context = canvas.getContext('2d');
        if (context) {
          const size = 512 * 2 ** up;
          context.scale(ratio, ratio);
          context.translate(-(coords.x - x * 2 ** up) * 512, -(coords.y - y * 2 ** up) * 512);
          const tile = new VectorTile(new PbfReader(new Uint8Array(bytes)));
          drawLand(context, tile, size);
          drawShore(context, tile, size, coords.z);
        }
        done(undefined, canvas);
      })
      .catch((e: Error) => done(e, canvas));
    return canvas;
  }

  /** A tile, or the one so many zooms `up` that covers it. */
  private async fetched(zoom: number, column: number, row: number, up: number, climb: number): Promise<Fetched> {
    const [x, y] = [Math.floor(column / 2 ** up), Math.floor(row / 2 ** up)];
    try {
      const answer = await fetch(`/api/v1/tiles/${zoom - up}/${x}/${y}?v=${encodeURIComponent(this.version)}`);
      if (!answer.ok) throw new Error(String(answer.status));
      return { bytes: await answer.arrayBuffer(), up, x, y };
    } catch (e) {
      if (climb === 0 || zoom - up === 0) throw e;
      return this.fetched(zoom, column, row, up + 1, climb - 1);
    }
  }
}
