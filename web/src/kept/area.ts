import { api, ask, type Hotspot, type Schemas } from '../api/client';
import { bboxOf, isIn } from '../map/bounds';
import { app, type Bounds } from '../state/app.svelte';
import { phone } from '../state/db';
import { thingsWithin, type Found } from '../state/things.svelte';
import { uuid } from '../parts/photo';

export type Rulebook = Schemas['Rulebook'];

/** A frame of the coast that lies on the phone, for days without signal. */
export interface KeptArea {
  id: string;
  name: string;
  bounds: Bounds;
  /** When it was fetched, by the phone's clock. */
  at: number;
  bytes: number;
  tiles: number;
  book: Rulebook;
  hotspots: Hotspot[];
  /** Cleanups, bags, equipment points, reception sites. None in areas kept by an app that knew none. */
  things?: Found;
}

/** At most so many map tiles: a municipality down to a beach, and not a country. */
const MOST_TILES = 300;
/** So many are on their way at once: a browser has six ways to a service (HTTP/1.1), and the app needs some itself. */
const AT_ONCE = 4;
const SHALLOWEST = 5;
const DEEPEST = 14;

export const cacheOf = (id: string) => `kept-${id}`;

/** The map tiles over a frame, from the whole down to where there would be too many. */
export function tilesOver(b: Bounds): [number, number, number][] {
  const tiles: [number, number, number][] = [];
  for (let z = SHALLOWEST; z <= DEEPEST; z++) {
    const n = 2 ** z;
    const x = (lon: number) => Math.min(n - 1, Math.max(0, Math.floor(((lon + 180) / 360) * n)));
    const y = (lat: number) => {
      const r = (lat * Math.PI) / 180;
      const mercator = (1 - Math.asinh(Math.tan(r)) / Math.PI) / 2;
      return Math.min(n - 1, Math.max(0, Math.floor(mercator * n)));
    };
    const deeper: [number, number, number][] = [];
    for (let i = x(b.west); i <= x(b.east); i++) {
      for (let j = y(b.north); j <= y(b.south); j++) deeper.push([z, i, j]);
    }
    if (tiles.length + deeper.length > MOST_TILES) break;
    tiles.push(...deeper);
  }
  return tiles;
}

/** Fetches a frame and keeps it: all of it or, when something fails, the one that was there before. */
export async function keepArea(
  name: string,
  { west, south, east, north }: Bounds,
  progress: (part: number) => void,
  id = uuid(),
): Promise<void> {
  const bounds = { west, south, east, north };
  const bbox = bboxOf(bounds);
  const book = await ask(api.GET('/api/v1/rulebook', { params: { query: { bbox } } }));
  const found = await ask(api.GET('/api/v1/hotspots', { params: { query: { bbox } } }));
  const hotspots = found.features.map((f) => f.properties);
  const things = await thingsWithin(bounds);
  const tiles = tilesOver(bounds);
  const freshName = `${cacheOf(id)}-fresh`;
  try {
    const fresh = await caches.open(freshName);
    const bytes = JSON.stringify([book, hotspots, things]).length + (await fetchTiles(tiles, fresh, progress));
    const kept: KeptArea = { id, name, bounds, at: Date.now(), bytes, tiles: tiles.length, book, hotspots, things };
    await (await phone()).put('kept', kept);
    await replace(await caches.open(cacheOf(id)), fresh);
  } finally {
    await caches.delete(freshName);
  }
}

/** Fetches tiles into a cache. Returns their bytes. */
async function fetchTiles(tiles: [number, number, number][], into: Cache, progress: (part: number) => void) {
  const [left, stop] = [tiles.values(), new AbortController()];
  let [bytes, done] = [0, 0];
  const fetchSome = async () => {
    for (const [z, x, y] of left) {
      const url = `/api/v1/tiles/${z}/${x}/${y}?v=${encodeURIComponent(app.shoreVersion)}`;
      const answer = await fetch(url, { signal: stop.signal });
      if (!answer.ok) throw new Error(`tile ${answer.status}`);
      bytes += (await answer.clone().arrayBuffer()).byteLength;
      await into.put(url, answer);
      progress(++done / tiles.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, fetchSome));
  } finally {
    stop.abort(); // of one that fails the others need not go on
  }
  return bytes;
}

/** Gives a cache what a fresh one holds, and nothing else. */
async function replace(cache: Cache, fresh: Cache) {
  const [old, requests] = [await cache.keys(), await fresh.keys()];
  for (const request of requests) {
    const answer = await fresh.match(request);
    if (answer) await cache.put(request, answer);
  }
  const urls = new Set(requests.map((r) => r.url));
  await Promise.all(old.filter((r) => !urls.has(r.url)).map((r) => cache.delete(r)));
}

export async function keptAreas(): Promise<KeptArea[]> {
  try {
    return await (await phone()).getAll('kept');
  } catch {
    return [];
  }
}

export async function dropArea(id: string): Promise<void> {
  await (await phone()).delete('kept', id);
  await caches.delete(cacheOf(id));
}

/** The kept area a place lies in, the newest if several. */
export async function areaAt(lat: number, lon: number): Promise<KeptArea | null> {
  const inside = ({ bounds }: KeptArea) => isIn(bounds, { lat, lon });
  return (await keptAreas()).filter(inside).sort((a, b) => b.at - a.at)[0] ?? null;
}
