import { SvelteMap } from 'svelte/reactivity';
import { api, ask, Refused, type About, type Hotspot, type Person, type Role, type State } from '../api/client';
import { bboxOf, isIn } from '../map/bounds';
import { recall, remember } from './db';

export const OPEN: State[] = ['reported', 'claimed', 'ordered'];
export const STATES: State[] = [...OPEN, 'cleaned', 'verified', 'not_found', 'not_ours', 'duplicate', 'rejected'];

/** What is shown when nobody asked for anything else. */
export const USUAL: State[] = [...OPEN, 'cleaned'];

/** How long a thin signal is waited for when the phone has something to show. */
const START_MS = 4_000;
/** How many hotspots are remembered for days without signal. */
const REMEMBERED = 1000;

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Kept areas. Before the app is on the phone, what reads them may not be there. */
export const keptOnPhone = () =>
  import('../kept/area').then(
    (m) => m.keptAreas(),
    () => [],
  );

/** What the whole app knows: the coast, who one is, the hotspots in view. */
class AppState {
  about = $state<About | null>(null);
  me = $state<Person | null>(null);
  hotspots = new SvelteMap<string, Hotspot>();
  states = $state<State[]>([...USUAL]);
  maxAgeDays = $state<number | null>(null);
  bounds = $state<Bounds | null>(null);
  shoreVersion = $state('');
  /** Counts changes of zones, for those who show them. */
  zonesChanged = $state(0);
  live = $state(true);
  /** Counts how often the live feed has ended, or is no more one's own: it is then begun anew. */
  feedsEnded = $state(0);
  /** When what is shown was true, where it comes from the phone. */
  asOf = $state<number | null>(null);
  /** Counts photos that arrived from here, for those who show them. */
  photosArrived = $state(0);
  notice = $state<string | null>(null);
  /** The reports of the map's window are being read. */
  loading = $state(true);
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
    return this.shown.filter((h) => isIn(b, h));
  });

  /** Holds a hotspot as it was read, unless a newer one is known: answers may come in another order than they were asked for. */
  hold(h: Hotspot) {
    const there = this.hotspots.get(h.id);
    if (!there || there.version <= h.version) this.hotspots.set(h.id, h);
  }

  /** Asks the service; without signal, what lies on the phone is shown with its age. */
  async start() {
    const before = this.me;
    const known = await recall<[About, Person | null]>('start');
    try {
      // Where something can be shown, a thin signal is not waited for.
      const signal = AbortSignal.timeout(known ? START_MS : 60_000);
      const [about, me] = await Promise.all([
        ask(api.GET('/api/v1/coast', { signal })),
        ask(api.GET('/api/v1/me', { signal })),
      ]);
      this.set(about, me.person ?? null, before);
      this.asOf = null;
      this.remember();
    } catch (e) {
      if (!known || !(e instanceof Refused)) throw e;
      this.set(...known.value, before);
      this.asOf = known.at;
      this.live = false;
      const last = await recall<Hotspot[]>('hotspots');
      const kept = await keptOnPhone();
      for (const h of [...kept.flatMap((k) => k.hotspots), ...(last?.value ?? [])]) this.hold(h);
    }
  }

  private set(about: About, me: Person | null, before: Person | null) {
    this.about = about;
    this.shoreVersion = about.shore_version;
    if (this.me === before) this.me = me; // else one became somebody meanwhile, by what was waiting to be sent
  }

  private remember() {
    if (this.about) void remember('start', $state.snapshot([this.about, this.me]));
  }

  /** One has become somebody, or somebody else. */
  become(person: Person | null | undefined) {
    this.me = person ?? null;
    this.remember();
  }

  private remembering: ReturnType<typeof setTimeout> | undefined;
  private rememberHotspots() {
    return remember('hotspots', [...this.hotspots.values()].slice(-REMEMBERED));
  }

  /** Whether the last read failed. */
  private missed = false;
  private asked = 0;
  /** Reads the hotspots of a window. */
  async load(b: Bounds) {
    this.bounds = b;
    this.loading = true;
    const n = ++this.asked;
    try {
      const bbox = bboxOf(b);
      const found = await ask(api.GET('/api/v1/hotspots', { params: { query: { bbox } } }));
      for (const f of found.features) this.hold(f.properties);
      this.tooMany = false;
      if (this.missed) [this.live, this.missed] = [true, false];
      clearTimeout(this.remembering);
      this.remembering = setTimeout(() => void this.rememberHotspots(), 2000); // not while the map is being moved
    } catch (e) {
      this.tooMany = e instanceof Refused && e.code === 'window_too_large';
      if (!this.tooMany) [this.live, this.missed] = [false, true];
    } finally {
      if (n === this.asked) this.loading = false;
    }
  }

  async play(role: Role) {
    const municipality = this.me?.organisation?.municipality ?? '4203';
    const body = { role, municipality: role === 'volunteer' ? null : municipality };
    this.become((await ask(api.POST('/api/v1/demo/role', { body }))).person);
  }

  /** Whether one weighs what is handed in. */
  get weighs() {
    return this.isStaff || this.me?.role === 'hauler';
  }

  get isStaff() {
    return this.me?.role === 'staff' || this.me?.role === 'admin';
  }
}

export const app = new AppState();
