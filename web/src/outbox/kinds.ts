import type { Hotspot } from '../api/client';
import type { Key } from '../i18n/index.svelte';
import { app } from '../state/app.svelte';
import type { Item } from './item';

/** One kind of thing that can be sent. A form declares it here; the outbox does the rest (see CONTRIBUTING). */
export interface Kind {
  /** What the list of what waits calls it. */
  title: Key;
  /** The request; the body is the item's own unless it says another. */
  request: (item: Item) => { method: 'POST' | 'PUT' | 'DELETE'; path: string; body?: unknown; headers?: HeadersInit };
  /** What the app knows once it was taken. */
  taken?: (answer: unknown) => void;
  /** Where one looks at what it is about. */
  see?: (item: Item) => string;
  /** Where it is changed while it waits. */
  change?: (item: Item) => string;
}

const keep = (h: Hotspot) => app.hotspots.set(h.id, h);
const hotspot = (answer: unknown) => keep((answer as { hotspot: Hotspot }).hotspot);
const see = (item: Item) => `/hotspots/${item.about}`;
const at = (item: Item) => `/api/v1/hotspots/${item.about}`;

/** An act upon a hotspot. */
const upon = (title: Key, what: string): Kind => ({
  title,
  request: (item) => ({ method: 'POST', path: `${at(item)}/${what}` }),
  taken: hotspot,
  see,
});

/** An act upon a claim, named in the body as `claim`. */
const uponClaim = (title: Key, what: string): Kind => ({
  title,
  request: ({ body: { claim, ...body } }) => ({
    method: 'POST',
    path: `/api/v1/claims/${String(claim)}/${what}`,
    body,
  }),
  taken: (answer) => keep(answer as Hotspot),
  see,
});

/** A change of a zone, based on the version named in the body. */
const zone = (title: Key, method: 'PUT' | 'DELETE'): Kind => ({
  title,
  request: ({ about, body: { version, ...body } }) => ({
    method,
    path: `/api/v1/zones/${about}`,
    headers: { 'if-match': `"${String(version)}"` },
    ...(method === 'PUT' ? { body } : { body: undefined }),
  }),
  see: () => '/zones',
});

export const KINDS = {
  report: {
    title: 'report.title',
    // The phone's time of sending tells the server how wrong its clock is.
    request: (item) => ({
      method: 'POST',
      path: '/api/v1/hotspots',
      body: { id: item.id, ...item.body, photos: item.photos.map((p) => p.id), sent_at: new Date().toISOString() },
    }),
    taken: hotspot,
    see,
    change: () => '/report',
  },
  support: upon('hotspot.support', 'supports'),
  still_there: upon('hotspot.stillThere', 'sightings'),
  cleaned: upon('hotspot.cleaned', 'cleanings'),
  verify: upon('staff.verify', 'verifications'),
  close: upon('staff.close', 'closings'),
  claim: {
    title: 'hotspot.claim',
    request: (item) => ({ method: 'POST', path: `${at(item)}/claims`, body: { id: item.id, ...item.body } }),
    taken: (answer) => keep(answer as Hotspot),
    see,
  },
  extend: uponClaim('claim.extend', 'extensions'),
  release: uponClaim('claim.release', 'releases'),
  ask_takeover: uponClaim('claim.ask', 'takeover-requests'),
  answer_takeover: uponClaim('claim.answer', 'takeover-answers'),
  draw_zone: {
    title: 'zone.draw',
    request: (item) => ({ method: 'POST', path: `/api/v1/zones/${item.about}` }),
    see: () => '/zones',
  },
  change_zone: zone('zone.change', 'PUT'),
  remove_zone: zone('zone.remove', 'DELETE'),
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

export const kindOf = (item: Item): Kind => KINDS[item.kind];
