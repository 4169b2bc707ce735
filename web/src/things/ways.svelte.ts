import type { Way } from '../map/ways';
import type { Route } from '../state/haul.svelte';
import type { Told } from './waited';

/** The ways of vehicles that a panel shows on the map. */
class Ways {
  shown = $state.raw<Way[]>([]);
}

export const ways = new Ways();

/** The way of a route. `stops` say what has become of them. */
export function wayOf(route: Route, colour: number, stops: Told[]): Way {
  return {
    id: route.id,
    colour,
    boat: route.kind === 'boat',
    lines: [...route.stops.map((s) => s.way), route.way_home] as [number, number][][],
    depot: route.depot,
    stops: stops.map(({ stop, n, fetched }) => ({
      lat: stop.lat,
      lon: stop.lon,
      n: n + 1,
      name: stop.name,
      state: fetched === 'failed' ? 'failed' : fetched ? 'done' : 'open',
      site: stop.kind === 'site',
    })),
  };
}
