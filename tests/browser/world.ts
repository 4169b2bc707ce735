import { test as base } from '@playwright/test';
import { execFile, spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const PORT = process.env.STRANDLINE_TEST_PORT ?? '8191';

interface World {
  url: string;
  /** The folder of the front end that is served; a test may put a newer one there. */
  web: string;
}

/** Every test has a service of its own, with the demonstration as it begins: it finds nothing that another has left. */
export const inWorld = base.extend<{ world: World }, { begun: string }>({
  begun: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'strandline-begun-'));
      await promisify(execFile)(join(ROOT, 'scripts/begin-demo'), [folder]);
      await use(folder);
      await rm(folder, { recursive: true });
    },
    { scope: 'worker', timeout: 180_000 }, // twenty-five photos of a build that is not made for speed
  ],
  world: [
    async ({ begun }, use, info) => {
      const web = info.outputPath('web');
      cpSync(join(ROOT, 'web/dist'), web, { recursive: true });
      const service = await serve({ ...process.env, BEGUN: begun, STRANDLINE__SERVER__WEB: web });
      await use({ url: `http://localhost:${PORT}`, web });
      await service.stop();
      if (info.status !== info.expectedStatus) await info.attach('service', { body: service.said() });
    },
    { timeout: 60_000 },
  ],
  baseURL: async ({ world }, use) => use(world.url),
});

/** A service that listens, what it has said, and its end. */
async function serve(env: NodeJS.ProcessEnv) {
  const process = spawn(join(ROOT, 'scripts/demo-server'), [PORT], { env });
  let said = '';
  const ended = new Promise<void>((done) => process.once('close', () => done()));
  const listens = new Promise<void>((done) => {
    const hear = (piece: Buffer) => ((said += piece), said.includes('listening on') && done());
    process.stdout.on('data', hear);
    process.stderr.on('data', hear);
  });
  await Promise.race([listens, ended.then(() => Promise.reject(new Error(`The service did not start: ${said}`)))]);
  return { said: () => said, stop: () => (process.kill('SIGTERM'), ended) };
}
