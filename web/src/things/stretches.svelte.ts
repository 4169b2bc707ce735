import pointInPolygon from '@turf/boolean-point-in-polygon';
import { api, ask } from '../api/client';
import { bboxOf, boundsOf, metresBetween } from '../map/bounds';
import type { Bounds } from '../state/app.svelte';

export interface Segment {
  id: string;
  line: [number, number][];
}

/** How far around a place stretches are looked for, in degrees of latitude: two kilometres. */
const REACH = 0.018;
/** The most that can be chosen at once, as the service has it. */
const MOST = 200;

const metres = (a: [number, number], b: [number, number]) =>
  metresBetween({ lon: a[0], lat: a[1] }, { lon: b[0], lat: b[1] });

const middle = (s: Segment): [number, number] => s.line[Math.floor(s.line.length / 2)] ?? [0, 0];
const length = (s: Segment) => s.line.slice(1).reduce((sum, v, i) => sum + metres(v, s.line[i] ?? v), 0);
/** Where it begins and where it ends. */
const ends = (s: Segment): [string, string] => [String(s.line[0]), String(s.line.at(-1))];
const distance = (s: Segment, at: [number, number]) => Math.min(...s.line.map((v) => metres(v, at)));

function segmentsAround(lon: number, lat: number): Promise<Segment[]> {
  const dlon = REACH / Math.cos((lat * Math.PI) / 180);
  return segmentsIn({ west: lon - dlon, south: lat - REACH, east: lon + dlon, north: lat + REACH });
}

async function segmentsIn(frame: Bounds): Promise<Segment[]> {
  const found = await ask(api.GET('/api/v1/segments', { params: { query: { bbox: bboxOf(frame) } } }));
  const features = (found as unknown as { features: { id: string; geometry: GeoJSON.LineString }[] }).features;
  return features.map((f) => ({ id: f.id, line: f.geometry.coordinates as [number, number][] }));
}

/** The stretches a plan is for: the nearest ones to begin with, then what a hand adds and takes away. */
export class Stretches {
  private near: Segment[] = $state.raw([]);
  chosen = $state.raw<Segment[]>([]);
  private last = '';
  private turn = 0;

  /** Their length in metres. */
  metres = $derived(Math.round(this.chosen.reduce((sum, s) => sum + length(s), 0)));

  /** Places on them, as the service wants them. */
  get places() {
    return this.chosen.map((s) => ({ lon: middle(s)[0], lat: middle(s)[1] }));
  }

  get lines(): GeoJSON.MultiLineString {
    return { type: 'MultiLineString', coordinates: this.chosen.map((s) => s.line) };
  }

  private async look(lon: number, lat: number) {
    const key = `${lon.toFixed(3)},${lat.toFixed(3)}`;
    if (key === this.last) return;
    this.near = await segmentsAround(lon, lat);
    this.last = key;
  }

  /** Chooses the stretches whose middle lies in a shape. */
  async within(shape: GeoJSON.Polygon) {
    this.clear();
    const all = await segmentsIn(boundsOf(shape));
    this.chosen = all.filter((s) => pointInPolygon(middle(s), shape));
  }

  clear() {
    this.put([]);
  }

  /** Chooses these. */
  put(chosen: Segment[]) {
    this.turn += 1;
    this.chosen = chosen;
  }

  /** Chooses as many stretches as make so many metres, the nearest first. */
  async around(lon: number, lat: number, wanted: number) {
    const turn = ++this.turn;
    await this.look(lon, lat);
    if (turn !== this.turn) return; // something else was chosen meanwhile
    const byDistance = [...this.near].sort((a, b) => distance(a, [lon, lat]) - distance(b, [lon, lat]));
    const chosen: Segment[] = [];
    for (const s of byDistance) {
      if (chosen.reduce((sum, c) => sum + length(c), 0) >= wanted) break;
      chosen.push(s);
    }
    this.chosen = chosen;
  }

  private nearest(lon: number, lat: number): Segment | undefined {
    return [...this.near].sort((a, b) => distance(a, [lon, lat]) - distance(b, [lon, lat]))[0];
  }

  /** Chooses the shore all around the island at a place. False where it is none, or one of too many stretches; nothing when
   *  something else was chosen meanwhile. */
  async island(lon: number, lat: number): Promise<boolean | null> {
    const turn = ++this.turn;
    await this.look(lon, lat);
    const first = this.nearest(lon, lat);
    if (!first) return false;
    const ring = new Map([[first.id, first]]);
    const [start, last] = ends(first);
    for (let end = last; end !== start;) {
      // The shore goes on in the stretch that has an end here as well, whichever way it runs.
      const on = (all: Segment[]) => all.find((s) => !ring.has(s.id) && ends(s).includes(end));
      const next = on(this.near) ?? on(await this.further(end));
      if (turn !== this.turn) return null;
      if (!next || ring.size === MOST) return false;
      ring.set(next.id, next);
      const [a, b] = ends(next);
      end = a === end ? b : a;
    }
    this.put([...ring.values()]);
    return true;
  }

  /** What is known of the shore from now on, around an end as well. */
  private async further(end: string): Promise<Segment[]> {
    const [lon = 0, lat = 0] = end.split(',').map(Number);
    this.last = '';
    return (this.near = await segmentsAround(lon, lat));
  }

  /** Adds the stretch at a place, or takes it away. */
  async toggle(lon: number, lat: number) {
    this.turn += 1;
    await this.look(lon, lat);
    const nearest = this.nearest(lon, lat);
    if (!nearest || distance(nearest, [lon, lat]) > 500) return;
    const there = this.chosen.some((s) => s.id === nearest.id);
    if (there && this.chosen.length > 1) this.chosen = this.chosen.filter((s) => s.id !== nearest.id);
    else if (!there) this.chosen = [...this.chosen, nearest];
  }
}
