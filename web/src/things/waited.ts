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
  /** It waits to be sent. */
  waits: boolean;
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);

function asItIs(stop: Stop, n: number): Told {
  const o = stop.outcome;
  const fetched = o ? (o.fetched ?? 'handed_in') : null;
  const [why, weight_kg] = [o?.why ?? null, o?.weight_kg ?? null];
  return { stop, n, arrived: !!stop.arrived_at, fetched, why, weight_kg, waits: false };
}

/** The stops of a route with what waits in the outbox. */
export function told(route: Route, items: Item[]): Told[] {
  const stops = route.stops.map(asItIs);
  const waiting = items.filter((i) => i.about === route.id && i.state === 'waiting' && !i.taken);
  for (const { kind, body } of waiting) {
    const at =
      kind === 'route_fetch' ? stops.find((s) => s.stop.id === body.pile) : stops.find((s) => s.n === body.stop);
    if (!at || at.fetched) continue;
    if (kind === 'route_arrive') Object.assign(at, { arrived: true, waits: true });
    if (kind === 'route_fetch')
      Object.assign(at, { fetched: text(body.fetched), why: text(body.why), arrived: true, waits: true });
    if (kind === 'route_hand_in')
      Object.assign(at, { fetched: 'handed_in', weight_kg: body.weight_kg ?? null, arrived: true, waits: true });
  }
  return stops;
}

/** Where the route is, with what waits in the outbox. */
export function stateOf(route: Route, items: Item[]): Route['state'] {
  const mine = items.filter((i) => i.about === route.id && i.state === 'waiting' && !i.taken);
  if (mine.some((i) => i.kind === 'route_back')) return 'done';
  if (route.state === 'published' && mine.length > 0) return 'under_way';
  return route.state;
}

/** Estimated kilograms on board: loaded and not handed in since. */
export function aboard(stops: Told[], found: Stop[]): { bags: number; kg: number } {
  const sum = { bags: 0, kg: 0 };
  for (const s of stops) {
    if (s.fetched === 'handed_in') Object.assign(sum, { bags: 0, kg: 0 });
    if (s.fetched !== 'loaded' && s.fetched !== 'partly') continue;
    sum.bags += count(s.stop.bags);
    sum.kg += s.stop.estimated_kg;
  }
  const handedIn = stops.some((s) => s.fetched === 'handed_in');
  if (!handedIn)
    for (const f of found) Object.assign(sum, { bags: sum.bags + count(f.bags), kg: sum.kg + f.estimated_kg });
  return sum;
}
