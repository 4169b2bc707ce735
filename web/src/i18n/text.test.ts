import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type AST } from 'svelte/compiler';
import { expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..');
/** Attributes that people read or hear. */
const READ = ['aria-label', 'title', 'placeholder', 'alt', 'label'];
/** Words that are the same in every language: names, and units of the code. */
const NAMES =
  /^[\s\d.,:;·–…|/()%+×“”‹›«»☐-]*(Strandline|kg|km|m|CSV|GPX|XLSX|iCalendar|QR)?[\s\d.,:;·–…|/()%+×“”‹›«»☐-]*$/;

function texts(node: unknown, found: string[]) {
  if (Array.isArray(node)) return node.forEach((n) => texts(n, found));
  if (typeof node !== 'object' || node === null) return;
  const n = node as { type?: string; name?: string; data?: string; value?: unknown };
  if (n.type === 'StyleDirective') return;
  if (n.type === 'Attribute') {
    const parts = Array.isArray(n.value) ? (n.value as { type: string; data?: string }[]) : [];
    if (READ.includes(n.name ?? '')) found.push(...parts.flatMap((p) => (p.type === 'Text' ? [p.data ?? ''] : [])));
    return;
  }
  if (n.type === 'Text') found.push(n.data ?? '');
  for (const [key, child] of Object.entries(n)) if (key !== 'css') texts(child, found);
}

it('every text that people read stands in the catalogues, none in a component', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.svelte'));
  expect(files.length).toBeGreaterThan(50);
  const written = files.flatMap((file) => {
    const { fragment }: AST.Root = parse(readFileSync(join(SRC, file), 'utf8'), { modern: true });
    const found: string[] = [];
    texts(fragment, found);
    return found.filter((text) => !NAMES.test(text)).map((text) => `${file}: ${text.trim()}`);
  });
  expect(written).toEqual([]);
});
