import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile';
import L from 'leaflet';
import { PbfReader } from 'pbf';
import type { Regime } from '../api/client';
import { STROKES } from './symbols';

/** Tiles deeper than this are not made: the deepest ones are drawn larger. */
const DEEPEST = 16;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
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
    const up = Math.max(0, zoom - DEEPEST);
    const [x, y] = [Math.floor(coords.x / 2 ** up), Math.floor(coords.y / 2 ** up)];
    fetch(`/api/v1/tiles/${zoom - up}/${x}/${y}?v=${encodeURIComponent(this.version)}`)
      .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(String(answer.status)))))
      .then((bytes) => {
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
}
