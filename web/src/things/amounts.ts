import { date, language, t } from '../i18n/index.svelte';
import type { Schemas } from '../api/client';
import { app } from '../state/app.svelte';

/** Kilometres with one decimal. */
export function km(metres: number): string {
  return t('haulage.km', { km: decimal(metres / 1000) });
}

/** A number with at most so many decimals, as the language writes it. */
export function decimal(value: number, decimals = 1): string {
  return new Intl.NumberFormat(language.locales, { maximumFractionDigits: decimals }).format(value);
}

/** Hours and minutes. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  return t('haulage.hours', { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, '0') });
}

/** The time of day of an instant. */
export function clock(instant: string): string {
  return date('clock', { hour: '2-digit', minute: '2-digit' }, new Date(instant));
}

/** A time of the clock on the wall, `11:30` or `11:30:00`. */
export const wallClock = (time: string) => clock(`2000-01-01T${time}`);

/** Money, in whole units of the currency of this coast. */
export function money(amount: number, decimals = 0): string {
  const currency = app.about?.currency ?? 'NOK';
  const how = {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  } as const;
  return new Intl.NumberFormat(language.locales, how).format(amount);
}

const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Opening hours as OpenStreetMap writes them, in words of the language. */
export function hoursOf(text: string): string {
  const weekday = (n: number) => date('weekday only', { weekday: 'short' }, new Date(2024, 0, n + 1)); // a Monday
  const month = (n: number) => date('month only', { month: 'short' }, new Date(2024, n, 1));
  return text
    .replace(/\b\d\d:\d\d\b/g, (time) => wallClock(time))
    .replace(/\b[A-Z][a-z]\b/g, (word) => (DAYS.includes(word) ? weekday(DAYS.indexOf(word)) : word))
    .replace(/\b[A-Z][a-z]{2}\b/g, (word) => (MONTHS.includes(word) ? month(MONTHS.indexOf(word)) : word))
    .replace(/\bPH\b/g, t('hours.holidays'))
    .replace(/\boff\b/g, t('hours.off'))
    .replaceAll(';', ',')
    .replaceAll('-', '–');
}

/** When a crew takes its break. */
export function pauseOf({ at, minutes }: Schemas['Pause']): string {
  return t('drive.pause', { time: wallClock(at), n: minutes });
}

/** A local day, or the first and the last of several. */
export function daysOf(days: string[]): string {
  const [first, last] = [days[0], days[days.length - 1]].map((d) => new Date(`${d}T12:00`));
  if (!first || !last) return '';
  const until = first.getTime() === last.getTime() ? first : last;
  return date('days', { weekday: 'short', day: 'numeric', month: 'long' }, first, until);
}

/** What an equipment point may have. */
export const ITEMS: Schemas['Item'][] = ['bags', 'gloves', 'grabbers', 'big_sacks', 'scale', 'cart', 'first_aid'];

/** How many bags and sacks. */
export const count = (b: Schemas['Bags']) => b.full + b.half + b.sacks;
