import { describe, expect, it } from 'vitest';
import type { Item } from '../outbox/item';
import type { Route, Stop } from '../state/haul.svelte';
import { aboard, foundBeside, stateOf, told } from './waited';

const stop = (id: string, kind: Stop['kind'], kg = 0): Stop => ({
  id,
  kind,
  name: id,
  lon: 8.7,
  lat: 58.4,
  way: [],
  metres: 0,
  arrives: '',
  begins: '',
  leaves: '',
  bags: { full: kind === 'pile' ? 3 : 0, half: 0, sacks: 0 },
  estimated_kg: kg,
});
const route = (more: Partial<Route> = {}) =>
  ({
    id: 'r',
    state: 'published',
    stops: [stop('a', 'pile', 24), stop('b', 'pile', 10), stop('s', 'site')],
    ...more,
  }) as Route;
const item = (kind: Item['kind'], body: Item['body'], more: Partial<Item> = {}): Item => ({
  id: kind + String(body.pile ?? body.stop),
  kind,
  about: 'r',
  body,
  photos: [],
  state: 'waiting',
  taken: false,
  at: '',
  problem: null,
  ...more,
});

describe('a route with what waits to be sent', () => {
  it('counts what was told without signal', () => {
    const items = [
      item('route_fetch', { pile: 'a', fetched: 'loaded' }),
      item('route_fetch', { pile: 'b', fetched: 'failed', why: 'too_heavy' }),
      item('route_hand_in', { stop: 2, weight_kg: 31 }),
    ];
    const stops = told(route(), items);
    expect(stops.map((s) => [s.fetched, s.why, s.weight_kg, s.waits])).toEqual([
      ['loaded', null, null, true],
      ['failed', 'too_heavy', null, true],
      ['handed_in', null, 31, true],
    ]);
    expect(stateOf(route(), items)).toBe('under_way');
    expect(aboard(stops)).toEqual({ bags: 0, kg: 0 });
    expect(aboard(told(route(), items.slice(0, 1)))).toEqual({ bags: 3, kg: 24 });
  });

  it('knows what is on board when some was left behind, and what was found beside before and after handing in', () => {
    const left = item('route_fetch', { pile: 'a', fetched: 'partly', why: 'sea_state', left: { full: 1 } });
    const find = (id: string) =>
      item('route_find', { id, lat: 58.4, lon: 8.7, bags: { full: 2 }, note: 'a net' }, { id });
    const hand = item('route_hand_in', { stop: 2, weight_kg: 20 });
    const load = (...items: Item[]) => {
      const there = route({ found: [] });
      return aboard([...told(there, items), ...foundBeside(there, items)]);
    };
    expect(load(left)).toEqual({ bags: 2, kg: 16 });
    expect(load(left, find('x'))).toEqual({ bags: 4, kg: 16 });
    expect(load(left, find('x'), hand)).toEqual({ bags: 0, kg: 0 });
    expect(load(left, hand, find('x'))).toEqual({ bags: 2, kg: 0 });
    const sent = { ...stop('x', 'pile', 9), outcome: { id: 'x', fetched: 'loaded' as const, at: '', order: 0 } };
    expect(foundBeside(route({ found: [sent] }), [find('x')])).toHaveLength(1);
  });

  it('does not count what was refused, is taken, or is about another route', () => {
    const fetch = (more: Partial<Item>) => item('route_fetch', { pile: 'a', fetched: 'loaded' }, more);
    for (const more of [{ state: 'refused' }, { taken: true }, { about: 'other' }] as Partial<Item>[])
      expect(told(route(), [fetch(more)]).map((s) => s.fetched)).toEqual([null, null, null]);
  });

  it('leaves standing what the service knows', () => {
    const known = route();
    known.stops[0] = {
      ...stop('a', 'pile'),
      outcome: { id: 'x', fetched: 'partly', why: 'sea_state', at: '', order: 0 },
    };
    expect(told(known, [item('route_fetch', { pile: 'a', fetched: 'loaded' })])[0]).toMatchObject({
      fetched: 'partly',
      waits: false,
    });
  });

  it('is done when the way back waits', () => {
    expect(stateOf(route({ state: 'under_way' }), [item('route_back', {})])).toBe('done');
  });
});
