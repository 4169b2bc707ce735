import type { Bounds } from '../state/app.svelte';

/** A frame as the API takes it. */
export const bboxOf = ({ west, south, east, north }: Bounds) =>
  [west, south, east, north].map((n) => n.toFixed(5)).join(',');

/** Whether a place lies in a frame. */
export const isIn = (b: Bounds, { lat, lon }: { lat: number; lon: number }) =>
  lon >= b.west && lon <= b.east && lat >= b.south && lat <= b.north;

/** Metres of a degree of latitude. */
const DEGREE_M = 111_200;

/** Metres between places that lie near each other, by the length of a degree. */
export const metresBetween = (a: { lat: number; lon: number }, b: { lat: number; lon: number }) =>
  Math.hypot(a.lat - b.lat, (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180)) * DEGREE_M;

/** The frame around a shape. */
export function boundsOf(shape: GeoJSON.MultiPolygon | GeoJSON.Polygon): Bounds {
  const points = (shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates).flat(2) as [number, number][];
  const [lons, lats] = [points.map((p) => p[0]), points.map((p) => p[1])];
  return { west: Math.min(...lons), east: Math.max(...lons), south: Math.min(...lats), north: Math.max(...lats) };
}
