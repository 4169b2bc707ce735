// How soon a report shows on another screen: somebody reports, somebody else has the list open, at the same process or at another.
//   node tests/browser/appearing.mjs LAT LON URL [URL OF THE ONE WHO WATCHES]
import { randomUUID } from 'node:crypto';
import { launched } from './chromium.mjs';

const [lat, lon, reported, watched = reported] = process.argv.slice(2);
const browser = await launched();
const open = async (url, path) => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage();
  await page.goto(url + path);
  return page;
};
const reporter = await open(reported, '/privacy');
await reporter.evaluate(() => fetch('/api/v1/session', { method: 'POST' }));
const watcher = await open(watched, `/list#14/${lat}/${lon}`);
await watcher.waitForLoadState('networkidle');
const [answered, seen] = [[], []];
for (let i = 0; i < 50; i++) {
  const body = { id: randomUUID(), lat: +lat, lon: +lon + (i - 25) * 1e-5, amount: 'bag', photos: [randomUUID()] };
  const shown = watcher.evaluate(
    (id) =>
      new Promise((there) => {
        const found = () => document.querySelector(`a[href^="/hotspots/${id}"]`) && there(Date.now());
        new MutationObserver(found).observe(document.body, { childList: true, subtree: true });
        found();
      }),
    body.id,
  );
  const [sent, taken] = await reporter.evaluate(async (body) => {
    const sent = Date.now();
    const answer = await fetch('/api/v1/hotspots', { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    if (answer.status !== 201) throw new Error(await answer.text());
    return [sent, Date.now()];
  }, body);
  answered.push(taken - sent);
  seen.push((await shown) - sent);
}
const sorted = seen.sort((a, b) => a - b);
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
console.log(`| ${watched === reported ? 'the same process' : 'another process'} | ${seen.length} | ${median(answered)} | ${median(seen)} | ${sorted[Math.floor(0.95 * sorted.length)]} | ${sorted.at(-1)} |`);
await browser.close();
