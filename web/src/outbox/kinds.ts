import { api, ask, type Hotspot, type Schemas } from '../api/client';
import type { Key } from '../i18n/index.svelte';
import { app } from '../state/app.svelte';
import { haul, type Plan, type PlanShown, type Route, type Vehicle } from '../state/haul.svelte';
import { messages } from '../state/messages.svelte';
import { things, type LayerName, type Layers } from '../state/things.svelte';
import { inAddress } from '../state/route.svelte';
import type { Item } from './item';

/** One kind of thing that can be sent. A form declares it here; the outbox does the rest (see CONTRIBUTING). */
export interface Kind {
  /** What the list of what waits calls it. */
  title: Key;
  /** The request; the body is the item's own unless it says another. */
  request: (item: Item) => { method: 'POST' | 'PUT' | 'DELETE'; path: string; body?: unknown; headers?: HeadersInit };
  /** What the app knows once it was taken. */
  taken?: (answer: unknown, item: Item) => void;
  /** Looks up what was made by it already, though its answer was lost; with the photos it is to have. */
  stands?: (item: Item) => Promise<{ photos: string[] } | null>;
  /** Where one looks at what it is about. */
  see?: (item: Item) => string;
  /** Where it is changed while it waits: the form that keeps it as a draft. */
  change?: (item: Item) => string;
}

const keep = (h: Hotspot) => app.hold(h);
const hotspot = (answer: unknown) => keep((answer as { hotspot: Hotspot }).hotspot);
const see = (item: Item) => `/hotspots/${item.about}`;
const at = (item: Item) => `/api/v1/hotspots/${item.about}`;

/** The address of a form, at the place of what is changed in it, and with what else belongs to it. */
function form(path: string, { id, body }: Item, ...also: string[]): string {
  const [first] = (body.stretches ?? []) as { lat: number; lon: number }[];
  const { lat, lon } = (typeof body.lat === 'number' ? body : (first ?? {})) as { lat?: number; lon?: number };
  const place = lat === undefined || lon === undefined ? '' : `/${inAddress(lat, lon)}`;
  const more = also.filter((name) => body[name]).map((name) => [name, String(body[name])]);
  return `/${path}${place}?${new URLSearchParams([...more, ['item', id]])}`;
}

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

/** Layers of which the app keeps no things: panels ask for them. */
type Asked = 'adoption' | 'survey';
type ApiLayer = LayerName | Asked;

/** Where the API keeps the things of a layer. */
const PATHS: Record<ApiLayer, string> = {
  cleanup: 'cleanups',
  pile: 'piles',
  order: 'orders',
  equipment: 'equipment',
  site: 'sites',
  adoption: 'adoptions',
  survey: 'surveys',
};

function keepThing<L extends LayerName>(layer: L | Asked, answer: unknown) {
  const thing = answer as Layers[L] & { cleanup?: Layers[L] };
  if (layer === 'adoption' || layer === 'survey') things.changed += 1;
  else if (thing?.id) things.keep(layer, thing);
  else if (thing?.cleanup) things.keep(layer, thing.cleanup);
  else things.changed += 1;
}

/** Looks a thing up. */
async function madeAlready(layer: ApiLayer, id: string) {
  const answer = await fetch(`/api/v1/${PATHS[layer]}/${id}`);
  if (!answer.ok) return null;
  const shown = (await answer.json()) as Record<string, { photos?: { id: string }[] }>;
  const thing = shown[layer];
  if (!thing) return null;
  keepThing(layer, thing);
  return { photos: (thing.photos ?? []).map((p) => p.id) };
}

/** A thing that is made, with an id from here. */
const make = (title: Key, layer: ApiLayer): Kind => ({
  title,
  stands: (item) => madeAlready(layer, item.about),
  request: (item) => ({ method: 'POST', path: `/api/v1/${PATHS[layer]}`, body: { id: item.about, ...item.body } }),
  taken: (answer) => keepThing(layer, answer),
  see: (item) => `/${PATHS[layer]}/${item.about}`,
});

/** An act upon a thing; one that is known by an id of its own has it in its body. */
const on = (title: Key, layer: ApiLayer, what: string): Kind => ({
  title,
  request: (item) => ({ method: 'POST', path: `/api/v1/${PATHS[layer]}/${item.about}/${what}` }),
  taken: (answer) => keepThing(layer, answer),
  see: (item) => `/${PATHS[layer]}/${item.about}`,
});

