import pointInPolygon from '@turf/boolean-point-in-polygon';
import metresToPolygon from '@turf/point-to-polygon-distance';
import type { Regime, Rules, Words } from '../api/client';
import { LANGS, type Lang } from '../i18n/langs';
import type { Rulebook } from './area';

/*
 * What one may do in a place on a day, from what lies on the phone. It is the server's own order (src/domain/rules.rs):
 * a closure in effect, monitoring, the smallest zone, the municipality's default. A browser test compares the two over many
 * places and days.
 */

type Closure = Rulebook['closures']['features'][number];
type Season = Closure['properties']['seasons'][number];
type Shape = GeoJSON.Polygon | GeoJSON.MultiPolygon;

const shape = (f: { geometry: unknown }) => f.geometry as Shape;
const inside = (at: [number, number], f: { geometry: unknown }) => pointInPolygon(at, shape(f));
const metres = (at: [number, number], f: { geometry: unknown }) =>
  inside(at, f) ? 0 : Math.max(0, metresToPolygon(at, shape(f), { units: 'meters', method: 'geodesic' }));

/** Whether a season has a day; both are written 2026-05-01, yearly ones 05-01, and may go over New Year. */
export function has(season: Season, date: string): boolean {
  if (season.kind === 'all_year') return true;
  if (season.kind === 'dated') return date >= season.from && date <= season.to;
  const [day, from, to] = [date.slice(5), season.from, season.to];
  return from <= to ? day >= from && day <= to : day >= from || day <= to;
}

function next(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

function firstOpen(closures: Closure[], date: string): string | null {
  let day = date;
  for (let i = 0; i < 731; i++) {
    if (!closures.some((c) => c.properties.seasons.some((s) => has(s, day)))) return day;
    day = next(day);
  }
  return null;
}

function openFrom(template: Words, date: string): Words {
  const said = (lang: Lang) => {
    const long = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
    const told = new Intl.DateTimeFormat(LANGS[lang].locales, long).format(new Date(`${date}T00:00:00Z`));
    return template[lang].replace('{date}', told);
  };
  return { nb: said('nb'), nn: said('nn'), da: said('da'), en: said('en') };
}

export function rulesAt(book: Rulebook, lat: number, lon: number, date: string): Rules {
  const at: [number, number] = [lon, lat];
  const zones = book.zones.features.filter((z) => inside(at, z));
  const smallest = [...zones].sort(
    (a, b) => a.properties.area_m2 - b.properties.area_m2 || a.id.localeCompare(b.id),
  )[0];
  const near = book.closures.features
    .map((c) => ({ c, metres: metres(at, c) }))
    .filter(({ c, metres }) => metres <= c.properties.sea_buffer_m);
  const around = near.filter((n) => n.metres === 0).map((n) => n.c);
  const holds = (c: Closure) => c.properties.seasons.some((s) => has(s, date));
  const municipality = municipalityAt(book, at);

  const unclosed: Regime = zones.some((z) => z.properties.regime === 'monitoring')
    ? 'monitoring'
    : (smallest?.properties.regime ?? municipality?.properties.default_regime ?? book.unzoned);
  const regime: Regime = around.some(holds) ? 'closed' : unclosed;
  const first = regime === 'closed' && unclosed !== 'closed' ? firstOpen(around, date) : null;
  const welcome = regime === 'volunteer' || regime === 'shared';
  const words = [
    ...book.regimes.filter((r) => r.regime === regime).map((r) => r.words),
    ...(first ? [openFrom(book.open_from, first)] : []),
    ...near.map(({ c }) => (holds(c) ? c.properties.holds : c.properties.rests)),
    ...(welcome ? [book.leave_nature] : []),
  ];
  return {
    date,
    regime,
    may_be_there: regime !== 'closed',
    may_clean: welcome,
    first_allowed: first,
    municipality: municipality ? { code: municipality.properties.code, name: municipality.properties.name } : null,
    words,
    rules: near.map(({ c, metres }) => ({
      kind: 'closure' as const,
      id: c.id,
      name: c.properties.name,
      in_effect: holds(c),
      inside: metres === 0,
      sea_buffer_m: c.properties.sea_buffer_m,
      source_url: c.properties.source_url ?? null,
    })),
  };
}

function municipalityAt(book: Rulebook, at: [number, number]) {
  const all = book.municipalities.features.filter((m) => m.properties.kind === 'municipality');
  const there = all.find((m) => inside(at, m));
  if (there) return there;
  const near = all.map((m) => ({ m, d: metres(at, m) })).filter((n) => n.d <= book.municipality_reach_m);
  return near.sort((a, b) => a.d - b.d)[0]?.m;
}
