// Takes pictures of every screen: phone and desk, light and dark. Usage: node tests/browser/pictures.mjs URL FOLDER
import { chromium } from 'playwright-core';
import { mkdirSync } from 'node:fs';

const [url, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
const devices = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };
const found = await (await fetch(`${url}/api/v1/hotspots`)).json();
const pick = (test) => found.features.map((f) => f.properties).find(test).id;
const screens = {
  map: '/',
  arendal: '/#12.5/58.43/8.82',
  beach: '/#16/58.4335/8.8233',
  list: '/list#12/58.43/8.82',
  place: '/place/58.43300,8.82300#13/58.433/8.823',
  closed: '/place/58.39950,8.78770?on=2026-05-20#13/58.3995/8.7877',
  hotspot: `/hotspots/${pick((h) => h.supports === 4)}`,
  claimed: `/hotspots/${pick((h) => h.claim?.takeover)}`,
  hazard: `/hotspots/${pick((h) => h.hazards.length > 0)}`,
  report: '/report/58.43300,8.82500#14/58.433/8.825',
  about: '/about',
};
for (const [device, viewport] of Object.entries(devices)) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport, colorScheme, locale: process.env.LOCALE ?? 'nb-NO' });
    const page = await context.newPage();
    for (const [name, path] of Object.entries(screens)) {
      await page.goto(url + path);
      await page.waitForLoadState('networkidle', { timeout: 4000 }).catch(() => {});
      await page.waitForTimeout(500);
      await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png` });
    }
    await context.close();
  }
}
await browser.close();
