// Draws web/public/*.png from web/public/icon.svg: the icons of the installed app, and the picture of links without one.
//   node scripts/icons.mjs
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { chromium } = createRequire(join(root, 'web/package.json'))('playwright-core');
const svg = readFileSync(join(root, 'web/public/icon.svg'), 'utf8');
const square = svg.replace('rx="15"', 'rx="0"');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage();
async function draw(name, width, height, body, style) {
  await page.setViewportSize({ width, height });
  await page.setContent(`<style>*{margin:0}body{width:${width}px;height:${height}px;${style}}</style>${body}`);
  await page.screenshot({ path: join(root, 'web/public', name), omitBackground: true });
}
const sized = (s, size) => s.replace('<svg ', `<svg width="${size}" height="${size}" `);
for (const size of [192, 512]) await draw(`icon-${size}.png`, size, size, sized(svg, size), '');
await draw('apple-touch-icon.png', 180, 180, sized(square, 180), '');
// A maskable icon may lose its outer tenth on each side (W3C manifest, "safe zone").
await draw('icon-maskable-512.png', 512, 512, sized(square, 400), 'display:grid;place-items:center;background:#0d4a58');
await draw(
  'share.png',
  1200,
  630,
  `<div>${sized(svg, 200)}<p>Strandline</p></div><svg class="shore" viewBox="0 0 1200 200" width="1200" height="200"><path d="M0 120c180-110 300-110 460-30s300 110 460-20 200-60 280-40v170H0z" fill="#ecd9b4"/><path d="M0 120c180-110 300-110 460-30s300 110 460-20 200-60 280-40" fill="none" stroke="#fff" stroke-width="14"/></svg>`,
  `background:#0d4a58;color:#fff;font:700 92px system-ui,sans-serif;}div{display:flex;gap:48px;align-items:center;padding:150px 120px}.shore{position:absolute;left:0;bottom:0}`,
);
await browser.close();
