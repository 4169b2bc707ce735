import { SvelteSet } from 'svelte/reactivity';
import { app } from '../state/app.svelte';
import { phone } from '../state/db';
import { uuid } from '../parts/photo';
import { inOrder, type Item, type ItemPhoto, type Outcome } from './item';
import { kindOf, type KindName } from './kinds';
import { No, NotNow, sendAct, sendPhoto } from './send';

/** How long a form waits for an answer before it says that it is kept and will be sent. */
const SOON_MS = 6_000;
/** How long to wait after the first failure; each further one doubles it. */
const AGAIN_MS = 3_000;
const LONGEST_MS = 5 * 60_000;
/** What tabs tell each other, or the id of what was withdrawn. */
const CHANGED = 'changed';

export interface Entry {
  kind: KindName;
  about: string;
  /** What it is about, for people. */
  label?: string;
  body: Record<string, unknown>;
  /** What stands in the fields of its form. */
  fields?: Record<string, unknown>;
  /** The id of what is made, when it is made on the phone. */
  id?: string;
  photos?: { id: string; blob: Blob }[];
}

/**
 * Through which everything goes that is written, with and without signal. What is put here is on the phone before
 * anything is sent, is sent in order, by one tab at a time, and leaves only when the server has taken it or a person
 * withdraws it.
 */
class Outbox {
  items = $state<Item[]>([]);
  /** Items the phone would not keep: they are only in memory until they are sent. */
  private readonly unkept = new SvelteSet<string>();
  /** The item whose act is on the wire just now: what is to be done with it is done when it has landed. */
  flying = $state<string | null>(null);
  private flight = Promise.resolve();
  private landed = () => {};
  /** What somebody takes back or changes: it does not take off any more. */
  readonly grounded = new SvelteSet<string>();
  /** Whether the browser promised not to clear it for room. */
  persisted = $state(true);
  sending = $state(false);

  /** What a person has finished: what waits, and what was refused. */
  waiting = $derived(this.items.filter((i) => i.state !== 'draft'));