/** An act upon a plan of pickup routes. */
const plan = (title: Key, what: string): Kind => ({
  title,
  request: (item) => ({ method: 'POST', path: `/api/v1/plans/${item.about}/${what}` }),
  taken: (answer) => haul.keepPlan(answer as Plan | PlanShown),
  see: (item) => `/plans/${item.about}`,
});

/** An act upon a route. It tells when it was, and the time of sending how wrong the phone's clock is. */
const drive = (title: Key, what: string, timed = true): Kind => ({
  title,
  request: (item) => ({
    method: 'POST',
    path: `/api/v1/routes/${item.about}/${what}`,
    body: { ...item.body, ...(timed ? { at: item.at, sent_at: new Date().toISOString() } : {}) },
  }),
  taken: (answer) => haul.keepRoute(answer as Route),
  see: (item) => `/routes/${item.about}`,
});

const lottery = (title: Key, what: string): Kind => ({
  title,
  request: (item) => ({ method: 'POST', path: `/api/v1/lotteries/${item.about}/${what}` }),
  see: (item) => `/lotteries/${item.about}`,
});

const vehicle = (title: Key, method: 'POST' | 'PUT', path: (item: Item) => string, see = '/fleet'): Kind => ({
  title,
  request: (item) => ({ method, path: path(item) }),
  taken: (answer) => haul.keepVehicle(answer as Vehicle),
  see: () => see,
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
    stands: async ({ id }) => {
      const { hotspot: h } = await ask(api.GET('/api/v1/hotspots/{id}', { params: { path: { id } } }));
      keep(h);
      return { photos: h.photos.map((p) => p.id) };
    },
    see,
    change: (item) => form('report', item),
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
    stands: async ({ id, about }) => {
      const { hotspot: h } = await ask(api.GET('/api/v1/hotspots/{id}', { params: { path: { id: about } } }));
      keep(h);
      return h.claim?.id === id ? { photos: [] } : null;
    },
    see,
    change: (item) => form(`hotspots/${item.about}`, item),
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
  plan: { ...make('plan.title', 'cleanup'), change: (item) => form('plan', item, 'hotspots') },
  join: on('cleanup.join', 'cleanup', 'participants'),
  leave: on('cleanup.leave', 'cleanup', 'leavings'),
  start: on('cleanup.start', 'cleanup', 'starts'),
  cancel: on('cleanup.cancel', 'cleanup', 'cancellations'),
  result: { ...on('result.title', 'cleanup', 'results'), change: (item) => form(`results/${item.about}`, item) },
  note: on('cleanup.note', 'cleanup', 'notes'),
  thank: on('cleanup.thank', 'cleanup', 'thanks'),
  close_cleanup: on('cleanup.close', 'cleanup', 'closings'),
  cost: on('cost.title', 'cleanup', 'costs'),
  repeat: {
    ...on('cleanup.repeat', 'cleanup', 'repeats'),
    // The cleanups themselves come by the live feed.
    taken: (answer, item) => void things.repeated.set(item.about, answer as Schemas['Repeated']),
  },
  leave_bags: { ...make('pile.leave', 'pile'), change: (item) => form('bags', item, 'cleanup', 'order') },
  pile_ready: on('pile.ready', 'pile', 'readiness'),
  pile_accept: on('pile.accept', 'pile', 'acceptances'),
  pile_decline: on('pile.decline', 'pile', 'declinations'),
  pile_collect: on('pile.collect', 'pile', 'collections'),
  pile_fail: on('pile.fail', 'pile', 'failures'),
  pile_lost: on('pile.lost', 'pile', 'losses'),
  pile_gone: on('pile.gone', 'pile', 'absences'),
  pile_merge: on('pile.merge', 'pile', 'merges'),
  pile_split: on('pile.split', 'pile', 'splits'),
  weigh: {
    title: 'gate.title',
    request: (item) => ({ method: 'POST', path: '/api/v1/weighings', body: { id: item.id, ...item.body } }),
    taken: (answer) => {
      const { piles, cleanup } = answer as { piles: Layers['pile'][]; cleanup: Layers['cleanup'] | null };
      for (const pile of piles) things.keep('pile', pile);
      if (cleanup) things.keep('cleanup', cleanup);
    },
    see: (item) => `/gate/${item.about}`,
  },
  give_order: make('order.give', 'order'),
  order_assign: on('order.assign', 'order', 'assignments'),
  order_accept: on('order.accept', 'order', 'acceptances'),
  order_decline: on('order.decline', 'order', 'declinations'),
  order_start: on('order.start', 'order', 'starts'),
  order_done: on('order.done', 'order', 'results'),
  order_approve: on('order.approve', 'order', 'approvals'),
  order_withdraw: on('order.withdraw', 'order', 'withdrawals'),
  place_point: make('equipment.place', 'equipment'),
  stock: on('equipment.stock', 'equipment', 'stock-changes'),
  lend: on('equipment.lend', 'equipment', 'loans'),
  take_back: on('equipment.takeBack', 'equipment', 'returns'),
  describe_point: on('place.describe', 'equipment', 'descriptions'),
  remove_point: on('equipment.remove', 'equipment', 'removals'),
  place_site: make('site.place', 'site'),
  describe_site: on('place.describe', 'site', 'descriptions'),
  remove_site: on('site.remove', 'site', 'closings'),
  survey: {
    ...make('survey.title', 'survey'),
    see: () => '/list',
    change: (item) => form('survey', item),
  },
  survey_withdraw: on('survey.title', 'survey', 'withdrawals'),
  adopt: { ...make('adopt.title', 'adoption'), change: (item) => form('adopt', item) },
  adoption_approve: on('adopt.approve', 'adoption', 'approvals'),
  adoption_decline: on('adopt.decline', 'adoption', 'declinations'),
  adoption_kit: on('adopt.kit', 'adoption', 'kits'),
  adoption_pause: on('adopt.pause', 'adoption', 'pauses'),
  adoption_resume: on('adopt.resume', 'adoption', 'resumptions'),
  adoption_end: on('adopt.end', 'adoption', 'ends'),
  limits: {
    title: 'messages.title',
    request: () => ({ method: 'PUT', path: '/api/v1/messages/choice' }),
    taken: (answer) => messages.took(answer as Schemas['Inbox']),
    see: () => '/messages',
  },
  announce_lottery: {
    title: 'lottery.announce',
    request: () => ({ method: 'POST', path: '/api/v1/lotteries' }),
    see: () => '/lotteries',
  },
  register_ticket: lottery('lottery.register', 'tickets'),
  draw_lottery: lottery('lottery.draw', 'draws'),
  add_vehicle: vehicle('fleet.add', 'POST', () => '/api/v1/vehicles'),
  change_vehicle: vehicle('fleet.change', 'PUT', (item) => `/api/v1/vehicles/${item.about}`),
  drive_vehicle: vehicle('drive.mine', 'POST', (item) => `/api/v1/vehicles/${item.about}/drivers`, '/routes'),
  stop_driving: vehicle(
    'drive.notMine',
    'POST',
    (item) => `/api/v1/vehicles/${item.about}/drivers/departures`,
    '/routes',
  ),
  forget_drivers: vehicle('fleet.change', 'POST', (item) => `/api/v1/vehicles/${item.about}/drivers/removals`),
  retire_vehicle: vehicle('fleet.retire', 'POST', (item) => `/api/v1/vehicles/${item.about}/retirements`),
  reinstate_vehicle: vehicle('fleet.reinstate', 'POST', (item) => `/api/v1/vehicles/${item.about}/reinstatements`),
  ask_routes: {
    title: 'pickup.ask',
    request: (item) => ({ method: 'POST', path: '/api/v1/plans', body: { id: item.about, ...item.body } }),
    taken: (answer) => haul.keepPlan(answer as Plan),
    see: (item) => `/plans/${item.about}`,
  },
  move_stop: plan('pickup.move', 'moves'),
  lock_stop: plan('pickup.lock', 'locks'),
  search_again: plan('pickup.again', 'searches'),
  cancel_plan: plan('pickup.cancel', 'cancellations'),
  publish_plan: plan('pickup.publish', 'publications'),
  route_start: drive('drive.start', 'starts'),
  route_arrive: drive('drive.arrive', 'arrivals'),
  route_fetch: drive('drive.fetch', 'fetchings'),
  route_hand_in: drive('drive.handIn', 'hand-ins'),
  route_find: drive('drive.find', 'finds'),
  route_back: drive('drive.back', 'returns'),
  withdraw_route: drive('pickup.withdraw', 'withdrawals', false),
  route_share: drive('drive.share', 'shares', false),
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

export const kindOf = (item: Item): Kind => KINDS[item.kind];
