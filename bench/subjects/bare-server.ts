/** The yardstick of reads: node:http alone, which sends the body that it was given, whatever it is asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

process.once('message', (body: string) => {
  const length = String(Buffer.byteLength(body));
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': length });
    response.end(body);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
