import type { Hotspot } from '../api/client';
import { ago, dayAndTime, t } from '../i18n/index.svelte';
import { kindOf } from '../outbox/kinds';
import { outbox } from '../outbox/outbox.svelte';
import { app } from '../state/app.svelte';
import { isOpenCleanup, isOpenPile, levelOf, things, bagsOf } from '../state/things.svelte';
import { markOf, type Mark } from './symbols';

/** Something on the map that one can open. */
export interface Spot {
  /** The address it opens. */
  href: string;
  lat: number;
  lon: number;
  mark: Mark;
  /** What it is called, for those who hear it. */
  name: string;
  /** Lines of its stretches. */
  line?: GeoJSON.MultiLineString;
}

export const hotspotSpot = (h: Hotspot): Spot => ({
  href: `/hotspots/${h.id}`,
  lat: h.lat,
  lon: h.lon,
  mark: markOf(h),
  name: `${t(`state.${h.state}`)}, ${t(`amount.${h.amount}`)}, ${ago(h.reported_at)}`,
});

/** What has a place and has yet to be sent. */
export const waitingSpots = (): Spot[] =>
  outbox.waiting.flatMap((item) => {
    const { lat, lon } = item.body;
    if (item.taken || typeof lat !== 'number' || typeof lon !== 'number') return [];
    const name = `${t(kindOf(item).title)}, ${t('outbox.waits')}`;
    return [{ href: `/waiting?item=${item.id}`, lat, lon, mark: 'waiting' as const, name }];
  });

/** What lies on the map beside hotspots: what is open, and what one can use. */
export function thingSpots(now = Date.now()): Spot[] {
  const cleanups = [...things.cleanup.values()].filter(isOpenCleanup).map((c) => ({
    href: `/cleanups/${c.id}`,
    mark: 'cleanup' as const,
    name: `${c.title ?? t('cleanup.one')}, ${dayAndTime(c.from)}`,
    line: things.lines.get(c.id),
    lat: c.lat,
    lon: c.lon,
  }));
  const piles = [...things.pile.values()].filter(isOpenPile).map((p) => ({
    href: `/piles/${p.id}`,
    mark: p.duty && Date.parse(p.duty.due) < now ? ('pile_late' as const) : ('pile' as const),
    name: `${t('bags.count', { n: bagsOf(p).full + bagsOf(p).half + bagsOf(p).sacks })}, ${t(`pile.state.${p.state}`)}`,
    lat: p.lat,
    lon: p.lon,
  }));
  const points = [...things.equipment.values()]
    .filter((p) => p.in_use)
    .map((p) => ({
      href: `/equipment/${p.id}`,
      mark: levelOf(p),
      name: `${t('equipment.one')}: ${p.name}, ${t(`level.${levelOf(p)}`)}`,
      lat: p.lat,
      lon: p.lon,
    }));
  const sites = [...things.site.values()]
    .filter((s) => s.in_use)
    .map((s) => ({
      href: `/sites/${s.id}`,
      mark: 'site' as const,
      name: `${t('site.one')}: ${s.name}`,
      lat: s.lat,
      lon: s.lon,
    }));
  // Work orders are for those who give them out and those who do them.
  const orders = [...things.order.values()]
    .filter((o) => app.isStaff || o.crew?.id === app.me?.organisation?.id)
    .filter((o) => ['proposed', 'assigned', 'accepted', 'under_way', 'done'].includes(o.state))
    .map((o) => ({
      href: `/orders/${o.id}`,
      mark: 'order' as const,
      name: `${t('order.one')}: ${o.what}, ${t(`order.state.${o.state}`)}`,
      line: things.lines.get(o.id),
      lat: o.lat,
      lon: o.lon,
    }));
  return [...cleanups, ...piles, ...points, ...sites, ...(app.me?.organisation ? orders : [])];
}
