import { generateKeyPairSync, sign } from "node:crypto";

/** A private key, and a certificate for 127.0.0.1 that it signed itself, both in PEM. */
export interface Identity {
  key: string;
  cert: string;
}

/** Makes an identity that lasts a day: Node can do everything of it but write the certificate. */
export function createIdentity(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(objectId([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])); // ecdsa-with-SHA256
  const name = sequence(
    tag(0x31, sequence(objectId([0x55, 0x04, 0x03]), tag(0x0c, Buffer.from("127.0.0.1")))),
  );
  const day = 24 * 60 * 60 * 1000;
  const time = (offsetMs: number): Buffer =>
    tag(
      0x18,
      Buffer.from(`${new Date(Date.now() + offsetMs).toISOString().replace(/\D/g, "").slice(0, 14)}Z`),
    );
  const addresses = sequence(tag(0x87, Buffer.from([127, 0, 0, 1])));
  const extensions = sequence(
    sequence(objectId([0x55, 0x1d, 0x11]), tag(0x04, addresses)), // for which addresses
    sequence(objectId([0x55, 0x1d, 0x13]), tag(0x04, sequence(tag(0x01, Buffer.from([0xff]))))), // an authority
  );
  const content = sequence(
    tag(0xa0, tag(0x02, Buffer.from([2]))),
    tag(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(-day), time(day)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tag(0xa3, extensions),
  );
  const signature = tag(0x03, Buffer.from([0]), sign("sha256", content, privateKey));
  const text = sequence(content, algorithm, signature).toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  };
}

const sequence = (...parts: Buffer[]): Buffer => tag(0x30, ...parts);
const objectId = (bytes: number[]): Buffer => tag(0x06, Buffer.from(bytes));

/** One value in DER: what it is, how long it is, and its bytes. */
function tag(type: number, ...parts: Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  const { length } = bytes;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([type, ...size]), bytes]);
}
