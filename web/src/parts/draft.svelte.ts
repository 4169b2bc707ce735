import { onDestroy, onMount } from 'svelte';
import { Refused } from '../api/client';
import type { Item, Outcome } from '../outbox/item';
import type { KindName } from '../outbox/kinds';
import { outbox, type Entry } from '../outbox/outbox.svelte';
import { inAddress } from '../state/route.svelte';
import { prepared, uuid, type Picture } from './photo';

/** How long after a change it is on the phone. */
const SOON_MS = 250;

/** Where something is, if it says so. */
const placeIn = ({ lat, lon }: Record<string, unknown>) => (lat === undefined ? {} : { lat, lon });

interface Form<F> {
  kind: KindName;
  /** The thing it is about; what is made by it when it is not said. */
  about?: string;
  /** The item to be changed, when it is one that waits. */
  item?: string | null;
  /** What stands in the fields of an empty form. */
  blank: F;
  body: (fields: F, id: string, at: string) => Record<string, unknown>;
  /** Where the address says that it is: what was begun elsewhere is not put there. */
  place?: { lat: number; lon: number } | null;
  /** Whether something begun belongs to this form; all of its kind and thing when it is not said. */
  mine?: (item: Item) => boolean;
  /** What is kept with the fields that no hand has entered. */
  also?: () => Record<string, unknown>;
  /** What else is to be done when something begun is here again. */
  restored?: (item: Item) => void;
}

/**
 * What is being filled in. It is on the phone a moment after each change, is here again when the app was killed, and can be
 * changed while it waits to be sent. One id for all tries: sending twice is sending once.
 */
export class Draft<F extends object> {
  id = $state(uuid());
  /** When it was begun. */
  private at = $state(new Date().toISOString());
  fields: F;
  pictures = $state<Picture[]>([]);
  busy = $state(false);
  error = $state<unknown>(null);
  /** It is kept and will be sent. */
  waits = $state(false);
  /** It was begun before, and is here again. */
  restored = $state(false);

  private restoring = $state(true);
  private arrive = () => {};
  private readonly arrived = new Promise<void>((resolve) => (this.arrive = resolve));
  private sent = $state(false);
  private empty: string;
  private gone = false;
  private waited = false;
  private touched = false;
  /** As it was when it was last changed: when the form goes, the address it took its place from is another already. */
  private last: Entry | null = null;

  constructor(private readonly form: Form<F>) {
    this.empty = JSON.stringify(form.blank);
    this.fields = $state(structuredClone(form.blank));
    onMount(() => this.restore().finally(() => ((this.restoring = false), this.arrive())));
    onDestroy(() => this.leave());
    $effect(() => this.keepSoon());
  }

  /** Whether anything has been entered. */
  get begun() {
    return this.pictures.length > 0 || JSON.stringify(this.fields) !== this.empty;
  }

  /** When what was begun is here again. */
  get ready() {
    return !this.restoring;
  }

  private entry(): Entry {
    return {
      kind: this.form.kind,
      id: this.id,
      about: this.form.about ?? this.id,
      body: this.form.body(this.fields, this.id, this.at),
      fields: { ...($state.snapshot(this.fields) as object), ...this.form.also?.() },
      photos: this.pictures.map((p) => ({ id: p.id, blob: p.blob })),
    };
  }

  private keepSoon() {
    const [now, begun] = [this.entry(), this.begun];
    if (this.restoring || this.busy || this.sent || this.waits) return; // half restored it would lose photos still being read
    if (this.restored && !this.touched) return void (this.touched = true); // as it was found
    this.last = begun ? now : null;
    if (!begun) return;
    const soon = setTimeout(() => void outbox.draft(now), SOON_MS);
    return () => clearTimeout(soon);
  }

  private leave() {
    this.gone = true;
    this.pictures.forEach((p) => URL.revokeObjectURL(p.url));
    if (this.waits) outbox.leave(this.id);
    if (this.sent || this.waits || this.busy) return;
    if (!this.last) return void (this.restored && outbox.release(this.id)); // only looked at: it is as it was
    const kept = outbox.draft(this.last);
    if (this.waited) void kept.then(() => outbox.again(this.id));
  }

