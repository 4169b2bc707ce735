import { onDestroy, onMount } from 'svelte';
import type { CoastMap, Position } from '../map/map';
import type { Item } from '../outbox/item';
import { inAddress, router } from '../state/route.svelte';
import { Stretches, type Segment } from './stretches.svelte';
import { taps } from './taps';

/** What a form at a place is given: the map, the place of its address, and what stands behind the question mark. */
export interface AtPlace {
  map: CoastMap | null;
  lat: number | null;
  lon: number | null;
  query: Record<string, string>;
}

/** What a form that chooses stretches has among its fields. */
export interface Wanted {
  /** About how many metres. */
  wanted: number | null;
  /** What a hand has chosen, instead of the nearest. */
  picked: Segment[] | null;
}

/**
 * How a form chooses stretches: those nearest to its place to begin with, until a hand chooses others on the map. `also` and
 * `restored` are for its draft.
 */
export class Picking {
  readonly stretches = new Stretches();
  private form: { readonly ready: boolean; fields: Wanted } | null = null;
  /** For which place and length the nearest were looked for. */
  private settled: string | null = null;

  constructor(
    private readonly map: () => CoastMap | null,
    private readonly place: () => Position | null,
  ) {}

  readonly also = () => ({ chosen: $state.snapshot(this.stretches.chosen), place: this.place() });

  readonly restored = ({ fields }: Item) => {
    const before = (fields?.chosen ?? []) as Segment[];
    if (before.length === 0) return;
    this.stretches.put(before);
    this.settled = this.search();
  };

  /** About how many metres; choosing that anew takes the nearest again. */
  get wanted() {
    return this.form?.fields.wanted ?? null;
  }

  set wanted(metres: number | null) {
    if (this.form) [this.form.fields.wanted, this.form.fields.picked] = [metres, null];
  }

  private search() {
    const place = this.place();
    return place && `${inAddress(place.lat, place.lon)} ${this.form?.fields.wanted}`;
  }

  /** Follows a form, from its set-up on. */
  follow(form: { readonly ready: boolean; fields: Wanted }) {
    this.form = form;
    onMount(() =>
      taps.take(async (at) => {
        await this.stretches.toggle(at.lon, at.lat);
        form.fields.picked = this.stretches.chosen;
      }),
    );
    onDestroy(() => {
      taps.give();
      this.map()?.choose(null);
    });
    // Without a place it begins in the middle of the map.
    $effect(() => {
      const middle = this.place() ? null : this.map()?.centre();
      if (middle) router.go(`/${router.route.name}/${inAddress(middle.lat, middle.lon)}${location.search}`, 'replace');
    });
    $effect(() => this.nearest(form));
    $effect(() => this.map()?.choose(this.stretches.lines));
    $effect(() => {
      const first = this.stretches.places[0];
      if (first) this.map()?.reveal(first);
    });
  }

  private nearest({ ready, fields: { wanted, picked } }: { readonly ready: boolean; fields: Wanted }) {
    const place = this.place();
    if (!ready || !place || !wanted || picked || this.settled === this.search()) return;
    this.settled = this.search();
    void this.stretches.around(place.lon, place.lat, wanted).catch(() => (this.settled = '')); // without signal the service chooses
  }
}
