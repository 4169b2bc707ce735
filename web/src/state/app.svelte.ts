import { api, ask, type About, type Hotspot, type Person, type Role, type State } from '../api/client';
import { SvelteMap } from 'svelte/reactivity';

export const OPEN: State[] = ['reported', 'claimed', 'ordered'];
export const STATES: State[] = [...OPEN, 'cleaned', 'verified', 'not_found', 'not_ours', 'duplicate', 'rejected'];

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** What the whole app knows: the coast, who one is, the hotspots in view. */
class AppState {
  about = $state<About | null>(null);
  me = $state<Person | null>(null);
  hotspots = new SvelteMap<string, Hotspot>();
  states = $state<State[]>([...OPEN, 'cleaned']);
  maxAgeDays = $state<number | null>(null);
  bounds = $state<Bounds | null>(null);
  shoreVersion = $state('');
  /** Counts changes of zones, for those who show them. */
  zonesChanged = $state(0);
  live = $state(true);
  notice = $state<string | null>(null);
  loading = $state(false);
  tooMany = $state(false);

  /** Hotspots that the filters let through. */
  shown = $derived.by(() => {
    const since = this.maxAgeDays === null ? 0 : Date.now() - this.maxAgeDays * 86_400_000;
    return [...this.hotspots.values()].filter(
      (h) => this.states.includes(h.state) && Date.parse(h.reported_at) >= since,
    );
  });

  /** Shown hotspots inside the map's window. */
  inView = $derived.by(() => {
    const b = this.bounds;
    if (!b) return this.shown;
    return this.shown.filter((h) => h.lon >= b.west && h.lon <= b.east && h.lat >= b.south && h.lat <= b.north);
  });

  async start() {
    const [about, me] = await Promise.all([ask(api.GET('/api/v1/coast')), ask(api.GET('/api/v1/me'))]);
    this.about = about;
    this.shoreVersion = about.shore_version;
    this.me = me.person ?? null;
  }

  /** Reads the hotspots of a window. */
  async load(b: Bounds) {
    this.bounds = b;
    this.loading = true;
    try {
      const bbox = [b.west, b.south, b.east, b.north].map((n) => n.toFixed(5)).join(',');
      const found = await ask(api.GET('/api/v1/hotspots', { params: { query: { bbox } } }));
      for (const f of found.features) this.hotspots.set(f.id, f.properties);
      this.tooMany = false;
    } catch (e) {
      this.tooMany = (e as { code?: string }).code === 'window_too_large';
      if (!this.tooMany) this.live = false;
    } finally {
      this.loading = false;
    }
  }

  /** A session is begun with the first act, without signing up. */
  async ensureSession() {
    if (!this.me) this.me = (await ask(api.POST('/api/v1/session'))).person ?? null;
  }

  async play(role: Role) {
    const municipality = this.me?.organisation?.municipality ?? '4203';
    const body = { role, municipality: role === 'volunteer' ? null : municipality };
    this.me = (await ask(api.POST('/api/v1/demo/role', { body }))).person ?? null;
  }

  get isStaff() {
    return this.me?.role === 'staff' || this.me?.role === 'admin';
  }
}

export const app = new AppState();
