import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import type { Regime } from '../api/client';
import { STROKES } from './symbols';

/** The colours of a look, by token. */
export type Colours = Record<string, string>;

/** A tile to be painted: `zoom` is the map's; the bytes may be of a tile `up` zooms above it. */
export interface Tile {
  /** Pixels of the map that it covers. */
  side: number;
  zoom: number;
  column: number;
  row: number;
  up: number;
  bytes: ArrayBuffer;
}

export type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** Paints the land and the shore of a tile. */
export function paint(context: Context, { side, zoom, column, row, up, bytes }: Tile, colours: Colours, ratio: number) {
  const size = side * 2 ** up;
  const [x, y] = [Math.floor(column / 2 ** up), Math.floor(row / 2 ** up)];
  context.scale(ratio, ratio);
  context.translate(-(column - x * 2 ** up) * side, -(row - y * 2 ** up) * side);
  const tile = new VectorTile(new PbfReader(new Uint8Array(bytes)));
  paintLand(context, tile, size, colours);
  paintShore(context, tile, size, zoom, colours);
}

function trace(path: Path2D, feature: VectorTileFeature, scale: number, close: boolean) {
  for (const line of feature.loadGeometry()) {
    line.forEach((p, i) => (i === 0 ? path.moveTo(p.x * scale, p.y * scale) : path.lineTo(p.x * scale, p.y * scale)));
    if (close) path.closePath();
  }
}

function paintLand(context: Context, tile: VectorTile, size: number, colours: Colours) {
  const layer = tile.layers.land;
  if (!layer) return;
  context.fillStyle = context.strokeStyle = colours['--land'] ?? '';
  for (let i = 0; i < layer.length; i++) {
    const path = new Path2D();
    trace(path, layer.feature(i), size / layer.extent, true);
    context.fill(path, 'evenodd');
    context.stroke(path); // land comes in pieces: this hides the seams between them
  }
}

function paintShore(context: Context, tile: VectorTile, size: number, zoom: number, colours: Colours) {
  const layer = tile.layers.shore;
  if (!layer) return;
  // From afar lines are thinner, so that a fjord is still two shores.
  const weight = Math.min(1, Math.max(0.35, (zoom - 5) / 8));
  const paths = new Map<Regime, Path2D>();
  for (let i = 0; i < layer.length; i++) {
    const feature = layer.feature(i);
    const regime = feature.properties.regime as Regime;
    const path = paths.get(regime) ?? new Path2D();
    trace(path, feature, size / layer.extent, false);
    paths.set(regime, path);
  }
  for (const [regime, path] of paths) {
    const stroke = STROKES[regime];
    context.lineJoin = 'round';
    context.lineCap = stroke.cap;
    context.setLineDash(stroke.dash.map((d) => d * weight));
    context.lineWidth = Math.max(1, stroke.width * weight);
    context.strokeStyle = colours[stroke.token] ?? '';
    context.stroke(path);
  }
}
