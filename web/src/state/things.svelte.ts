import { SvelteMap } from 'svelte/reactivity';
import { api, ask, Refused, type Schemas } from '../api/client';
import { bboxOf, isIn } from '../map/bounds';
import { recall, remember } from './db';
import { keptOnPhone, type Bounds } from './app.svelte';

export type Cleanup = Schemas['Cleanup'];
export type Pile = Schemas['Pile'];
export type Order = Schemas['Order'];
export type Point = Schemas['EquipmentPoint'];
export type Site = Schemas['Site'];
export type Bags = Schemas['Bags'];

/** What lies on the map beside hotspots, by layer. */
export interface Layers {
  cleanup: Cleanup;
  pile: Pile;
  order: Order;
  equipment: Point;
  site: Site;
}
export type LayerName = keyof Layers;
const LAYERS = ['cleanup', 'pile', 'order', 'equipment', 'site'] as const satisfies LayerName[];

/** Lines of stretches, as the service draws them. */
export type Lines = GeoJSON.MultiLineString;

const OPEN_CLEANUPS = 'planned,under_way,cleaned';
const OPEN_PILES = 'filled,ready,requested,accepted,collected';
const OPEN_ORDERS = 'proposed,assigned,accepted,under_way,done';

/** Things of a window, with the lines of their stretches. */
export type Found = { [L in LayerName]: Layers[L][] } & { lines: [string, Lines][] };

/** Asks the service for what is open, and what one can use, in a window. */
export async function thingsWithin(b: Bounds): Promise<Found> {
  const bbox = bboxOf(b);
  const query = (state?: string) => ({ params: { query: { bbox, ...(state ? { state } : {}) } } });
  const [cleanups, piles, orders, points, sites] = await Promise.all([
    ask(api.GET('/api/v1/cleanups', query(OPEN_CLEANUPS))),
    ask(api.GET('/api/v1/piles', query(OPEN_PILES))),
    ask(api.GET('/api/v1/orders', query(OPEN_ORDERS))),
    ask(api.GET('/api/v1/equipment', query())),
    ask(api.GET('/api/v1/sites', query())),
  ]);
  return {
    cleanup: cleanups.features.map((f) => f.properties),
    pile: piles.features.map((f) => f.properties),
    order: orders.features.map((f) => f.properties),
    equipment: points.features.map((f) => f.properties),
    site: sites.features.map((f) => f.properties),
    lines: [...cleanups.features, ...orders.features].map((f) => [f.id, f.geometry as unknown as Lines]),
  };
}

/** The things in view, as the service and its live feed tell of them. */
class Things {
  cleanup = new SvelteMap<string, Cleanup>();
  pile = new SvelteMap<string, Pile>();
  order = new SvelteMap<string, Order>();
  equipment = new SvelteMap<string, Point>();
  site = new SvelteMap<string, Site>();
  lines = new SvelteMap<string, Lines>();
  /** What came of planning a cleanup again. */
  repeated = new SvelteMap<string, Schemas['Repeated']>();
  /** What lay on the phone, and has not been seen since. */
  private readonly recalled = new Map<string, LayerName>();
  /** Counts what happened, for those who show a thing with what belongs to it. */
  changed = $state(0);

  keep<L extends LayerName>(layer: L, thing: Layers[L]) {
    this.hold(layer, thing);
    this.changed += 1;
  }

  /** Holds a thing as it was read, unless a newer one is known: answers may come in another order than they were asked for. */
  hold<L extends LayerName>(layer: L, thing: Layers[L]) {
    const map = this[layer] as SvelteMap<string, Layers[L]>;
    const there = map.get(thing.id);
    if (!there || there.version <= thing.version) map.set(thing.id, thing);
  }

  /** Reads the things of a window; without signal, those of the last time and of kept areas. */
  async load(b: Bounds) {
    try {
      const found = await thingsWithin(b);
      this.fill(found);
      this.forget(found, b);
      void remember('found', found);
    } catch (e) {
      if (!(e instanceof Refused) || e.code !== 'offline') return; // what is there stays
      const kept = await keptOnPhone();
      const last = await recall<Found>('found');
      for (const found of [...kept.map((area) => area.things), last?.value]) if (found) this.recall(found);
    }
  }

  private recall(found: Found) {
    for (const layer of LAYERS) {
      for (const { id } of found[layer]) if (!this[layer].has(id)) this.recalled.set(id, layer);
    }
    this.fill(found);
  }

  /** Takes away what lay on the phone and is no longer where it was. */
  private forget(found: Found, b: Bounds) {
    const there = new Set(LAYERS.flatMap((layer) => found[layer].map((thing) => thing.id)));
    for (const [id, layer] of this.recalled) {
      const thing = this[layer].get(id);
      const isInside = thing && isIn(b, thing);
      if (there.has(id) || isInside) this.recalled.delete(id);
      if (!there.has(id) && isInside) this[layer].delete(id);
    }
  }

  private fill(found: Found) {
    for (const [id, line] of found.lines) this.lines.set(id, line);
    for (const layer of LAYERS) for (const thing of found[layer]) this.hold(layer, thing);
    this.changed += 1;
  }
}

export const things = new Things();

/** Read by what is to be read anew with every change. */
export const changed = () => things.changed;

/** Whether one can still do something about it. */
export const isOpenPile = (p: Pile) => !['weighed', 'lost', 'merged', 'gone'].includes(p.state);
export const isOpenCleanup = (c: Cleanup) => c.open && ['planned', 'under_way'].includes(c.state);

export const bagsOf = (p: Pile): Bags =>
  p.parts.reduce(
    (sum, part) => ({
      full: sum.full + (part.bags.full ?? 0),
      half: sum.half + (part.bags.half ?? 0),
      sacks: sum.sacks + (part.bags.sacks ?? 0),
    }),
    { full: 0, half: 0, sacks: 0 },
  );

/** How well a point is stocked: that of bags and gloves, which are used up. */
export function levelOf(p: Point): 'plenty' | 'low' | 'empty' {
  const used = p.stock.filter((s) => ['bags', 'gloves', 'big_sacks'].includes(s.item) && s.enough > 0);
  if (used.some((s) => s.count === 0)) return 'empty';
  return used.some((s) => s.count * 4 <= s.enough) ? 'low' : 'plenty';
}
