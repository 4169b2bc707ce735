import type { Words } from '../api/client';
import type { en } from './en';
import type { later } from './later/en';
import { LANGS, type Lang } from './langs';

export { LANGS, type Lang };

export type Key = keyof typeof en | keyof typeof later;
/** A message, or one for each plural form. `{name}` is filled in. */
export type Message = string | { one: string; other: string };
export type Catalogue = Record<keyof typeof en, Message>;
export type LaterCatalogue = Record<keyof typeof later, Message>;

/** The language of the browser: any Norwegian that is not nynorsk is bokmål, what is not known is English. */
export function preferred(languages: readonly string[]): Lang {
  for (const tag of languages) {
    const start = tag.toLowerCase().split('-')[0];
    if (start === 'no' || start === 'nb') return 'nb';
    if (start === 'nn' || start === 'da' || start === 'en') return start;
  }
  return 'en';
}

const STORED = 'strandline-language';

/** Puts dates into nynorsk, once its texts are there: few browsers know it. */
let nynorsk = (text: string) => text;
const worded = (text: string, lang: Lang) => (lang === 'nn' ? nynorsk(text) : text);

/** What everybody reads first, and what panels bring along that are seldom the first. */
const CATALOGUES = {
  nb: () => import('./nb').then((m) => m.nb),
  nn: () => import('./nn').then((m) => ((nynorsk = m.worded), m.nn)),
  da: () => import('./da').then((m) => m.da),
  en: () => import('./en').then((m) => m.en),
};
const LATER = {
  nb: () => import('./later/nb').then((m) => m.later),
  nn: () => import('./later/nn').then((m) => m.later),
  da: () => import('./later/da').then((m) => m.later),
  en: () => import('./later/en').then((m) => m.later),
};

class Language {
  lang = $state<Lang>('en');
  /** Whether the texts of later panels are wanted. */
  private isLater = false;
  /** None before one is chosen, which is done before anything is shown. */
  messages = $state.raw({} as Catalogue & LaterCatalogue);

  /** The language chosen last: texts of another one that come after it are left aside. */
  private wanted: Lang = 'en';
  /** Ends when its texts are there, or cannot be had. */
  private chosen: Promise<void> = Promise.resolve();

  choose(lang: Lang, remember = true) {
    this.wanted = lang;
    const fetched = this.fetch(lang, remember);
    this.chosen = fetched.catch(() => {
      if (this.wanted === lang) this.wanted = this.lang;
    });
    return fetched;
  }

  private async fetch(lang: Lang, remember: boolean) {
    const [all, later] = await Promise.all([CATALOGUES[lang](), this.isLater ? LATER[lang]() : null]);
    if (this.wanted !== lang) return;
    this.messages = { ...this.messages, ...all, ...later };
    this.lang = lang;
    document.documentElement.lang = lang;
    if (remember) localStorage.setItem(STORED, lang);
  }

  /** Fetches the texts of later panels, before they are shown. */
  private async withLater() {
    await this.chosen;
    while (!this.isLater) {
      const lang = this.lang;
      const texts = await LATER[lang]();
      await this.chosen;
      if (lang !== this.lang) continue; // another one was chosen meanwhile
      this.isLater = true;
      this.messages = { ...this.messages, ...texts };
    }
  }

  /** A part of the app that is seldom the first, with its texts. */
  async withTexts<T>(part: Promise<T>): Promise<T> {
    const [there] = await Promise.all([part, this.withLater()]); // whichever fails first is heard
    return there;
  }

  start() {
    const stored = localStorage.getItem(STORED);
    const lang = stored && stored in LANGS ? (stored as Lang) : preferred(navigator.languages);
    const fetched = this.choose(lang, false);
    // The first one reads long tables: it does so while the texts are on their way.
    setTimeout(() => elapsed(lang));
    return fetched;
  }

  /** For `Intl`. */
  get locales() {
    return LANGS[this.lang].locales;
  }
}

export const language = new Language();

const numbers = new Map<string, Intl.NumberFormat>();
const spans = new Map<string, Intl.RelativeTimeFormat>();
const times = new Map<string, Intl.DateTimeFormat>();
const plurals = new Map<string, Intl.PluralRules>();

/** What `Intl` makes takes a while, and is the same each time. */
function kept<T>(made: Map<string, T>, tag: string, make: () => T): T {
  const known = made.get(tag) ?? make();
  made.set(tag, known);
  return known;
}

/** Fills a message in; `n` chooses the plural. */
export function fill(message: Message, values: Record<string, string | number>, locales: string | string[]): string {
  const form = typeof message === 'string' ? message : plural(message, Number(values.n), locales);
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === 'number'
      ? kept(numbers, String(locales), () => new Intl.NumberFormat(locales)).format(value)
      : (value ?? '');
  });
}

function plural(message: { one: string; other: string }, n: number, locales: string | string[]): string {
  return kept(plurals, String(locales), () => new Intl.PluralRules(locales)).select(n) === 'one'
    ? message.one
    : message.other;
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(language.messages[key], values, language.locales);
}

/** The server's sentence in the language chosen. */
export function said(words: Words): string {
  return words[language.lang];
}

/** The sentence for a problem code; one that is not known is told as a failure of ours. */
export function problem(code: string): string {
  const key = `problem.${code}`;
  return t((key in language.messages ? key : 'problem.internal') as Key);
}

/** What forms call a field of the API; nothing for one that nobody types into. */
export function fieldOf(name: string | null): string | null {
  const key = `field.${name}`;
  return key in language.messages ? t(key as Key) : null;
}

/** Dates and times as the language writes them. */
function written(name: string, how: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locales = language.locales;
  return kept(times, `${name} ${locales}`, () => new Intl.DateTimeFormat(locales, how));
}

/** A date or a time, written in a way that has a name. */
export function date(name: string, how: Intl.DateTimeFormatOptions, at: Date, until = at): string {
  const format = written(name, how);
  return worded(until === at ? format.format(at) : format.formatRange(at, until), language.lang);
}

export function day(instant: string): string {
  return date('day', { day: 'numeric', month: 'long', year: 'numeric' }, new Date(instant));
}

export function dayAndTime(instant: string): string {
  return date('time', { dateStyle: 'medium', timeStyle: 'short' }, new Date(instant));
}

/** From one instant to another: the day once when both are on it. */
export function span(from: string, until: string): string {
  const how = { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' } as const;
  return date('span', how, new Date(from), new Date(until));
}

function elapsed(lang: Lang): Intl.RelativeTimeFormat {
  const { locales } = LANGS[lang];
  return kept(spans, String(locales), () => new Intl.RelativeTimeFormat(locales, { numeric: 'auto' }));
}

/** "3 days ago", by the largest unit that fits. */
export function ago(instant: string, now = Date.now()): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  const lang = language.lang;
  const format = elapsed(lang);
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return worded(format.format(Math.round(seconds / size), unit), lang);
  }
  return worded(format.format(0, 'second'), lang);
}
