import { svelte } from '@sveltejs/vite-plugin-svelte';
import { VitePWA } from 'vite-plugin-pwa';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const icon = (size: number, purpose: 'any' | 'maskable') => ({
  src: `/icon-${purpose === 'any' ? '' : 'maskable-'}${size}.png`,
  sizes: `${size}x${size}`,
  type: 'image/png',
  purpose,
});

/** Names the texts of each language in the page; the service leaves those of the reader's, so that they are fetched at once. */
const texts: Plugin = {
  name: 'texts-at-once',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.values(bundle ?? {}).flatMap((chunk) => {
        const lang = chunk.type === 'chunk' && /\/i18n\/(\w\w)\.ts$/.exec(chunk.facadeModuleId ?? '')?.[1];
        const attrs = { rel: 'modulepreload', crossorigin: true, hreflang: lang || '', href: `/${chunk.fileName}` };
        return lang ? [{ tag: 'link', attrs, injectTo: 'head' as const }] : [];
      }),
  },
};

export default defineConfig({
  plugins: [
    svelte(),
    texts,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      injectRegister: null, // src/state/version registers it, and asks before a new one takes over
      injectManifest: { globPatterns: ['**/*.{js,css,html,svg,webmanifest}', 'icon-192.png'] },
      manifest: {
        id: '/',
        name: 'Strandline',
        short_name: 'Strandline',
        description: 'Meld, reserver og rydd: kommunen, frivillige og mannskapene om samme kyst.',
        lang: 'nb',
        start_url: '/',
        display: 'standalone',
        background_color: '#d3e4ea',
        theme_color: '#0d4a58',
        categories: ['utilities', 'lifestyle'],
        icons: [icon(192, 'any'), icon(512, 'any'), icon(512, 'maskable')],
        shortcuts: [{ name: 'Meld søppel', url: '/report' }],
      },
    }),
  ],
  // Its modules, of which a build takes what is used; a package that is asked for by name gives all.
  resolve: { alias: [{ find: /^leaflet$/, replacement: 'leaflet/dist/leaflet-src.esm.js' }] },
  // Smaller files than this would be put into the page, which the content security policy forbids for scripts.
  // Browsers that do not preload modules load them a moment later; what would do it for them is loaded by all.
  build: {
    assetsInlineLimit: 0,
    target: 'es2022',
    reportCompressedSize: true,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://localhost:8080' } },
  test: { include: ['src/**/*.test.ts'] },
});
