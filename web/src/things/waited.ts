import type { Item } from '../outbox/item';
import type { Route, Stop } from '../state/haul.svelte';
import { count } from './amounts';

/** A stop as the driver left it: what is told but not sent yet counts. */
export interface Told {
  stop: Stop;
  /** Its place in the route, from 0. */
  n: number;
  arrived: boolean;
  fetched: 'loaded' | 'partly' | 'failed' | 'handed_in' | null;
  why: string | null;
  weight_kg: number | null;
  /** What was told later has more. */
  order: number;
  /** It waits to be sent. */
  waits: boolean;
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);

function asItIs(stop: Stop, n: number): Told {
  const o = stop.outcome;
  const fetched = o ? (o.fetched ?? 'handed_in') : null;
  const [why, weight_kg] = [o?.why ?? null, o?.weight_kg ?? null];
  return { stop, n, arrived: !!stop.arrived_at, fetched, why, weight_kg, order: o?.order ?? 0, waits: false };
}

/** What of a route waits to be sent, in order, each later than all that was sent. */
function waitingFor(route: Route, items: Item[]): { item: Item; order: number }[] {
  const waiting = items.filter((i) => i.about === route.id && i.state === 'waiting' && !i.taken);
  return waiting.map((item, n) => ({ item, order: 1_000_000 + n }));
}

/** What is on board of a stop of which something was left behind. */
function without(stop: Stop, left: Partial<Stop['bags']>): Stop {
  const rest = (kind: 'full' | 'half' | 'sacks') => Math.max(0, (stop.bags[kind] ?? 0) - (left[kind] ?? 0));
  const bags = { ...stop.bags, full: rest('full'), half: rest('half'), sacks: rest('sacks') };
  const share = count(stop.bags) > 0 ? count(bags) / count(stop.bags) : 0;
  return { ...stop, bags, estimated_kg: stop.estimated_kg * share };
}

/** The stops of a route with what waits in the outbox. */
export function told(route: Route, items: Item[]): Told[] {
  const stops = route.stops.map(asItIs);
  for (const {
    item: { kind, body },
    order,
  } of waitingFor(route, items)) {
    const at =
      kind === 'route_fetch' ? stops.find((s) => s.stop.id === body.pile) : stops.find((s) => s.n === body.stop);
    if (!at || at.fetched) continue;
    if (kind === 'route_arrive') Object.assign(at, { arrived: true, waits: true });
    if (kind === 'route_fetch')
      Object.assign(at, { fetched: text(body.fetched), why: text(body.why), arrived: true, order, waits: true });
    if (kind === 'route_fetch' && body.fetched === 'partly') at.stop = without(at.stop, body.left ?? {});
    if (kind === 'route_hand_in')
      Object.assign(at, { fetched: 'handed_in', weight_kg: body.weight_kg ?? null, arrived: true, order, waits: true });
  }
  return stops;
}

/** Where the route is, with what waits in the outbox. */
export function stateOf(route: Route, items: Item[]): Route['state'] {
  const mine = waitingFor(route, items);
  if (mine.some(({ item }) => item.kind === 'route_back')) return 'done';
  if (route.state === 'published' && mine.length > 0) return 'under_way';
  return route.state;
}

/** What was found beside the stops and taken along, with what waits in the outbox. */
export function foundBeside(route: Route, items: Item[]): Told[] {
  const sent = (route.found ?? []).map(asItIs);
  const waiting = waitingFor(route, items).filter(({ item }) => item.kind === 'route_find');
  const there = waiting.filter(({ item }) => !sent.some((s) => s.stop.id === item.body.id));
  return [...sent, ...there.map(({ item, order }, n) => asTold(item, order, sent.length + n))];
}

function asTold({ body }: Item, order: number, n: number): Told {
  const bags = { full: 0, half: 0, sacks: 0, ...(body.bags ?? {}) };
  const stop = {
    ...body,
    kind: 'pile',
    name: text(body.note) ?? '',
    note: null,
    bags,
    estimated_kg: 0,
  } as unknown as Stop;
  return { stop, n, arrived: true, fetched: 'loaded', why: null, weight_kg: null, order, waits: true };
}

/** Bags and estimated kilograms on board: loaded and not handed in since. */
export function aboard(all: Told[]): { bags: number; kg: number } {
  const sum = { bags: 0, kg: 0 };
  for (const s of [...all].sort((a, b) => a.order - b.order)) {
    if (s.fetched === 'handed_in') Object.assign(sum, { bags: 0, kg: 0 });
    if (s.fetched !== 'loaded' && s.fetched !== 'partly') continue;
    sum.bags += count(s.stop.bags);
    sum.kg += s.stop.estimated_kg;
  }
  return sum;
}