  /** What stands in the fields now was put there by nobody. */
  settle() {
    this.empty = JSON.stringify(this.fields);
  }

  /** A phone may kill the app while its camera is open. */
  private async restore() {
    await outbox.ready;
    const { kind, about, item, mine, place } = this.form;
    const all = outbox.items.filter((i) => i.kind === kind && !i.taken && (!about || i.about === about));
    const there = ({ body, fields }: Item) => {
      const { lat, lon } = (fields?.place ?? body) as { lat?: unknown; lon?: unknown };
      return !place || inAddress(place.lat, place.lon) === inAddress(Number(lat), Number(lon));
    };
    const found = item
      ? all.find((i) => i.id === item)
      : all.findLast((i) => i.state === 'draft' && there(i) && (!mine || mine(i)));
    if (!found || this.gone) return;
    [this.id, this.at] = [found.id, found.at];
    this.waited = found.state === 'waiting';
    const untouched = JSON.parse(this.empty) as F;
    const entered = (found.fields ?? found.body) as Partial<F>;
    for (const key of Object.keys(this.form.blank) as (keyof F)[]) {
      const changed = JSON.stringify(this.fields[key]) !== JSON.stringify(untouched[key]); // by a hand that was faster
      if (!changed) this.fields[key] = entered[key] ?? this.fields[key];
    }
    for (const photo of found.photos) {
      const blob = await outbox.photo(photo.id);
      if (blob) this.pictures.push({ id: photo.id, blob, url: URL.createObjectURL(blob), position: null });
    }
    if (this.gone) return;
    this.restored = true;
    await outbox.hold(found.id); // what waited is not sent while it is changed
    if (this.gone) return outbox.release(found.id);
    this.form.restored?.($state.snapshot(found) as Item);
  }

  /** Throws away what was begun. */
  async anew() {
    if (this.busy) return; // what is being sent goes as it is
    const before = this.id; // what is still to be kept of it is kept under this one
    this.pictures.forEach((p) => URL.revokeObjectURL(p.url));
    [this.id, this.pictures, this.error, this.restored, this.waited] = [uuid(), [], null, false, false];
    this.at = new Date().toISOString();
    Object.assign(this.fields, structuredClone(this.form.blank));
    await outbox.withdraw(before);
  }

  /** When all is in the form that belongs to it: what was begun before, and photos that are being made ready. */
  async whole() {
    await this.arrived;
    await prepared();
  }

  /**
   * Sends it, and tells how it went, also after it has waited for the signal, if the form still stands then. `safe` is
   * done once what was entered is kept, before that is said.
   */
  async send(safe = async () => {}): Promise<Outcome | null> {
    if (this.busy) return null;
    [this.busy, this.error] = [true, null];
    const pressed = this.entry();
    await this.whole(); // also when the form is left meanwhile: it has been sent
    const whole = this.entry();
    // The page that has come since has a place of its own.
    const entry = this.gone ? { ...whole, body: { ...whole.body, ...placeIn(pressed.body) } } : whole;
    let saved: Promise<void> | null = null;
    let over = false;
    const outcome = await outbox.send(entry, () => {
      if (this.gone) outbox.leave(this.id); // it is in the list of what waits
      saved ??= safe().then(() => void (over || ([this.busy, this.waits] = [false, true])));
    });
    over = true;
    if (outcome.state === 'sent') await (saved ?? safe());
    [this.busy, this.waits] = [false, false];
    if (this.gone) return outcome;
    if (outcome.state === 'withdrawn') {
      await this.anew();
      return null;
    }
    if (outcome.state === 'refused') {
      this.error = Refused.of(outcome.problem);
      await outbox.draft(this.entry()); // it is still being filled in
    } else {
      this.sent = true;
    }
    return outcome;
  }
}
