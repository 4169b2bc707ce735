import { defineConfig, devices } from '@playwright/test';

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

export default defineConfig({
  testDir: '.',
  // Two pages that paint maps keep each other waiting.
  workers: 1,
  forbidOnly: true,
  timeout: 90_000,
  // No test asserts a time: on a busy machine two pages that paint a map keep each other waiting for seconds.
  expect: { timeout: 15_000 },
  // A browser and a service on a machine that does other things as well: what fails once and then passes, in a browser and
  // a service of its own, is told by name as flaky and looked into; what fails twice fails.
  retries: 1,
  reporter: 'list',
  outputDir: '../../var/browser',
  preserveOutput: 'failures-only',
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Oslo',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args },
    // A trace of each test costs as much time again: `--trace retain-on-failure` when one fails and the picture does not say why.
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'desk', use: { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 }, channel: undefined }, testIgnore: /phone/ },
    { name: 'phone', use: { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } }, testMatch: /phone|axe/ },
  ],
});
