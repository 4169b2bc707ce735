// How smooth the map moves over a long shore: drags it at several zooms, and prints what was in view, what travelled and how long frames took.
//   node tests/browser/panning.mjs URL LAT LON
import { launched } from './chromium.mjs';

const [url, lat, lon] = process.argv.slice(2);
const browser = await launched();
const viewport = { width: 1440, height: 900 };
console.log('| zoom | segments in view | kB that travelled | frames | median ms | 95 % within ms | longest task ms |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const zoom of [7, 8, 9, 10, 12, 14]) {
  const page = await browser.newPage({ viewport, locale: 'en-GB' });
  let bytes = 0;
  page.on('response', async (r) => {
    if (r.url().includes('/tiles/')) bytes += (await r.body().catch(() => '')).length;
  });
  await page.goto(`${url}/#${zoom}/${lat}/${lon}`);
  await page.locator('.leaflet-container').waitFor();
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask' });
    window.frames = [];
    let last = performance.now();
    const frame = (now) => {
      window.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  // There and back across half the window, a few pixels at a time, as a hand does.
  await page.mouse.move(1000, 450);
  await page.mouse.down();
  for (const to of [400, 1000, 400, 1000]) await page.mouse.move(to, 450 + (to - 700) / 3, { steps: 60 });
  await page.mouse.up();
  await page.waitForLoadState('networkidle');
  const { frames, tasks } = await page.evaluate(() => ({ frames: window.frames, tasks: window.tasks }));
  const sorted = frames.slice(1).sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(0);
  const degrees = 360 / (256 * 2 ** zoom);
  const up = (degrees * viewport.height * Math.cos((lat * Math.PI) / 180)) / 2;
  const across = (degrees * viewport.width) / 2;
  const bbox = [lon - across, lat - up, +lon + across, +lat + up].map((n) => (+n).toFixed(4)).join();
  const found = await (await fetch(`${url}/api/v1/segments?bbox=${bbox}`)).json();
  console.log(`| ${zoom} | ${found.features.length} | ${(bytes / 1024).toFixed(0)} | ${sorted.length} | ${at(0.5)} | ${at(0.95)} | ${Math.max(0, ...tasks).toFixed(0)} |`);
  await page.close();
}
await browser.close();
