import type { State } from '../api/client';
import { app, STATES, USUAL } from './app.svelte';
import { router } from './route.svelte';

/** The ages one can choose, in days. */
export const AGES = [1, 7, 30, 365];

/** What is shown, as it stands in the address behind the view of the map: `#12/58.43/8.82?state=reported,claimed&days=30`. */
export function asText(states: State[], days: number | null): string {
  const usual = states.length === USUAL.length && USUAL.every((s) => states.includes(s));
  return [usual ? '' : `state=${states.join()}`, days === null ? '' : `days=${days}`].filter(Boolean).join('&');
}

/** Takes the filters of the address, and keeps them there. */
export function inAddress() {
  function read() {
    const told = new URLSearchParams(location.hash.split('?')[1] ?? '');
    const states = told.get('state');
    const known = STATES.filter((s) => states?.split(',').includes(s));
    app.states = known.length > 0 || states === '' ? known : [...USUAL];
    const days = Number(told.get('days'));
    app.maxAgeDays = AGES.includes(days) ? days : null;
  }
  read();
  // By hand, in the address bar; steps back to another panel leave what is shown as it is.
  window.addEventListener('hashchange', (e: HashChangeEvent) => {
    if (new URL(e.oldURL).pathname === new URL(e.newURL).pathname) read();
  });
  $effect(() => {
    void router.route; // back to an address that does not have them
    const [view = ''] = location.hash.split('?');
    const filters = asText(app.states, app.maxAgeDays);
    if (!view && !filters) return;
    history.replaceState(
      history.state,
      '',
      `${location.pathname}${location.search}${view || '#'}${filters && `?${filters}`}`,
    );
  });
}
