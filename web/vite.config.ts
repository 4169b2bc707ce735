import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  // Smaller files than this would be put into the page, which the content security policy forbids for scripts.
  build: { assetsInlineLimit: 0, target: 'es2022', reportCompressedSize: true },
  server: { proxy: { '/api': 'http://localhost:8080' } },
  test: { include: ['src/**/*.test.ts'] },
});
