import { svelte } from '@sveltejs/vite-plugin-svelte';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';
import { thin } from './dev/thin.mjs';

const station = loadEnv('', '.', 'VEDETTE_')['VEDETTE_STATION'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte(), thin()],
  // milsymbol's parts one by one; its package names only the whole.
  resolve: { alias: { 'milsymbol/parts': new URL('./node_modules/milsymbol/index.mjs', import.meta.url).pathname } },
  server: {
    port: 5173,
    proxy: {
      // The station checks that the Origin of a cookie request is its own; the proxy keeps the two the same.
      '/api': { target: station, changeOrigin: true, ws: true, headers: { origin: station } },
      '/signin': { target: station, changeOrigin: true },
    },
  },
  build: {
    target: 'es2023',
    // Everything is one local load from the station's own binary; what matters is that nothing is inlined past the CSP.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1400,
    sourcemap: false,
  },
  worker: { format: 'es' },
  test: { include: ['src/**/*.test.ts', 'dev/**/*.test.mjs'], environment: 'node' },
});
