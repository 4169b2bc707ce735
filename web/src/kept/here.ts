import { api, ask, Refused, type Rules } from '../api/client';
import { app } from '../state/app.svelte';
import { recall, remember } from '../state/db';

/** What one may do in a place on a day, and when that was true if it comes from the phone. */
export interface RulesHere {
  rules: Rules;
  asOf: string | null;
}

/** So long one waits for the service before the phone answers, or one may act without an answer. */
export const PATIENCE_MS = 8_000;

/** Asks the service; without signal, or when it does not answer, a kept area, or the answer that came last for this very place. */
export async function rulesHere(lat: number, lon: number, on: string | null): Promise<RulesHere> {
  const key = `rules ${lat.toFixed(5)} ${lon.toFixed(5)} ${on ?? ''}`;
  try {
    const query = { lon, lat, ...(on ? { at: on } : {}) };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const rules = await ask(api.GET('/api/v1/rules', { params: { query }, signal }));
    void remember(key, rules);
    return { rules, asOf: null };
  } catch (e) {
    if (!(e instanceof Refused) || e.code !== 'offline') throw e;
    const area = await import('./area').then(
      (m) => m.areaAt(lat, lon),
      () => null,
    );
    if (area) {
      const { rulesAt } = await import('./rules');
      return { rules: rulesAt(area.book, lat, lon, on ?? localDay()), asOf: area.book.as_of };
    }
    const last = await recall<Rules>(key);
    if (!last) throw new Refused('not_kept', null, {});
    return { rules: last.value, asOf: new Date(last.at).toISOString() };
  }
}

/** Today where the coast is, by the phone's clock. */
export function localDay(now = new Date()): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: app.about?.time_zone, dateStyle: 'short' });
  return parts.format(now);
}
