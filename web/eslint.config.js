import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: globals.browser }, rules: { 'no-console': 'error' } },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    rules: {
      'svelte/no-navigation-without-resolve': 'off', // that is SvelteKit's
      'svelte/prefer-svelte-reactivity': 'off', // dates and the like are made, read and dropped
      'no-undef': 'off', // TypeScript knows better
    },
  },
  {
    // Only the map's folder knows Leaflet, so that it can be replaced.
    files: ['src/**'],
    ignores: ['src/map/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['leaflet', 'leaflet/*', 'terra-draw*', 'supercluster', '@mapbox/*', 'pbf'] },
      ],
    },
  },
);
