import { language, t } from '../i18n/index.svelte';
import type { Schemas } from '../api/client';

/** Kilometres with one decimal. */
export function km(metres: number): string {
  return t('haulage.km', { km: decimal(metres / 1000) });
}

/** A number with at most so many decimals, as the language writes it. */
export function decimal(value: number, decimals = 1): string {
  return new Intl.NumberFormat(language.tag, { maximumFractionDigits: decimals }).format(value);
}

/** Hours and minutes. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return t('haulage.hours', { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, '0') });
}

/** The time of day of an instant. */
export function clock(instant: string): string {
  return new Intl.DateTimeFormat(language.tag, { hour: '2-digit', minute: '2-digit' }).format(new Date(instant));
}

/** When a crew takes its break. */
export function pauseOf({ at, minutes }: Schemas['Pause']): string {
  return t('drive.pause', { time: clock(`2000-01-01T${at}`), n: minutes });
}

/** A local day, or the first and the last of several. */
export function daysOf(days: string[]): string {
  const format = new Intl.DateTimeFormat(language.tag, { weekday: 'short', day: 'numeric', month: 'long' });
  const [first, last] = [days[0], days[days.length - 1]].map((d) => new Date(`${d}T12:00`));
  if (!first || !last) return '';
  return first.getTime() === last.getTime() ? format.format(first) : format.formatRange(first, last);
}

/** How many bags and sacks. */
export const count = (b: Schemas['Bags']) => b.full + b.half + b.sacks;
