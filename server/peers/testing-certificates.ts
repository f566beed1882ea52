/** Certificates for the TLS tests, made on the spot: just enough DER for X.509 v3 under ECDSA P-256. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { PeerTls } from './types.ts';

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >>> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const TRUE = Buffer.of(1, 1, 0xff);

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const nameOf = (commonName: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
const time = (text: string): Buffer => der(0x18, Buffer.from(text));
const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [TRUE] : []), der(0x04, value));

interface Identity {
  readonly commonName: string;
  readonly publicKey: KeyObject;
}

function certificate(
  subject: Identity,
  issuer: { readonly commonName: string; readonly privateKey: KeyObject },
  authority: boolean,
): string {
  const extensions = authority
    ? extension('551d13', sequence(TRUE), true)
    : // subjectAltName: IP 127.0.0.1
      extension('551d11', sequence(der(0x87, Buffer.of(127, 0, 0, 1))));
  const body = sequence(
    der(0xa0, Buffer.of(2, 1, 2)),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_SHA256,
    nameOf(issuer.commonName),
    sequence(time('20200101000000Z'), time('29990101000000Z')),
    nameOf(subject.commonName),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extensions)),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  const whole = sequence(body, ECDSA_SHA256, der(0x03, Buffer.of(0), signature));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

/** An authority that signs certificates for 127.0.0.1. */
export class TestAuthority {
  readonly #commonName = `authority ${randomBytes(4).toString('hex')}`;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly ca = certificate(
    { commonName: this.#commonName, publicKey: this.#keys.publicKey },
    { commonName: this.#commonName, privateKey: this.#keys.privateKey },
    true,
  );

  issue(commonName: string): PeerTls {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const cert = certificate({ commonName, publicKey }, { commonName: this.#commonName, privateKey: this.#keys.privateKey }, false);
    return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), ca: this.ca };
  }
}
