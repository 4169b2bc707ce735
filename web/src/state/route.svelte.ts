/** What the panel shows, as the address says it. */
export type Route =
  | { name: 'map' }
  | { name: 'list' }
  | { name: 'about' }
  | { name: 'waiting' }
  | { name: 'kept' }
  | { name: 'design' }
  | { name: 'messages' }
  | { name: 'desk' }
  | { name: 'day' }
  | { name: 'refund' }
  | { name: 'fleet' }
  | { name: 'plans' }
  | { name: 'routes' }
  | { name: 'haulage' }
  | { name: 'lotteries' }
  | { name: 'area'; code: string }
  | { name: 'place'; lat: number; lon: number; on: string | null }
  | { name: 'report'; lat: number | null; lon: number | null; item: string | null }
  | { name: 'zones'; id: string | null }
  | { name: 'enter'; secret: string }
  | {
      name: 'plan' | 'pile_form' | 'adopt' | 'survey';
      lat: number | null;
      lon: number | null;
      query: Record<string, string>;
    }
  | { name: ThingRoute | 'hotspot' | 'route'; id: string; query: Record<string, string> }
  | { name: 'gate' | 'code'; code: string | null }
  | { name: 'season' | 'numbers'; query: Record<string, string> };

/** Panels about one thing, by the first part of their address. */
const THINGS = {
  cleanups: 'cleanup',
  results: 'result',
  piles: 'pile',
  orders: 'order',
  equipment: 'equipment',
  sites: 'site',
  adoptions: 'adoption',
  lotteries: 'lottery',
  stretches: 'stretch',
  print: 'print',
  plans: 'pickup',
} as const;
type ThingRoute = (typeof THINGS)[keyof typeof THINGS];
const PLACED = { plan: 'plan', bags: 'pile_form', adopt: 'adopt', survey: 'survey' } as const;

const PLAIN = [
  'list',
  'about',
  'waiting',
  'kept',
  'design',
  'messages',
  'desk',
  'day',
  'refund',
  'fleet',
  'plans',
  'routes',
  'haulage',
  'lotteries',
] as const;

function position(text: string | undefined): { lat: number; lon: number } | null {
  const match = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(text ?? '');
  if (!match) return null;
  const [lat, lon] = [Number(match[1]), Number(match[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

/** Reads an address; one that means nothing is the map. */
export function parse(path: string, search = ''): Route {
  const [, first, second] = path.split('/');
  const at = position(second);
  if (PLAIN.some((name) => name === first) && !second) return { name: first as (typeof PLAIN)[number] };
  const query = Object.fromEntries(new URLSearchParams(search));
  if (first && first in PLACED)
    return { name: PLACED[first as keyof typeof PLACED], lat: at?.lat ?? null, lon: at?.lon ?? null, query };
  if (first && first in THINGS && second) return { name: THINGS[first as keyof typeof THINGS], id: second, query };
  if (first === 'routes' && second) return { name: 'route', id: second, query };
  if (first === 'gate') return { name: 'gate', code: second ?? null };
  if (first === 'c' && second) return { name: 'code', code: second };
  if (first === 'season' || first === 'numbers') return { name: first, query };
  if (first === 'areas' && second) return { name: 'area', code: second };
  if (first === 'place' && at) return { name: 'place', ...at, on: new URLSearchParams(search).get('on') };
  if (first === 'report')
    return {
      name: 'report',
      lat: at?.lat ?? null,
      lon: at?.lon ?? null,
      item: new URLSearchParams(search).get('item'),
    };
  if (first === 'hotspots' && second) return { name: 'hotspot', id: second, query };
  if (first === 'zones') return { name: 'zones', id: second ?? null };
  if (first === 'enter' && second) return { name: 'enter', secret: second };
  return { name: 'map' };
}

class Router {
  route = $state<Route>(parse(location.pathname, location.search));
  /** How many steps back stay in the app. */
  private depth = 0;
  /** Counts how often another path was gone to: whoever has come back is not who was there before. */
  private moves = 0;
  private here = location.pathname;

  constructor() {
    addEventListener('popstate', () => {
      this.depth = Math.max(0, this.depth - 1);
      this.read();
    });
  }

  /** Goes to an address; the view of the map, behind the #, stays. */
  go(path: string, how: 'push' | 'replace' = 'push') {
    const url = path + location.hash;
    if (how === 'push') {
      history.pushState(null, '', url);
      this.depth += 1;
    } else {
      history.replaceState(null, '', url);
    }
    this.read();
  }

  private read() {
    if (location.pathname !== this.here) this.moves += 1;
    this.here = location.pathname;
    this.route = parse(location.pathname, location.search);
  }

  /** For what is done in a while: goes on then, but who has gone elsewhere meanwhile is not called back. Returns whether. */
  onward() {
    const from = this.moves;
    return (path: string, how: 'push' | 'replace' = 'push') => {
      if (this.moves !== from) return false;
      this.go(path, how);
      return true;
    };
  }

  /** Closes the panel: back when that stays in the app, else to the map. */
  close() {
    if (this.depth > 0) history.back();
    else this.go('/', 'replace');
  }
}

export const router = new Router();

/** A position as it stands in an address: five decimals are a metre. */
export function inAddress(lat: number, lon: number): string {
  return `${lat.toFixed(5)},${lon.toFixed(5)}`;
}