  private readonly photosInMemory = new Map<string, Blob>();
  private readonly others = 'BroadcastChannel' in window ? new BroadcastChannel('outbox') : null;
  /** What another tab has withdrawn. */
  private readonly withdrawn = new Set<string>();
  private readonly watchers = new Map<string, (outcome: Outcome) => void>();
  private opened: () => void = () => {};
  /** What lies on the phone has been read: only now is nothing nothing. */
  known = $state(false);
  /** When what lies on the phone has been read. */
  readonly ready = new Promise<void>((resolve) => (this.opened = resolve));
  private asked = false;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Reads what waits and begins to send. */
  async start() {
    this.others?.addEventListener('message', ({ data }) => {
      if (data !== CHANGED) this.withdrawn.add(data as string);
      void this.read();
    });
    await this.read();
    // Held by an app that was killed.
    for (const { id } of this.items.filter((i) => i.held)) await this.release(id);
    this.known = true;
    this.opened();
    addEventListener('online', () => this.now());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.now());
    this.now();
  }

  /** Whether something is only in memory. */
  get full() {
    return this.unkept.size > 0;
  }

  private turn: Promise<unknown> = Promise.resolve();
  /** What touches the phone's store goes one after another: what was read before a change does not undo it. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  /** One that waits for its turn reads for all who ask until then. */
  private reading: Promise<void> | null = null;
  private read = () =>
    (this.reading ??= this.inTurn(async () => {
      this.reading = null;
      try {
        const kept = (await (await phone()).getAll('items')).filter((i) => !this.unkept.has(i.id));
        const before = this.items;
        this.items = inOrder([...kept, ...before.filter((i) => this.unkept.has(i.id))]);
        // What another tab has come to.
        for (const { id } of before.filter((i) => i.state === 'waiting' && i.id !== this.flying)) {
          const now = this.items.find((i) => i.id === id);
          if (now?.state === 'refused' && now.problem) this.tell(id, { state: 'refused', problem: now.problem });
          if (!now) this.tell(id, this.withdrawn.has(id) ? { state: 'withdrawn' } : { state: 'sent', answer: null });
        }
      } catch {
        // What is in memory is all there is.
      }
    }));

  /** Keeps what is made of what is there when its turn comes, with its photos, all or nothing. */
  private keep(make: () => Item | null, blobs: { id: string; blob: Blob }[] = []): Promise<Item | null> {
    return this.inTurn(async () => {
      const made = make();
      if (!made) return null;
      const plain = $state.snapshot(made) as Item;
      const before = this.items.find((i) => i.id === plain.id)?.photos ?? [];
      const dropped = before.map((p) => p.id).filter((id) => !plain.photos.some((p) => p.id === id));
      for (const { id, blob } of blobs) this.photosInMemory.set(id, blob);
      this.withdrawn.delete(plain.id);
      try {
        const db = await phone();
        const tx = db.transaction(['items', 'photos'], 'readwrite');
        await Promise.all([
          ...blobs.map(({ id, blob }) => tx.objectStore('photos').put(blob, id)),
          tx.objectStore('items').put(plain),
          ...dropped.map((id) => tx.objectStore('photos').delete(id)),
          tx.done,
        ]);
        for (const { id } of blobs) this.photosInMemory.delete(id);
        if (!plain.photos.some((p) => this.photosInMemory.has(p.id))) this.unkept.delete(plain.id);
      } catch {
        this.unkept.add(plain.id); // said on the screen; it is sent from memory
      }
      this.items = inOrder([...this.items.filter((i) => i.id !== plain.id), plain]);
      this.others?.postMessage(CHANGED);
      return plain;
    });
  }

  /** Drops what is found when its turn comes; what is withdrawn was not sent. */
  private drop(find: (item: Item) => boolean, withdrawn = false) {
    return this.inTurn(async () => {
      const item = this.items.find(find);
      if (!item) return;
      const unsent = withdrawn && !item.taken;
      if (unsent) this.others?.postMessage(item.id); // before it is gone
      this.items = this.items.filter((i) => i.id !== item.id);
      this.unkept.delete(item.id);
      try {
        const tx = (await phone()).transaction(['items', 'photos'], 'readwrite');
        await Promise.all([
          tx.objectStore('items').delete(item.id),
          ...item.photos.map((p) => tx.objectStore('photos').delete(p.id)),
          tx.done,
        ]);
      } catch {
        // was only in memory
      }
      item.photos.forEach((p) => this.photosInMemory.delete(p.id));
      if (unsent) this.tell(item.id, { state: 'withdrawn' });
      this.others?.postMessage(CHANGED);
    });
  }

  private item(entry: Entry, state: Item['state']): Item {
    const before = this.items.find((i) => i.id === entry.id);
    const photo = ({ id, blob }: { id: string; blob: Blob }): ItemPhoto =>
      before?.photos.find((p) => p.id === id) ?? { id, size: blob.size, sent: 0, done: false };
    return {
      id: entry.id ?? uuid(),
      kind: entry.kind,
      about: entry.about,
      body: entry.body,
      ...(entry.label ? { label: entry.label } : {}),
      ...(entry.fields ? { fields: entry.fields } : {}),
      photos: (entry.photos ?? []).map(photo),
      state,
      taken: before?.taken ?? false,
      at: before?.at ?? new Date().toISOString(),
      ...(state === 'waiting' ? { entered: new Date().toISOString() } : {}),
      ...(state === 'draft' && before?.held ? { held: before.held } : {}),
      order: before ? before.order : 1 + Math.max(0, ...this.items.map((i) => i.order ?? 0)),
      problem: null,
    };
  }

  /** Keeps what is being filled in, so that an app that is killed while the camera is open loses nothing. */
  async draft(entry: Entry) {
    // What is on the wire goes as it was sent.
    await this.keep(() => (this.flying === entry.id ? null : this.item(entry, 'draft')), entry.photos);
  }

  /** Holds back what waits, while it is changed. */
  async hold(id: string) {
    await this.onGround(id, () =>
      this.update(id, (i) => {
        if (i.state === 'draft' || i.taken) return {};
        return { state: 'draft', problem: null, held: { state: i.state, problem: i.problem } };
      }),
    );
  }

  /** Gives back what was held and not changed: it is sent, or stays refused. */
  async release(id: string) {
    await this.update(id, ({ held }) => (held ? { ...held, held: undefined } : {}));
    this.now();
  }

  /** Keeps it to be sent: it is on the phone when this is done. */
  async put(entry: Entry) {
    await this.keep(() => this.item(entry, 'waiting'), entry.photos);
    void this.askToPersist();
    this.now();
  }

  /**
   * Keeps it and sends it. Tells how it went, or after a few seconds that it waits; to who gives `waits` it tells that, and
   * goes on to how it went.
   */
  async send(entry: Entry, waits?: () => void): Promise<Outcome> {
    const id = entry.id ?? uuid();
    let soon: ReturnType<typeof setTimeout> | null = null;
    let told = false;
    const outcome = new Promise<Outcome>((resolve) => {
      this.watchers.set(id, (o) => {
        if (o.state === 'waiting' && !soon) return; // it is not kept yet
        if (soon) clearTimeout(soon);
        if (o.state === 'waiting' && waits) return waits();
        this.watchers.delete(id);
        told = true;
        resolve(o);
      });
    });
    await this.put({ ...entry, id });
    if (!told) soon = setTimeout(() => this.tell(id, { state: 'waiting' }), SOON_MS);
    return outcome;
  }

  /** Nobody is there any more to be told how it went. */
  leave(id: string) {
    this.watchers.delete(id);
  }

  private tell(id: string, outcome: Outcome) {
    this.watchers.get(id)?.(outcome);
  }

  private async askToPersist() {
    const storage = navigator.storage as StorageManager | undefined;
    if (!storage?.persist) return;
    this.persisted = (await storage.persisted()) || (await storage.persist());
  }

  /** A photo of an item, if it is still here. */
  async photo(id: string): Promise<Blob | null> {
    const inMemory = this.photosInMemory.get(id);
    if (inMemory) return inMemory;
    return (
      (await phone()
        .then((db) => db.get('photos', id))
        .catch(() => null)) ?? null
    );
  }

  /** Takes an item back: it is not sent. */
  async withdraw(id: string) {
    const takeBack = (one: string) => this.onGround(one, () => this.drop((i) => i.id === one, true));
    await takeBack(id);
    // What was to be done with what is not made now goes with it.
    const after = this.items.filter((i) => i.about === id && i.state !== 'draft' && !i.taken);
    for (const { id: other } of after) await takeBack(other);
    this.now(); // what it held up may go
  }

  /** Tries an item again that was refused. */
  async again(id: string) {
    await this.update(id, () => ({ state: 'waiting', problem: null }));
    this.now();
  }

  /** Sends what waits, now. */
  now() {
    clearTimeout(this.timer);
    this.failures = 0;
    void this.run();
  }

  private async run() {
    if (this.sending) return void (this.asked = true);
    if (!this.items.some((i) => i.state === 'waiting')) return;
    this.sending = true;
    this.asked = false;
    clearTimeout(this.timer);
    try {
      // One tab sends at a time; the others see what it did.
      if (navigator.locks) await navigator.locks.request('strandline-outbox', () => this.sendAll());
      else await this.sendAll();
      this.failures = 0;
    } catch (e) {
      this.later(e instanceof NotNow ? e.afterSeconds : null);
    } finally {
      this.sending = false;
    }
    // Put here while the last ones were being sent.
    if (this.asked) void this.run();
  }

  private later(afterSeconds: number | null) {
    const wait = afterSeconds ? afterSeconds * 1000 : Math.min(LONGEST_MS, AGAIN_MS * 2 ** this.failures);
    this.failures += 1;
    for (const item of this.items) this.tell(item.id, { state: 'waiting' });
    this.timer = setTimeout(() => void this.run(), wait);
  }

  private async sendAll() {
    await this.read(); // another tab may have sent some of it
    // What the service could not take just now holds up only what is about the same thing.
    const stuck = new Map<string, NotNow>();
    for (;;) {
      const ready = this.items.filter((i) => i.state === 'waiting' && !stuck.has(i.about) && !this.before(i));
      const next = ready.find((i) => !i.taken) ?? ready[0]; // a photo takes long on a thin signal: acts first
      if (!next) break;
      try {
        await this.sendOne(next);
      } catch (e) {
        if (!(e instanceof NotNow) || !e.reached) throw e;
        stuck.set(next.about, e);
      }
    }
    for (const why of stuck.values()) throw why;
  }

  /** An earlier act upon the same thing that is still to go, or the one that was to make it and was refused. */
  private before(item: Item): boolean {
    const earlier = this.items.slice(0, this.items.indexOf(item)).filter((i) => i.about === item.about);
    return earlier.some((i) => i.state === 'waiting' || (!i.taken && i.id === i.about));
  }

  /** Changes an item that is still there: one that was withdrawn meanwhile stays away. */
  private update(id: string, change: (item: Item) => Partial<Item>): Promise<Item | null> {
    return this.keep(() => {
      const item = this.items.find((i) => i.id === id);
      return item ? { ...item, ...change(item) } : null;
    });
  }

  private async sendOne(item: Item) {
    const id = item.id;
    let answer: unknown = null;
    try {
      if (!item.taken) {
        const now = await this.takesOff(id);
        if (!now) return;
        answer = await sendAct(now);
        this.failures = 0; // something gets through
        await this.update(id, () => ({ taken: true }));
        this.lands();
        if (answer) kindOf(now).taken?.(answer, now);
      }
      // The act is on the map; a form need not wait for its photos.
      this.tell(id, { state: 'sent', answer });
      await this.sendPhotos(id);
      await this.drop((i) => i.id === id && i.state === 'waiting');
    } catch (e) {
      if (!(e instanceof No)) throw e;
      // Its first answer was lost, and it was changed since: it stands as it was first sent, and its photos can follow.
      if (e.problem.code === 'id_taken' && (await this.standsAlready(id))) return;
      await this.update(id, () => ({ state: 'refused', problem: e.problem }));
      this.tell(id, { state: 'refused', problem: e.problem });
    } finally {
      this.lands();
    }
  }

  /** The item as it goes on the wire now; none, when it was withdrawn or is being changed since it was looked at. */
  private takesOff(id: string): Promise<Item | null> {
    return this.inTurn(async () => {
      const now = this.items.find((i) => i.id === id && i.state === 'waiting' && !this.grounded.has(id)) ?? null;
      if (now) [this.flying, this.flight] = [id, new Promise<void>((resolve) => (this.landed = resolve))];
      return now;
    });
  }

  private lands() {
    this.flying = null;
    this.landed();
  }

  /** Does something with an item that is not on the wire: a press in the moment in which it is tried is not lost. */
  private async onGround(id: string, work: () => Promise<unknown>) {
    this.grounded.add(id);
    try {
      if (this.flying === id) await this.flight;
      await work();
    } finally {
      this.grounded.delete(id);
    }
  }

  private async standsAlready(id: string): Promise<boolean> {
    const item = this.items.find((i) => i.id === id);
    const stands = item && kindOf(item).stands;
    const there = stands && (await stands(item).catch(() => null));
    if (!there) return false;
    const announced = (p: ItemPhoto) => there.photos.includes(p.id);
    await this.update(id, (i) => ({ taken: true, photos: i.photos.filter(announced) }));
    return true;
  }

  private async sendPhotos(id: string) {
    for (;;) {
      const item = this.items.find((i) => i.id === id);
      const photo = item?.photos.find((p) => !p.done);
      if (!item || !photo) return;
      const blob = await this.photo(photo.id);
      if (!blob) throw new No({ code: 'photo_unreadable', field: null, facts: {} });
      const arrived = async (sent: number, done = false) => {
        const set = (p: ItemPhoto) => (p.id === photo.id ? { ...p, sent, done } : p);
        const still = await this.update(id, (i) => ({ photos: i.photos.map(set) }));
        if (!still) throw new No({ code: 'withdrawn', field: null, facts: {} });
      };
      await sendPhoto(photo, blob, (sent) => {
        if (sent > photo.sent) this.failures = 0;
        return arrived(sent);
      });
      await arrived(photo.size, true);
      app.photosArrived += 1;
    }
  }
}

export const outbox = new Outbox();
