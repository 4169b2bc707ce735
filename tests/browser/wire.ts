import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The wire between a phone and the service, real on both ends. `off`: nothing gets through. `slow`: everything takes
 * `delay` ms and more.
 */
export class Wire {
  mode: 'on' | 'off' | 'slow' = 'on';
  delay = 400;
  /** Of which writes the answer is lost: it reaches the service and is done, and nobody hears of it. */
  loses: (write: { method: string; path: string }) => boolean = () => false;
  /** Cuts the wire after so many writes have passed. */
  cutAfter = Infinity;
  /** What was written: method, path, and where a part of a photo began. */
  readonly writes: { method: string; path: string; offset: string | undefined }[] = [];
  private readonly server: Server;

  private constructor(private readonly target: URL) {
    this.server = createServer((req, res) => void this.pass(req, res));
  }

  static async to(target: string): Promise<Wire> {
    const wire = new Wire(new URL(target));
    await new Promise<void>((done) => wire.server.listen(0, '127.0.0.1', done));
    return wire;
  }

  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Ends what is under way, as when a boat goes behind an island. */
  cut() {
    this.mode = 'off';
    this.server.closeAllConnections();
  }

  private async pass(req: IncomingMessage, res: ServerResponse) {
    if (this.mode === 'off') return void req.socket.destroy();
    if (this.mode === 'slow') await new Promise((later) => setTimeout(later, this.delay));
    const writes = !['GET', 'HEAD'].includes(req.method ?? '');
    if (writes) {
      const offset = req.headers['upload-offset'] as string | undefined;
      this.writes.push({ method: req.method ?? '', path: req.url ?? '', offset });
    }
    const lost = writes && this.loses({ method: req.method ?? '', path: req.url ?? '' });
    const { hostname, port } = this.target;
    const onward = request({ hostname, port, path: req.url, method: req.method, headers: req.headers }, (answer) => {
      if (lost) {
        answer.resume();
        answer.on('end', () => req.socket.destroy());
        return;
      }
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
      if (writes && this.writes.length >= this.cutAfter) answer.on('end', () => setImmediate(() => this.cut()));
    });
    onward.on('error', () => req.socket.destroy());
    req.on('error', () => onward.destroy());
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  }
}
