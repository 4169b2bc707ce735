import type { Component } from 'svelte';
import { language, type Key } from '../i18n/index.svelte';
import type { Route } from '../state/route.svelte';

interface Panel {
  title: Key;
  /** Fetches the panel when it is opened; its props are the map and what the address says. */
  load: () => Promise<{ default: unknown }>;
}

/** What stands beside the map, by the name of its route. */
export const PANELS: Record<Exclude<Route['name'], 'map'>, Panel> = {
  list: { title: 'list.title', load: () => import('./List.svelte') },
  area: { title: 'list.title', load: () => import('./List.svelte') },
  about: { title: 'nav.about', load: () => import('./About.svelte') },
  waiting: { title: 'outbox.title', load: () => import('./Waiting.svelte') },
  kept: { title: 'kept.title', load: () => import('./Kept.svelte') },
  design: { title: 'design.title', load: () => import('./Design.svelte') },
  place: { title: 'place.title', load: () => import('./Place.svelte') },
  report: { title: 'report.title', load: () => import('./Report.svelte') },
  hotspot: { title: 'hotspot.title', load: () => import('./Hotspot.svelte') },
  zones: { title: 'zone.title', load: () => import('./Zones.svelte') },
  enter: { title: 'enter.title', load: () => import('./Enter.svelte') },
  plan: { title: 'plan.title', load: () => import('../things/Plan.svelte') },
  pile_form: { title: 'pile.leave', load: () => import('../things/PileForm.svelte') },
  adopt: { title: 'adopt.title', load: () => import('../things/Adopt.svelte') },
  survey: { title: 'survey.title', load: () => import('../things/Survey.svelte') },
  cleanup: { title: 'cleanup.one', load: () => import('../things/Cleanup.svelte') },
  result: { title: 'result.title', load: () => import('../things/Result.svelte') },
  pile: { title: 'pile.one', load: () => import('../things/Pile.svelte') },
  order: { title: 'order.one', load: () => import('../things/Order.svelte') },
  equipment: { title: 'equipment.one', load: () => import('../things/Point.svelte') },
  site: { title: 'site.one', load: () => import('../things/Site.svelte') },
  adoption: { title: 'adopt.one', load: () => import('../things/Adoption.svelte') },
  lotteries: { title: 'lottery.one', load: () => import('../things/Lotteries.svelte') },
  lottery: { title: 'lottery.one', load: () => import('../things/Lottery.svelte') },
  stretch: { title: 'story.title', load: () => import('../things/Stretch.svelte') },
  print: { title: 'share.print', load: () => import('../things/Print.svelte') },
  gate: { title: 'gate.title', load: () => import('../things/Gate.svelte') },
  code: { title: 'gate.code', load: () => import('../things/Code.svelte') },
  season: { title: 'season.title', load: () => import('../things/Season.svelte') },
  messages: { title: 'messages.title', load: () => import('../things/Messages.svelte') },
  desk: { title: 'desk.title', load: () => import('../things/Desk.svelte') },
  day: { title: 'day.title', load: () => import('../things/Day.svelte') },
  numbers: { title: 'numbers.title', load: () => import('../things/Numbers.svelte') },
  fleet: { title: 'fleet.title', load: () => import('../things/Fleet.svelte') },
  plans: { title: 'pickup.title', load: () => import('../things/Plans.svelte') },
  pickup: { title: 'pickup.one', load: () => import('../things/Pickup.svelte') },
  routes: { title: 'drive.title', load: () => import('../things/Routes.svelte') },
  route: { title: 'drive.one', load: () => import('../things/Drive.svelte') },
  haulage: { title: 'haulage.title', load: () => import('../things/Haulage.svelte') },
  refund: { title: 'refund.title', load: () => import('../things/Refund.svelte') },
};

/** Panels of which everybody has the texts, and which stand before the coast is known; all others bring theirs along. */
export const FIRST: readonly (keyof typeof PANELS)[] = [
  'list',
  'area',
  'about',
  'waiting',
  'place',
  'report',
  'hotspot',
];

const fetched = new Map<string, Promise<Component<Record<string, unknown>>>>();

/** The panel of a route: always the same promise, so that a panel that is open stays open. */
export function panelOf(name: keyof typeof PANELS) {
  const known = fetched.get(name);
  if (known) return known;
  const load = PANELS[name].load();
  const panel = (FIRST.includes(name) ? load : language.withTexts(load)).then(
    (module) => module.default as Component<Record<string, unknown>>,
  );
  fetched.set(name, panel);
  panel.catch(() => fetched.delete(name)); // without signal: the next time it is tried again
  return panel;
}
