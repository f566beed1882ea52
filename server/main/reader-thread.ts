/** Entry of the reader thread: long reads for the other threads. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { ScanServer } from '../replica/scan.ts';
import { SqliteStateReader } from '../state/sqlite-state-reader.ts';

const server = new ScanServer((path) => SqliteStateReader.open(path));

parentPort?.on('message', (message: { readonly type: 'serve'; readonly port: MessagePort }) => server.serve(message.port));
