// A process of its own: one TCP listener for each `PORT:TARGET:MS` argument, whose bytes arrive MS later, each way.
import { connect, createServer, type Socket } from 'node:net';

const delay = (from: Socket, to: Socket, ms: number): void => {
  from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), ms));
  from.on('end', () => setTimeout(() => to.end(), ms));
  from.on('error', () => to.destroy());
  from.on('close', () => setTimeout(() => to.destroy(), ms));
};

for (const line of process.argv.slice(2)) {
  const [port = 0, target = 0, ms = 0] = line.split(':').map(Number);
  createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    delay(near, far, ms);
    delay(far, near, ms);
  }).listen(port, '127.0.0.1');
}
process.on('SIGTERM', () => process.exit(0));
