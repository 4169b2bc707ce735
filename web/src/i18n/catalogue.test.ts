import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { da as daAll } from './da';
import { en as everybody } from './en';
import { later as daLater } from './later/da';
import { later as enLater } from './later/en';
import { later as nbLater } from './later/nb';
import { later as nnLater } from './later/nn';
import { ago, fill, preferred, type Message } from './index.svelte';
import { nb as nbAll } from './nb';
import { nn as nnAll, worded } from './nn';

const en = { ...everybody, ...enLater };
const languages: Record<string, Record<string, Message>> = {
  en,
  nb: { ...nbAll, ...nbLater },
  nn: { ...nnAll, ...nnLater },
  da: { ...daAll, ...daLater },
};
const keys = Object.keys(en);
const src = join(import.meta.dirname, '..');

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'i18n' || entry.name === 'api' ? '' : sources(path);
      return /\.(svelte|ts)$/.test(entry.name) ? readFileSync(path, 'utf8') : '';
    })
    .join('\n');
}

/** The text of modules with all that they import at once. */
function withImports(paths: string[]): string {
  const seen = new Set<string>();
  for (const path of paths) {
    if (seen.has(path)) continue;
    seen.add(path);
    const named = [...readFileSync(path, 'utf8').matchAll(/^\s*(?:import|export)\s(?!type)[^;]*?'(\.[^'?]+)/gm)];
    const bases = named.map((m) => join(dirname(path), m[1] ?? ''));
    const files = bases.map((base) => ['', '.ts', '.svelte', '.svelte.ts'].map((end) => base + end));
    paths.push(
      ...files.map((tries) => tries.find((f) => /\.(ts|svelte)$/.test(f) && existsSync(f)) ?? '').filter(Boolean),
    );
  }
  return [...seen].map((path) => readFileSync(path, 'utf8')).join('\n');
}

/** Whether a text uses a key, also by its beginning: t(`state.${h.state}`). */
const uses = (text: string, key: string) =>
  text.includes(`'${key}'`) || text.includes('`' + key.slice(0, key.lastIndexOf('.') + 1) + '${');

/** The `{names}` of a message, in each of its plural forms. */
function names(message: Message): string[][] {
  const forms = typeof message === 'string' ? [message] : [message.one, message.other];
  return forms.map((form) => [...form.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort());
}

describe('the catalogues', () => {
  it.each(Object.keys(languages))('%s has every key, filled in, and no other', (lang) => {
    expect(Object.keys(languages[lang] ?? {}).sort()).toEqual([...keys].sort());
    for (const message of Object.values(languages[lang] ?? {})) {
      for (const form of typeof message === 'string' ? [message] : Object.values(message))
        expect(form.trim()).not.toBe('');
    }
  });

  it('use the same names and plurals in every language', () => {
    for (const key of keys) {
      const wanted = [...new Set(names(en[key as keyof typeof en]).flat())].sort();
      for (const [lang, catalogue] of Object.entries(languages)) {
        const message = catalogue[key] as Message;
        const found = [...new Set(names(message).flat())].sort();
        expect(
          found.filter((n) => n !== 'n'),
          `${lang} ${key}`,
        ).toEqual(wanted.filter((n) => n !== 'n'));
        expect(typeof message, `${lang} ${key}`).toBe(typeof en[key as keyof typeof en]);
      }
    }
  });

  it('have no key that nothing uses', () => {
    const text = sources(src) + readFileSync(join(src, 'i18n/index.svelte.ts'), 'utf8');
    expect(keys.filter((key) => !uses(text, key))).toEqual([]);
  });

  it('have everything at once that is shown first', () => {
    const registry = readFileSync(join(src, 'panels/registry.ts'), 'utf8');
    const first = /FIRST[^=]*= \[([^\]]*)\]/.exec(registry)?.[1]?.match(/\w+/g) ?? [];
    const panel = (name: string) => new RegExp(` ${name}: .*import\\('\\./(\\w+\\.svelte)`).exec(registry)?.[1] ?? name;
    const panels = first.map((name) => join(src, 'panels', panel(name)));
    const text = withImports([join(src, 'main.ts'), join(src, 'map/map.ts'), ...panels]);
    expect(panels.length).toBeGreaterThan(5);
    // What a form calls its fields comes with the form; where it is not there, nothing is said of it.
    const wanted = Object.keys(enLater).filter((key) => !key.startsWith('field.'));
    expect(wanted.filter((key) => uses(text, key))).toEqual([]);
    const parts = [...text.matchAll(/.{20}import\('\.\.\/things/g)].map((m) => m[0]);
    expect(parts.filter((part) => !part.includes('withTexts(') && !part.includes('load: ()'))).toEqual([]);
  });

  it('have a sentence for every problem code of the server', () => {
    const table = readFileSync(join(src, '../../src/error.rs'), 'utf8').split('codes! {\n')[1]?.split('\n}')[0] ?? '';
    const codes = [...table.matchAll(/^ {4}\w+ "(\w+)"/gm)].map((m) => `problem.${m[1]}`);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !keys.includes(code))).toEqual([]);
  });
});

describe('a message', () => {
  it('is filled in, with numbers as the language writes them', () => {
    expect(fill('{a} of {n}', { a: 'x', n: 12345 }, 'da-DK')).toBe('x of 12.345');
  });

  it('chooses its plural', () => {
    const message = { one: '{n} melding', other: '{n} meldinger' };
    expect([0, 1, 2].map((n) => fill(message, { n }, 'nb-NO'))).toEqual(['0 meldinger', '1 melding', '2 meldinger']);
  });
});

describe('the language', () => {
  it('is the first one of the browser that there is', () => {
    expect(preferred(['fr-FR', 'da-DK'])).toBe('da');
    expect(preferred(['no'])).toBe('nb');
    expect(preferred(['nn-NO', 'nb-NO'])).toBe('nn');
    expect(preferred(['fr', 'de'])).toBe('en');
  });

  it('has its own words for dates in nynorsk, whatever the browser knows', () => {
    expect(worded('tir. 1. des. for 5 døgn siden, for 6 minutter siden, nå')).toBe(
      'tys. 1. des. for 5 dagar sidan, for 6 minutt sidan, no',
    );
    expect(worded('lørdag 28. november, nåtid')).toBe('laurdag 28. november, nåtid');
  });

  it('tells how long ago by the largest unit that fits', () => {
    const now = Date.parse('2026-06-10T12:00:00Z');
    expect(ago('2026-06-07T12:00:00Z', now)).toBe('3 days ago');
    expect(ago('2026-06-10T11:59:50Z', now)).toBe('now');
  });
});
